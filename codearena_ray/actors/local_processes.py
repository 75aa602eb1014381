"""The processes of engines on this machine, remembered so that none outlives its supervisor."""

from __future__ import annotations

import socket
import time

import psutil

from codearena_ray.actors.engine_types import EngineHealth

_POLL_S = 0.05


class LocalProcesses:
    """Processes by id and start time: an id that the system gave away again is not ours."""

    def __init__(self) -> None:
        self._processes: list[psutil.Process] = []

    def add(self, health: EngineHealth) -> None:
        """Remember the processes of an engine, if it runs on this machine."""
        self._processes = self.running()
        if health.host != socket.gethostname():
            return
        for pid in (health.pid, *health.child_pids):
            try:
                self._processes.append(psutil.Process(pid))
            except psutil.NoSuchProcess:
                continue

    def running(self) -> list[psutil.Process]:
        """Return those that have not ended."""
        return [process for process in self._processes if _runs(process)]

    def end(self, *, limit_s: float) -> None:
        """Wait until all have ended; half the time in good faith, then by force."""
        began = time.monotonic()
        forced = False
        while (left := self.running()) and (waited := time.monotonic() - began) < limit_s:
            if waited > limit_s / 2 and not forced:
                forced = True
                for process in left:
                    process.kill()
            time.sleep(_POLL_S)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
