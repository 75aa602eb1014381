"""The processes of engines on this machine, remembered so that none outlives its supervisor."""

from __future__ import annotations

import socket
import time

import psutil

_POLL_S = 0.05
_GRACE_S = 2.0
"""So long processes may take to notice that their owner is gone before they are ended by force."""


class LocalProcesses:
    """Processes by id and start time: an id that the system gave away again is not ours."""

    def __init__(self) -> None:
        self._owners: dict[str, psutil.Process] = {}
        self._leaving: set[psutil.Process] = set()
        self._below: set[psutil.Process] = set()

    def add(self, engine_id: str, *, host: str, pid: int) -> None:
        """Remember the process of an engine, if it runs on this machine."""
        if host == socket.gethostname():
            try:
                self._owners[engine_id] = psutil.Process(pid)
            except psutil.NoSuchProcess:
                return

    def leave(self, engine_id: str) -> None:
        """Note all processes of an engine that is about to be ended."""
        owner = self._owners.pop(engine_id, None)
        if owner is None or not owner.is_running():
            return
        self._leaving.add(owner)
        self._below.update(owner.children(recursive=True))

    def kill_below(self) -> None:
        """End what runs below engines that were ended: above all the EngineCore of one still starting."""
        self._leaving = set(filter(_runs, self._leaving))
        self._below = set(filter(_runs, self._below))
        for process in self._below:
            process.kill()

    def end(self, *, limit_s: float) -> None:
        """Wait until all that were leaving have ended, after a moment by force."""
        began = time.monotonic()
        while left := list(filter(_runs, self._leaving | self._below)):
            waited = time.monotonic() - began
            if waited > limit_s:
                return
            if waited > min(_GRACE_S, limit_s / 2):
                for process in left:
                    process.kill()
            time.sleep(_POLL_S)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
