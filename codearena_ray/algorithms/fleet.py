"""The engines of all modules, and how a learner's weights reach them: file, push, parity probe, version.

A version counts only where the engine's log-probabilities agree with the learner's on the probe
(`EnginePool.sync`). Remote learners write their files on their own node; the pool fetches them from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import EngineEvent, Probe
from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.config import Config

PROBE_SEQUENCES = 4
PROBE_TOKENS = 48


class FleetSync(NamedTuple):
    """One version reached the engines of every module."""

    version: int
    parity: float
    """Worst |exp(learner - engine) - 1| on the probe."""
    failed: dict[str, str]


class EngineFleet:
    """One pool of engines per module.

    Args:
        model_paths: Module id to model directory.
        config: The run's configuration.
        node: The run's directory for weight files.
        on_event: Receives what happens to engines.
    """

    def __init__(
        self,
        model_paths: Mapping[str, Path],
        *,
        config: Config,
        node: NodeDirectory,
        on_event: Callable[[EngineEvent], None],
        cluster: Any = None,
    ) -> None:
        self._config = config
        self._node = node
        self.pools = {
            module_id: EnginePool(
                module=module_id,
                model_path=str(path),
                config=config.engine,
                deadlines=config.deadlines,
                max_model_len=config.model.max_prompt_tokens + config.model.max_completion_tokens,
                cluster=cluster,
                node=node,
                seed=config.run.seed,
                random_weights=config.model.random_weights,
                max_restarts=config.train.max_restarts,
                on_event=on_event,
            )
            for module_id, path in model_paths.items()
        }
        self._probes: dict[str, tuple[tuple[int, ...], ...]] = {}

    def start(self) -> None:
        """Start every engine; they serve nobody before the first sync."""
        for pool in self.pools.values():
            pool.start()

    def clients(self) -> dict[str, EngineClient]:
        """Return a picklable client per module."""
        return {module_id: pool.client() for module_id, pool in self.pools.items()}

    def set_probe(self, module_id: str, sequences: Sequence[Sequence[int]]) -> None:
        """Use these token sequences (cut to a bound) to compare learner and engines from now on."""
        kept = tuple(tuple(s[-PROBE_TOKENS:]) for s in sequences if len(s) >= 2)[:PROBE_SEQUENCES]
        if kept:
            self._probes[module_id] = kept

    def sync(self, learners: Any, version: int) -> FleetSync:
        """Push the learners' weights to every engine as `version`.

        Args:
            learners: RLlib's LearnerGroup of `GRPOLearner`.
            version: Greater than any before.

        Raises:
            SyncError: no engine of a module took it.
        """
        folder = str(self._node.weights)
        files = next(
            f for f in on_learners(learners, "export_weights", folder, self._node.name, version) if f
        )
        parity, failed = 0.0, {}
        for module_id, pool in self.pools.items():
            sequences = self._probes[module_id]
            logprobs = on_learners(learners, "probe_logprobs", module_id, sequences)[0]
            probe = Probe(sequences, tuple(tuple(values) for values in logprobs))
            report = pool.sync(files[module_id], probe, mode="wait")
            parity = max(parity, report.parity)
            failed.update(report.failed)
        return FleetSync(version, parity, failed)

    @property
    def restarts(self) -> int:
        """Engine restarts so far."""
        return sum(pool.restarts for pool in self.pools.values())

    def close(self) -> None:
        """End every engine."""
        with contextlib.ExitStack() as closing:
            for pool in self.pools.values():
                closing.callback(pool.close)


def on_learners(learners: Any, method: str, *args: Any) -> list[Any]:
    """Return the result of a method on every learner; the first error is raised.

    Learners that RLlib took out of service, because some call raised in them, are asked like all others:
    none is left out in silence.
    """
    results = []
    asked = learners.foreach_learner(
        lambda learner: getattr(learner, method)(*args), healthy_only=False, mark_healthy=True
    )
    for result in asked:
        if not hasattr(result, "ok"):  # the local learner's own return value
            results.append(result)
        elif result.ok:
            results.append(result.get())
        else:
            raise result.get()
    return results
