"""How the engine supervisor reaches Ray: actors in a placement group, weight files of other nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy, PlacementGroupSchedulingStrategy

from codearena_ray.actors.engine_actor import EngineActor, actor_options
from codearena_ray.actors.engine_directory import EngineDirectory, EngineTable
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile, delete_weight_file, read_weight_bytes
from codearena_ray.errors import CodeArenaError, EngineError


async def _resolve(ref: Any, *, what: str) -> Any:
    """Await an object; errors of the project come as themselves, lost actors as EngineError."""
    try:
        return await ref
    except asyncio.CancelledError:
        ray.cancel(ref)
        raise
    except RayTaskError as error:
        if isinstance(error.cause, (CodeArenaError, ValueError)):
            raise error.cause from None
        raise EngineError(f"{what}: {error}") from error
    except RayError as error:
        raise EngineError(f"{what}: {type(error).__name__}: {str(error).splitlines()[0]}") from error


class RemoteEngine:
    """An `EngineActor` by its Ray handle; picklable."""

    def __init__(self, actor: Any, *, engine_id: str) -> None:
        self._actor = actor
        self._engine_id = engine_id

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a method of `EngineActor` returns; an actor that is gone is an EngineError."""
        ref = getattr(self._actor, method).remote(*args, **kwargs)
        return await _resolve(ref, what=f"engine {self._engine_id}")

    def kill(self) -> None:
        """End the actor at once; its vLLM processes notice within a second."""
        ray.kill(self._actor)


class RemoteDirectory:
    """An `EngineDirectory` by its Ray handle; picklable."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    async def publish(self, table: EngineTable) -> None:
        """Replace the table."""
        await _resolve(self._actor.publish.remote(table), what="engine directory")

    async def wait(self, after: int, *, timeout_s: float) -> EngineTable | None:
        """Return the table once its revision is not `after`, or None after the timeout."""
        ref = self._actor.wait.remote(after, timeout_s=timeout_s)
        return await _resolve(ref, what="engine directory")

    def kill(self) -> None:
        """End the actor."""
        ray.kill(self._actor)


class RayCluster:
    """Makes actors and moves weight files. Ray must be running.

    Args:
        placement_group: Where engines live; None leaves it to Ray.
        bundle_indices: The bundle of each engine by its index; empty: any bundle.
    """

    def __init__(self, placement_group: Any = None, *, bundle_indices: Sequence[int] = ()) -> None:
        self._group = placement_group
        self._bundles = tuple(bundle_indices)

    def spawn_engine(self, options: EngineOptions, *, index: int) -> RemoteEngine:
        """Return a new engine actor, not started."""
        placement: dict[str, Any] = {}
        if self._group is not None:
            placement["scheduling_strategy"] = PlacementGroupSchedulingStrategy(
                placement_group=self._group,
                placement_group_bundle_index=self._bundles[index] if self._bundles else -1,
            )
        actor = ray.remote(EngineActor).options(**actor_options(options, **placement)).remote(options)
        return RemoteEngine(actor, engine_id=options.engine_id)

    def spawn_directory(self) -> RemoteDirectory:
        """Return a new directory actor."""
        actor_class = ray.remote(EngineDirectory)
        made = actor_class.options(
            num_cpus=0, max_restarts=-1, max_task_retries=-1, max_concurrency=100_000
        ).remote()
        return RemoteDirectory(made)

    def share_weights(self, weights: WeightFile) -> Any:
        """Return an object reference to the bytes of a weight file, wherever it lies."""
        if self._is_here(weights):
            return ray.put(read_weight_bytes(weights))
        return self._at(weights).remote(weights)

    async def delete_weights(self, weights: WeightFile) -> None:
        """Delete a weight file, wherever it lies."""
        if self._is_here(weights):
            delete_weight_file(weights)
        else:
            await _resolve(self._at(weights, delete_weight_file).remote(weights), what="weight file")

    @staticmethod
    def _is_here(weights: WeightFile) -> bool:
        return weights.node_id in ("", ray.get_runtime_context().get_node_id())

    @staticmethod
    def _at(weights: WeightFile, function: Any = read_weight_bytes) -> Any:
        strategy = NodeAffinitySchedulingStrategy(weights.node_id, soft=False)
        return ray.remote(function).options(num_cpus=0, scheduling_strategy=strategy)
