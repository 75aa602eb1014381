"""Supervision of a module's engines as asyncio: start, watch, update, replace, stop.

`engine_pool` puts it into a thread. What it holds to:

- Clients hear of an engine only while it holds the *current* weights, parity-checked (or base weights,
  before the first update). A replacement is a new actor under a new id: start, current weights, parity
  check, traffic.
- The file of the current weights stays until a newer version is current; every other one is deleted.
- Every restart is counted and reported with its cause; past the limit it gives up and says so to everybody.
- `close` leaves no actor and no process behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from codearena_ray.actors.engine import PauseMode
from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_directory import EngineTable, ServingEngine
from codearena_ray.actors.engine_slot import Cluster, EngineSlot
from codearena_ray.actors.engine_types import (
    BASE_VERSION,
    EngineEvent,
    EngineHealth,
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
_PUBLISH_S = 10.0
_RESTART_PAUSE_S = 1.0


@dataclass
class _Current:
    weights: WeightFile
    probe: Probe


@dataclass
class _Push:
    done: dict[str, EngineSync] = field(default_factory=dict)
    failed: dict[str, CodeArenaError] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """An engine looked at the weights and found them wrong: trying again would not help."""
        return any(isinstance(error, SyncError) for error in self.failed.values())


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
        self._deadlines = deadlines
        self._cluster = cluster
        self._max_restarts = max_restarts
        self._on_event = on_event
        self._processes = LocalProcesses()
        self._slots = [
            EngineSlot(
                index,
                module=module,
                template=template,
                deadlines=deadlines,
                cluster=cluster,
                processes=self._processes,
            )
            for index in range(template.config.num_engines)
        ]
        self._restarts = 0
        self._given_up = ""
        self._closed = False
        self._table = EngineTable(0, ())
        self._current: _Current | None = None
        self._push_lock = asyncio.Lock()
        self._changed = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._directory = cluster.spawn_directory()
        self.client = EngineClient(self._directory, module=module, generate_s=deadlines.generate_s)

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

    def health(self) -> tuple[EngineHealth, ...]:
        """Return what each engine last said about itself."""
        return tuple(slot.health for slot in self._slots if slot.health is not None)

    async def start(self) -> tuple[EngineHealth, ...]:
        """Start all engines and return their health; see `EnginePool.start`."""
        await asyncio.gather(*(slot.start() for slot in self._slots))
        for slot in self._slots:
            slot.version = BASE_VERSION
            self._report("engine_started", slot.engine_id, "")
        await self._publish()
        self._run(self._watch(), what="supervision")
        return self.health()

    async def sync(self, weights: WeightFile, probe: Probe, *, mode: PauseMode) -> SyncReport:
        """Push a version to all engines; see `EnginePool.sync`."""
        began = time.monotonic()
        if weights.version < self.version:
            raise SyncError(f"version {weights.version} is older than the current one, {self.version}")
        async with self._push_lock:
            push = await self._push_all(weights, probe, mode=mode)
            if not push.done and not push.refused:
                push = await self._push_all(weights, probe, mode=mode)  # they died, which is not its fault
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

    def quarantine(self, engine_id: str, *, cause: str) -> None:
        """Replace an engine; one that was replaced already is left alone."""
        for slot in self._slots:
            if slot.engine_id == engine_id and slot.started:
                self._replace(slot, cause)

    async def close(self) -> None:
        """End all engines and wait until their processes are gone."""
        self._closed, self._given_up = True, self._given_up or "closed"
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._publish()
        problems = await asyncio.gather(*(slot.stop() for slot in self._slots))
        for slot, problem in zip(self._slots, problems, strict=True):
            if problem:
                self._report("engine_lost", slot.engine_id, f"while stopping: {problem}")
        self._directory.kill()
        if self._current is not None:
            await self._cluster.delete_weights(self._current.weights)
        await asyncio.to_thread(self._processes.end, limit_s=self._deadlines.stop_s)

    async def _watch(self) -> None:
        while not self._given_up:
            faults = await asyncio.gather(*(slot.find_fault() for slot in self._slots))
            for slot, fault in zip(self._slots, faults, strict=True):
                if fault:
                    self._replace(slot, fault)
            await self._publish()
            await asyncio.sleep(_ROUND_S)

    def _replace(self, slot: EngineSlot, cause: str) -> None:
        """Take an engine out of service at once and make another one in the background."""
        if self._closed or (slot.replacing is not None and not slot.replacing.done()):
            return
        lost = slot.engine_id
        slot.retire()
        self._report("engine_lost", lost, cause)
        slot.replacing = self._run(self._bring_back(slot, cause), what=f"replacing {lost}")

    async def _bring_back(self, slot: EngineSlot, cause: str) -> None:
        await self._publish()
        while self._restarts < self._max_restarts:
            self._restarts += 1
            await asyncio.sleep(_RESTART_PAUSE_S)
            try:
                await slot.start()
                self._notify()
                await self._catch_up(slot)
            except CodeArenaError as error:
                cause = f"{error.cause}: {error}"
                lost = slot.engine_id
                slot.retire()
                self._report("engine_lost", lost, cause)
                continue
            self._report("engine_restarted", slot.engine_id, cause)
            await self._publish()
            return
        await self._give_up(f"{self._restarts} restarts, the last because of: {cause}")

    async def _catch_up(self, slot: EngineSlot) -> None:
        """Give a fresh engine the current weights, unless an update under way already did."""
        async with self._push_lock:
            if self._current is None:
                slot.version = BASE_VERSION
            elif slot.version != self._current.weights.version:
                await slot.push(self._current.weights, self._current.probe, mode="keep", shared={})

    async def _give_up(self, cause: str) -> None:
        if not self._given_up:
            self._given_up = cause
            self._report("engines_given_up", self._module, cause)
            self._notify()
            await self._publish()

    async def _push_all(self, weights: WeightFile, probe: Probe, *, mode: PauseMode) -> _Push:
        """Push to every engine that is up, waiting for one if there is none."""
        slots = await self._up()
        push = _Push()
        shared: dict[str, Any] = {}

        async def one(slot: EngineSlot) -> None:
            engine_id = slot.engine_id
            try:
                push.done[engine_id] = await slot.push(weights, probe, mode=mode, shared=shared)
            except CodeArenaError as error:
                push.failed[engine_id] = error
                self._report("sync_failed", engine_id, f"version {weights.version}: {error}")
                if slot.engine_id == engine_id and slot.started:
                    self._replace(slot, f"{error.cause}: {error}")

        await asyncio.gather(*(one(slot) for slot in slots))
        return push

    async def _up(self) -> list[EngineSlot]:
        """Return the slots whose engine answers, waiting for the first."""
        limit_s = self._deadlines.engine_start_s
        try:
            async with asyncio.timeout(limit_s):
                while not self._given_up:
                    slots = [slot for slot in self._slots if slot.started]
                    if slots:
                        return slots
                    await self._changed.wait()
        except TimeoutError as error:
            raise DeadlineError(f"waited {limit_s:g} s for an engine of module {self._module}") from error
        raise EngineError(f"no engines for module {self._module}: {self._given_up}")

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _publish(self) -> None:
        """Tell clients who serves. Said again every round, which a restarted directory needs."""
        serving = tuple(
            ServingEngine(slot.engine_id, slot.version, slot.handle)
            for slot in self._slots
            if slot.version is not None and slot.version >= self.version and slot.handle is not None
        )
        table = EngineTable(self._table.revision, serving, self._given_up)
        if table != self._table or table.revision == 0:
            self._table = replace(table, revision=table.revision + 1)
        try:
            async with asyncio.timeout(_PUBLISH_S):
                await self._directory.publish(self._table)
        except (TimeoutError, EngineError) as error:  # the next round tries again
            self._report("directory_unreachable", self._module, f"{type(error).__name__}: {error}")

    def _report(self, kind: str, actor: str, cause: str) -> None:
        self._on_event(EngineEvent(time.time(), kind, actor, cause, self._restarts))

    def _run(self, work: Coroutine[Any, Any, None], *, what: str) -> asyncio.Task[None]:
        """Run something in the background; if it fails as nobody foresaw, there are no engines any more."""

        def ended(task: asyncio.Task[None]) -> None:
            self._background.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None and not self._closed:
                cause = f"{what} failed: {type(error).__name__}: {error}"
                self._run(self._give_up(cause), what="giving up")

        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(ended)
        return task
