"""Supervision of a module's engines as asyncio: start, watch, update, replace, stop.

`engine_pool` puts it into a thread. What it holds to:

- Clients hear of an engine only while it holds the *current* weights, parity-checked (or base weights,
  before the first update). A replacement is a new actor under a new id: start, current weights, parity
  check, then traffic.
- The file of the current weights stays until a newer version is current; every other one is deleted.
- Every restart is counted and reported with its cause; past the limit it gives up and says so to everybody.
- `close` leaves no actor and no process behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from codearena_ray.actors.engine import PauseMode
from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_directory import DirectoryHandle, EngineHandle, EngineTable, ServingEngine
from codearena_ray.actors.engine_types import (
    BASE_VERSION,
    EngineEvent,
    EngineHealth,
    EngineState,
    EngineSync,
    Probe,
    SyncReport,
)
from codearena_ray.actors.local_processes import LocalProcesses
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile
from codearena_ray.config import DeadlinesConfig
from codearena_ray.errors import CodeArenaError, DeadlineError, EngineError, SyncError

_ROUND_S = 1.0
_HEALTH_S = 10.0
_MAX_MISSED = 3
"""Health questions in a row without an answer before an engine counts as lost."""
_RESTART_PAUSE_S = 1.0


class Cluster(Protocol):
    """What the supervisor needs from Ray; see `RayCluster`."""

    def spawn_engine(self, options: EngineOptions, *, index: int) -> EngineHandle:
        """Return a new engine, not started."""

    def spawn_directory(self) -> Any:
        """Return a new directory: a `DirectoryHandle` with `kill`."""

    def share_weights(self, weights: WeightFile) -> Any:
        """Return the bytes of a weight file in a form that travels as an argument."""

    async def delete_weights(self, weights: WeightFile) -> None:
        """Delete a weight file, wherever it lies."""


@dataclass
class _Slot:
    """One place for an engine; engines come and go."""

    index: int
    generation: int = 0
    handle: EngineHandle | None = None
    engine_id: str = ""
    started: bool = False
    """vLLM answers; weights may still be missing."""
    version: int | None = None
    """What clients may be told; None: not serving."""
    missed: int = 0
    health: EngineHealth | None = None
    replacing: asyncio.Task[None] | None = None


@dataclass
class _Current:
    weights: WeightFile
    probe: Probe


@dataclass
class _Push:
    done: dict[str, EngineSync] = field(default_factory=dict)
    failed: dict[str, CodeArenaError] = field(default_factory=dict)


class EngineSupervisor:
    """Keeps `num_engines` engines of one module alive and current. All methods run in one event loop.

    Args:
        module: Name of the RLlib module.
        template: What every engine is started with; id and seed are filled in.
        deadlines: The deadlines section.
        cluster: How actors are made.
        max_restarts: Past it there will be no engines any more.
        on_event: Called with every start, loss, restart and failed update.
    """

    def __init__(
        self,
        module: str,
        *,
        template: EngineOptions,
        deadlines: DeadlinesConfig,
        cluster: Cluster,
        max_restarts: int,
        on_event: Callable[[EngineEvent], None],
    ) -> None:
        self._module = module
        self._template = template
        self._deadlines = deadlines
        self._cluster = cluster
        self._max_restarts = max_restarts
        self._on_event = on_event
        self._slots = [_Slot(index) for index in range(template.config.num_engines)]
        self._restarts = 0
        self._given_up = ""
        self._closed = False
        self._revision = 0
        self._current: _Current | None = None
        self._processes = LocalProcesses()
        self._push_lock = asyncio.Lock()
        self._changed = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._directory: Any = cluster.spawn_directory()
        self.client = EngineClient(self._directory, module=module, generate_s=deadlines.generate_s)

    def health(self) -> tuple[EngineHealth, ...]:
        """Return what each engine last said about itself."""
        return tuple(slot.health for slot in self._slots if slot.health is not None)

    @property
    def restarts(self) -> int:
        """Engines replaced so far."""
        return self._restarts

    @property
    def given_up(self) -> str:
        """Why there are no engines any more; empty while there are."""
        return self._given_up

    @property
    def version(self) -> int:
        """The current version; `BASE_VERSION` before the first update."""
        return BASE_VERSION if self._current is None else self._current.weights.version

    # -- starting and replacing ----------------------------------------------------------------------

    async def start(self) -> tuple[EngineHealth, ...]:
        """Start all engines and return their health; see `EnginePool.start`."""
        for slot in self._slots:
            self._spawn(slot)
        await asyncio.gather(*(self._await_start(slot) for slot in self._slots))
        for slot in self._slots:
            slot.version = BASE_VERSION
            self._report("engine_started", slot.engine_id, "")
        await self._publish()
        self._watching = asyncio.ensure_future(self._watch())
        return self.health()

    def _spawn(self, slot: _Slot) -> None:
        slot.engine_id = f"{self._module}-{slot.index}.{slot.generation}"
        slot.generation += 1
        slot.started, slot.version, slot.missed, slot.health = False, None, 0, None
        options = replace(self._template, engine_id=slot.engine_id, seed=self._template.seed + slot.index)
        slot.handle = self._cluster.spawn_engine(options, index=slot.index)

    async def _await_start(self, slot: _Slot) -> None:
        slot.health = await self._ask(
            slot, "start", what=f"engine {slot.engine_id} to start", limit_s=self._deadlines.engine_start_s
        )
        self._processes.add(slot.health)
        slot.started = True
        self._notify()

    async def _ask(
        self, slot: _Slot, method: str, *args: Any, what: str, limit_s: float, **kwargs: Any
    ) -> Any:
        if slot.handle is None:
            raise EngineError(f"engine {slot.engine_id} is gone")
        try:
            async with asyncio.timeout(limit_s):
                return await slot.handle.call(method, *args, **kwargs)
        except TimeoutError as error:
            raise DeadlineError(f"waited {limit_s:g} s for {what}") from error

    async def _watch(self) -> None:
        while not self._given_up:
            await asyncio.gather(*(self._check(slot) for slot in self._slots if slot.version is not None))
            await self._publish()
            await asyncio.sleep(_ROUND_S)

    async def _check(self, slot: _Slot) -> None:
        engine_id = slot.engine_id
        try:
            health = await self._ask(slot, "health", what=f"health of {engine_id}", limit_s=_HEALTH_S)
        except DeadlineError as error:
            slot.missed += 1
            if slot.missed >= _MAX_MISSED and slot.engine_id == engine_id:
                self._replace(slot, str(error))
            return
        except CodeArenaError as error:
            if slot.engine_id == engine_id:
                self._replace(slot, str(error))
            return
        if slot.engine_id == engine_id and slot.version is not None:
            slot.missed, slot.health = 0, health
            if health.state is not EngineState.READY:
                self._replace(slot, f"{health.state}: {health.cause}")

    def quarantine(self, engine_id: str, *, cause: str) -> None:
        """Replace an engine; one that was replaced already is left alone."""
        for slot in self._slots:
            if slot.engine_id == engine_id and slot.started:
                self._replace(slot, cause)

    def _replace(self, slot: _Slot, cause: str) -> None:
        """Take an engine out of service at once and make another one in the background."""
        if self._closed or (slot.replacing is not None and not slot.replacing.done()):
            return
        lost = slot.engine_id
        self._retire(slot)
        self._report("engine_lost", lost, cause)
        slot.replacing = asyncio.ensure_future(self._bring_back(slot, cause))

    def _retire(self, slot: _Slot) -> None:
        slot.started, slot.version, slot.health = False, None, None
        if slot.handle is not None:
            slot.handle.kill()
            slot.handle = None

    async def _bring_back(self, slot: _Slot, cause: str) -> None:
        await self._publish()
        while True:
            if self._restarts >= self._max_restarts:
                await self._give_up(f"{self._restarts} restarts, the last because of: {cause}")
                return
            self._restarts += 1
            await asyncio.sleep(_RESTART_PAUSE_S)
            try:
                self._spawn(slot)
                await self._await_start(slot)
                await self._catch_up(slot)
            except CodeArenaError as error:
                cause = f"{error.cause}: {error}"
                lost = slot.engine_id
                self._retire(slot)
                self._report("engine_lost", lost, cause)
                continue
            self._report("engine_restarted", slot.engine_id, cause)
            await self._publish()
            return

    async def _catch_up(self, slot: _Slot) -> None:
        """Give a fresh engine the current weights, unless an update under way already did."""
        async with self._push_lock:
            if self._current is None:
                slot.version = BASE_VERSION
            elif slot.version != self._current.weights.version:
                await self._push(slot, self._current.weights, self._current.probe, "keep", {})

    async def _give_up(self, cause: str) -> None:
        self._given_up = cause
        self._report("engines_given_up", self._module, cause)
        self._notify()
        await self._publish()

    # -- updates -------------------------------------------------------------------------------------

    async def sync(self, weights: WeightFile, probe: Probe, *, mode: PauseMode) -> SyncReport:
        """Push a version to all engines; see `EnginePool.sync`."""
        began = time.monotonic()
        if weights.version < self.version:
            raise SyncError(f"version {weights.version} is older than the current one, {self.version}")
        async with self._push_lock:
            push = await self._push_all(weights, probe, mode)
            if not push.done and not any(isinstance(e, SyncError) for e in push.failed.values()):
                push = await self._push_all(weights, probe, mode)  # all died under it, which is not its fault
            if not push.done:
                await self._cluster.delete_weights(weights)
                causes = "; ".join(str(error) for error in push.failed.values())
                raise SyncError(
                    f"no engine of module {self._module} took version {weights.version}: {causes}"
                )
            previous, self._current = self._current, _Current(weights, probe)
        await self._publish()
        if previous is not None and previous.weights.path != weights.path:
            await self._cluster.delete_weights(previous.weights)
        return SyncReport(
            version=weights.version,
            engines=tuple(push.done.values()),
            failed={engine_id: f"{error.cause}: {error}" for engine_id, error in push.failed.items()},
            total_s=time.monotonic() - began,
        )

    async def _push_all(self, weights: WeightFile, probe: Probe, mode: PauseMode) -> _Push:
        """Push to every engine that is up, waiting for one if there is none."""
        slots = await self._up()
        push = _Push()
        shared: dict[str, Any] = {}

        async def one(slot: _Slot) -> None:
            engine_id = slot.engine_id
            try:
                push.done[engine_id] = await self._push(slot, weights, probe, mode, shared)
            except CodeArenaError as error:
                push.failed[engine_id] = error
                self._report("sync_failed", engine_id, f"version {weights.version}: {error}")
                if slot.engine_id == engine_id and slot.started:
                    self._replace(slot, f"{error.cause}: {error}")

        await asyncio.gather(*(one(slot) for slot in slots))
        return push

    async def _push(
        self, slot: _Slot, weights: WeightFile, probe: Probe, mode: PauseMode, shared: dict[str, Any]
    ) -> EngineSync:
        """Push to one engine; `shared` keeps the bytes for those on other nodes."""
        limit_s = self._deadlines.sync_s
        what = f"engine {slot.engine_id} to take version {weights.version}"
        arguments: dict[str, Any] = {"probe": probe, "mode": mode, "lease_s": limit_s}
        if not await self._ask(slot, "sees", weights.path, what=what, limit_s=limit_s):
            if "data" not in shared:
                shared["data"] = self._cluster.share_weights(weights)
            arguments["data"] = shared["data"]
        done: EngineSync = await self._ask(
            slot, "sync", weights, what=what, limit_s=limit_s + 10, **arguments
        )
        slot.version = done.version
        return done

    async def _up(self) -> list[_Slot]:
        """Return the slots whose engine answers, waiting for the first."""
        limit_s = self._deadlines.engine_start_s
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    if self._given_up:
                        raise EngineError(f"no engines for module {self._module}: {self._given_up}")
                    slots = [slot for slot in self._slots if slot.started]
                    if slots:
                        return slots
                    await self._changed.wait()
        except TimeoutError as error:
            raise DeadlineError(f"waited {limit_s:g} s for an engine of module {self._module}") from error

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _publish(self) -> None:
        """Tell clients who serves: engines with the current weights."""
        current = self.version
        serving = tuple(
            ServingEngine(slot.engine_id, slot.version, slot.handle)
            for slot in self._slots
            if slot.version is not None and slot.version >= current and slot.handle is not None
        )
        self._revision += 1
        directory: DirectoryHandle = self._directory
        await directory.publish(EngineTable(self._revision, serving, self._given_up))

    def _report(self, kind: str, actor: str, cause: str) -> None:
        self._on_event(EngineEvent(time.time(), kind, actor, cause, self._restarts))

    # -- the end -------------------------------------------------------------------------------------

    async def close(self) -> None:
        """End all engines and wait until their processes are gone."""
        self._closed = True
        tasks = [t for t in (self._watching, *(s.replacing for s in self._slots)) if t is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._stop(slot) for slot in self._slots))
        self._directory.kill()
        if self._current is not None:
            await self._cluster.delete_weights(self._current.weights)
        await asyncio.to_thread(self._processes.end, limit_s=self._deadlines.stop_s)

    async def _stop(self, slot: _Slot) -> None:
        if slot.handle is None:
            return
        limit_s = self._deadlines.stop_s
        try:
            if slot.started:
                await self._ask(slot, "close", what="a stop", limit_s=limit_s, timeout_s=limit_s / 2)
        except CodeArenaError as error:
            self._report("engine_lost", slot.engine_id, f"while stopping: {error}")
        self._retire(slot)
