"""The engines of a module, as a driver uses them: blocking methods with deadlines over an `EngineSupervisor`.

The supervisor runs in an event loop of a thread of its own, so that engines are watched and replaced while
the driver computes. The pool does not choose when to update, does not read weights and never calls
`ray.init`.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from codearena_ray.actors.engine import PauseMode
from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_slot import Cluster
from codearena_ray.actors.engine_supervisor import EngineSupervisor
from codearena_ray.actors.engine_types import (
    BASE_VERSION,
    Completion,
    EngineEvent,
    EngineHealth,
    Probe,
    SamplingSpec,
    SyncReport,
)
from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile
from codearena_ray.config import DeadlinesConfig, EngineConfig
from codearena_ray.errors import DeadlineError, EngineError

T = TypeVar("T")


class EnginePool:
    """Engines of one module.

    Args:
        module: Name of the RLlib module.
        model_path: A directory with a Hugging Face model.
        config: The engine section.
        deadlines: The deadlines section.
        max_model_len: Prompt and completion together, in tokens.
        cluster: How actors are made; by default `RayCluster()`. Ray must be running then.
        node: The run's node directory, shared by its pools and learners; by default the pool opens its own.
        seed: Of the engines' own random streams.
        random_weights: Engines do not read weights at the start.
        max_restarts: Past it the pool gives up.
        on_event: Called from the pool's thread with every start, loss, restart and failed update.
    """

    def __init__(
        self,
        *,
        module: str,
        model_path: str,
        config: EngineConfig,
        deadlines: DeadlinesConfig,
        max_model_len: int,
        cluster: Cluster | None = None,
        node: NodeDirectory | None = None,
        seed: int = 0,
        random_weights: bool = False,
        max_restarts: int = 20,
        on_event: Callable[[EngineEvent], None] = lambda _: None,
    ) -> None:
        if cluster is None:
            from codearena_ray.actors.ray_cluster import RayCluster

            cluster = RayCluster()
        self.module = module
        self.node = node if node is not None else NodeDirectory(uuid.uuid4().hex[:12])
        """Where learners of this node write weight files (`node.weights`)."""
        self._owns_node = node is None
        self._deadlines = deadlines
        self._cluster = cluster
        self._max_restarts = max_restarts
        self._on_event = on_event
        self._template = EngineOptions(
            engine_id="",
            model_path=model_path,
            config=config,
            max_model_len=max_model_len,
            node_directory=self.node.name,
            node_root=str(self.node.root),
            seed=seed,
            random_weights=random_weights,
        )
        self._supervisor: EngineSupervisor | None = None
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=f"EnginePool-{module}", daemon=True
        )

    def start(self) -> tuple[EngineHealth, ...]:
        """Start all engines and return their health; they hold base weights that nobody verified.

        Raises:
            EngineError: one did not start.
            DeadlineError: it took longer than `deadlines.engine_start_s`.
        """
        self._thread.start()
        try:
            return self._call(
                self._start(), what="engines to start", limit_s=self._deadlines.engine_start_s + 30
            )
        except BaseException:
            self.close()
            raise

    def client(self) -> EngineClient:
        """Return a picklable client for env runners."""
        return self._running.client

    def generate(
        self,
        prompt_token_ids: Sequence[int],
        *,
        n: int = 1,
        sampling: SamplingSpec,
        min_version: int = BASE_VERSION,
        deadline_s: float | None = None,
    ) -> list[Completion]:
        """Return completions; see `EngineClient.generate`."""
        limit_s = self._deadlines.generate_s if deadline_s is None else deadline_s
        work = self.client().generate(
            prompt_token_ids, n=n, sampling=sampling, min_version=min_version, deadline_s=limit_s
        )
        return self._call(work, what="a completion", limit_s=limit_s + 10)

    def sync(self, weights: WeightFile, probe: Probe, *, mode: PauseMode = "keep") -> SyncReport:
        """Push a version to all engines, make it the current one and return how it went.

        The pool owns the file from now on: it is deleted when a newer version is current, or at once if no
        engine takes it. Engines that fail are replaced in the background, with what is current then.

        Args:
            weights: From `write_weight_file`; a newer version than the last one, or the same.
            probe: What the trainer computes with these weights.
            mode: What becomes of requests in flight.

        Raises:
            SyncError: no engine took it; the last version stays current.
            DeadlineError: no engine came up in time to take it.
            EngineError: the pool has given up.
        """
        limit_s = 2 * (self._deadlines.sync_s + self._deadlines.engine_start_s) + 30
        return self._call(
            self._running.sync(weights, probe, mode=mode), what=f"version {weights.version}", limit_s=limit_s
        )

    def quarantine(self, engine_id: str, *, cause: str) -> None:
        """Replace an engine whose trained rows show that it does not compute what the learner computes."""
        running = self._running
        self._loop.call_soon_threadsafe(lambda: running.quarantine(engine_id, cause=cause))

    def health(self) -> tuple[EngineHealth, ...]:
        """Return what each engine last said about itself."""
        return self._running.health()

    @property
    def restarts(self) -> int:
        """Engines replaced so far."""
        return self._running.restarts

    @property
    def version(self) -> int:
        """The current version; `BASE_VERSION` before the first update."""
        return self._running.version

    @property
    def given_up(self) -> str:
        """Why there are no engines any more; empty while there are."""
        return self._running.given_up

    def close(self) -> None:
        """End everything and leave nothing behind. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        if self._thread.is_alive():
            limit_s = 2 * self._deadlines.stop_s + 10
            try:
                self._call(self._stop(), what="engines to stop", limit_s=limit_s)
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join(timeout=5)
                self._loop.close()
        if self._owns_node:
            self.node.close()

    def __enter__(self) -> EnginePool:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def _running(self) -> EngineSupervisor:
        if self._supervisor is None or self._closed:
            raise EngineError(f"engines of module {self.module} are not running")
        return self._supervisor

    async def _start(self) -> tuple[EngineHealth, ...]:
        self._supervisor = EngineSupervisor(
            self.module,
            template=self._template,
            deadlines=self._deadlines,
            cluster=self._cluster,
            max_restarts=self._max_restarts,
            on_event=self._on_event,
        )
        return await self._supervisor.start()

    async def _stop(self) -> None:
        if self._supervisor is not None:
            await self._supervisor.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()  # callers in other threads that still wait for something
        await asyncio.sleep(0)

    def _call(self, work: Coroutine[Any, Any, T], *, what: str, limit_s: float) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout=limit_s)
        except TimeoutError as error:
            future.cancel()
            raise DeadlineError(f"waited {limit_s:g} s for {what}") from error
        except BaseException:
            future.cancel()
            raise
