"""One place for an engine of a module: engines come and go in it, each under an id of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from codearena_ray.actors.engine import PauseMode
from codearena_ray.actors.engine_directory import EngineHandle
from codearena_ray.actors.engine_types import EngineHealth, EngineState, EngineSync, Probe
from codearena_ray.actors.local_processes import LocalProcesses
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile
from codearena_ray.config import DeadlinesConfig
from codearena_ray.errors import CodeArenaError, DeadlineError, EngineError

_HEALTH_S = 10.0
_MAX_MISSED = 3
"""Health questions in a row without an answer before an engine counts as lost."""
_MARGIN_S = 10.0
"""What the engine's own deadline is given before ours."""


class Cluster(Protocol):
    """What supervision needs from Ray; see `RayCluster`."""

    def spawn_engine(self, options: EngineOptions, *, index: int) -> EngineHandle:
        """Return a new engine, not started."""

    def spawn_directory(self) -> Any:
        """Return a new directory: a `DirectoryHandle` with `kill`."""

    def share_weights(self, weights: WeightFile) -> Any:
        """Return the bytes of a weight file in a form that travels as an argument."""

    async def delete_weights(self, weights: WeightFile) -> None:
        """Delete a weight file, wherever it lies."""


class EngineSlot:
    """An engine, its successor, and so on.

    Args:
        index: Its place among the module's engines.
        module: Part of the engines' ids.
        template: What every engine is started with; id and seed are filled in.
        deadlines: The deadlines section.
        cluster: How actors are made.
        processes: Where the processes of engines are remembered.
    """

    def __init__(
        self,
        index: int,
        *,
        module: str,
        template: EngineOptions,
        deadlines: DeadlinesConfig,
        cluster: Cluster,
        processes: LocalProcesses,
    ) -> None:
        self._index = index
        self._module = module
        self._template = template
        self._deadlines = deadlines
        self._cluster = cluster
        self._processes = processes
        self._generation = 0
        self._missed = 0
        self._pushing = False
        self.handle: EngineHandle | None = None
        self.engine_id = ""
        self.started = False
        """vLLM answers; weights may still be missing."""
        self.version: int | None = None
        """What clients may be told; None: not serving."""
        self.health: EngineHealth | None = None
        self.replacing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the next engine and wait until it answers.

        Raises:
            EngineError: it did not start.
            DeadlineError: it took longer than `deadlines.engine_start_s`.
        """
        self.engine_id = f"{self._module}-{self._index}.{self._generation}"
        self._generation += 1
        self._missed = 0
        options = replace(self._template, engine_id=self.engine_id, seed=self._template.seed + self._index)
        self.handle = self._cluster.spawn_engine(options, index=self._index)
        limit_s, what = self._deadlines.engine_start_s, f"engine {self.engine_id} to start"
        host, pid = await self._ask("where", what=what, limit_s=limit_s)
        self._processes.add(self.engine_id, host=host, pid=pid)
        self.health = await self._ask("start", what=what, limit_s=limit_s)
        self.started = True

    async def find_fault(self) -> str:
        """Return why the engine must be replaced; empty if it need not be, or while it takes an update.

        An update has a deadline of its own, and what it says about a failure is better than what a health
        check says.
        """
        if self._pushing or self.version is None:
            return ""
        engine_id = self.engine_id
        fault = ""
        try:
            health = await self._ask("health", what=f"health of {engine_id}", limit_s=_HEALTH_S)
        except DeadlineError as error:
            self._missed += 1
            fault = str(error) if self._missed >= _MAX_MISSED else ""
        except CodeArenaError as error:
            fault = str(error)
        else:
            if engine_id == self.engine_id and self.started:
                self._missed, self.health = 0, health
            if health.state is not EngineState.READY:
                fault = f"{health.state}: {health.cause}"
        return fault if engine_id == self.engine_id and not self._pushing else ""

    async def push(
        self, weights: WeightFile, probe: Probe, *, mode: PauseMode, shared: dict[str, Any]
    ) -> EngineSync:
        """Have the engine take a version and return how it went.

        Args:
            weights: The file.
            probe: What the trainer computes with it.
            mode: What becomes of requests in flight.
            shared: Keeps the bytes of the file for engines on other nodes.

        Raises:
            SyncError: the weights did not arrive, or not as sent.
            EngineError: the engine is gone.
            DeadlineError: it took longer than `deadlines.sync_s`.
        """
        limit_s = self._deadlines.sync_s
        what = f"engine {self.engine_id} to take version {weights.version}"
        arguments: dict[str, Any] = {"probe": probe, "mode": mode, "lease_s": limit_s}
        self._pushing = True
        try:
            if not await self._ask("sees", weights.path, what=what, limit_s=limit_s):
                if "data" not in shared:
                    shared["data"] = self._cluster.share_weights(weights)
                arguments["data"] = shared["data"]
            done: EngineSync = await self._ask(
                "sync", weights, what=what, limit_s=limit_s + _MARGIN_S, **arguments
            )
        finally:
            self._pushing = False
        self.version = done.version
        return done

    def retire(self) -> None:
        """End the engine at once."""
        self.started, self.version, self.health = False, None, None
        self._processes.leave(self.engine_id)
        if self.handle is not None:
            self.handle.kill()
            self.handle = None
        self._processes.kill_below()

    async def stop(self) -> str:
        """End the engine in good order, by force if that fails, and return what failed."""
        problem = ""
        if self.started:
            self._processes.leave(self.engine_id)
            what = f"engine {self.engine_id} to stop"
            try:
                await self._ask("close", what=what, limit_s=self._deadlines.stop_s)
            except CodeArenaError as error:
                problem = str(error)
        self.retire()
        return problem

    async def _ask(self, method: str, *args: Any, what: str, limit_s: float, **kwargs: Any) -> Any:
        if self.handle is None:
            raise EngineError(f"engine {self.engine_id} is gone")
        try:
            async with asyncio.timeout(limit_s):
                return await self.handle.call(method, *args, **kwargs)
        except TimeoutError as error:
            raise DeadlineError(f"waited {limit_s:g} s for {what}") from error
