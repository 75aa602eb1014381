"""An `Engine` as a Ray actor.

Restarts: none (`max_restarts=0`, `max_task_retries=0`). An actor that Ray restarted would come back with
base weights under the same handle, and a retried request might land on it. The supervisor makes a new actor
under a new id, gives it the current weights and checks them before anybody hears of it. An actor whose vLLM
died ends itself.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codearena_ray.actors.engine import Engine, PauseMode
from codearena_ray.actors.engine_types import Completion, EngineHealth, EngineSync, Probe, SamplingSpec
from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.vllm_backend import VllmBackend
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile, store_weight_bytes
from codearena_ray.errors import EngineError

_LAST_WORDS_S = 0.3


class EngineActor:
    """The shell: owns the node directory, turns death into an exit."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._node: NodeDirectory | None = None
        self._engine: Engine | None = None

    async def where(self) -> tuple[str, int]:
        """Return the host and the process that it lives in."""
        return socket.gethostname(), os.getpid()

    async def start(self) -> EngineHealth:
        """Start; see `Engine.start`."""
        options = self._options
        self._node = NodeDirectory(options.node_directory, root=options.node_root or None)
        self._engine = Engine(
            VllmBackend(options, node=self._node),
            engine_id=options.engine_id,
            parity_tolerance=options.config.parity_limit,
            on_dead=self._exit_soon,
        )
        return await self._engine.start()

    async def health(self) -> EngineHealth:
        """See `Engine.health`."""
        return self._live.health()

    async def generate(
        self, prompt_token_ids: Sequence[int], *, n: int, sampling: SamplingSpec, min_version: int
    ) -> list[Completion]:
        """See `Engine.generate`."""
        return await self._live.generate(prompt_token_ids, n=n, sampling=sampling, min_version=min_version)

    async def sees(self, path: str) -> bool:
        """Return whether a weight file is visible on this node."""
        return Path(path).is_file()

    async def sync(
        self, weights: WeightFile, *, data: bytes | None = None, probe: Probe, mode: PauseMode, lease_s: float
    ) -> EngineSync:
        """Take new weights from a file of this node, or from bytes that are stored here for the moment."""
        path = weights.path
        if data is not None:
            assert self._node is not None
            path = await asyncio.to_thread(
                store_weight_bytes,
                data,
                weights=weights,
                directory=self._node.weights,
                tag=self._options.engine_id,
            )
        try:
            return await self._live.sync(
                weights.version, path=path, checksum=weights.checksum, probe=probe, mode=mode, lease_s=lease_s
            )
        finally:
            if data is not None:
                Path(path).unlink(missing_ok=True)

    async def close(self) -> None:
        """End vLLM and release the node directory."""
        if self._engine is not None:
            await self._engine.close()
        if self._node is not None:
            self._node.close()

    @property
    def _live(self) -> Engine:
        if self._engine is None:
            raise EngineError(f"engine {self._options.engine_id} was not started")
        return self._engine

    def _exit_soon(self, cause: str) -> None:
        """Leave after the callers in flight have heard why."""
        print(f"engine {self._options.engine_id} ends itself: {cause}", flush=True)
        asyncio.get_running_loop().call_later(_LAST_WORDS_S, os._exit, 1)


def actor_options(options: EngineOptions, **placement: Any) -> dict[str, Any]:
    """Return the Ray options of an engine actor; `placement` is added to them."""
    config = options.config
    return {
        "num_cpus": config.num_cpus,
        "num_gpus": config.num_gpus,
        "max_restarts": 0,
        "max_task_retries": 0,
        "max_concurrency": 10_000,
        **placement,
    }
