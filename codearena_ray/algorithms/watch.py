"""Watches for what would make a run's numbers lie: unscored episodes, engines that drift from the learner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from codearena_ray.actors.engine_types import EngineEvent
from codearena_ray.algorithms.collect import Collected
from codearena_ray.algorithms.groups import EpisodeSummary
from codearena_ray.config import Config
from codearena_ray.errors import RunAborted
from codearena_ray.trajectory.runs import RunDirectory


class RunWatch:
    """Writes events of a run, and stops it where too much is unscored."""

    def __init__(self, run: RunDirectory, settings: Config) -> None:
        self._run = run
        self._settings = settings

    def event(self, kind: str, actor: str, cause: str) -> None:
        """Record that something happened to an actor, and why."""
        self._run.append_event(kind, actor=actor, cause=cause)

    def engine_event(self, event: EngineEvent) -> None:
        """Record what an engine pool reports."""
        self._run.append_event(event.kind, actor=event.actor, cause=event.cause, restarts=event.restarts)

    def unscored(self, found: Collected) -> None:
        """Record the causes of unscored episodes.

        Raises:
            RunAborted: their share is above `train.max_unscored_share`.
        """
        settings = self._settings.train
        for cause, count in found.unscored.items():
            self.event("unscored", "episodes", f"{cause}: {count} episodes; {found.details.get(cause, '')}")
        share = found.unscored_share
        if share > settings.warn_unscored_share:
            task, count = found.unscored_by_task.most_common(1)[0]
            self.event("unscored_share", "episodes", f"{share:.1%} of episodes; most on {task}: {count}")
        if share > settings.max_unscored_share:
            raise RunAborted(
                f"{share:.1%} of the episodes were unscored (limit {settings.max_unscored_share:.0%}): "
                f"{dict(found.unscored)}; {self._run.events.path} has the causes"
            )

    def evaluation(self, episodes: Iterable[EpisodeSummary]) -> None:
        """Record the causes of unscored episodes of an evaluation; they are left out of its rate."""
        causes = Counter(e.unscored_cause for e in episodes if e.unscored_cause)
        for cause, count in causes.items():
            self.event("unscored", "evaluation", f"{cause}: {count} episodes")

    def parity(self, numbers: Mapping[str, Mapping[str, float]]) -> None:
        """Record trained rows on which learner and engine disagree more than float32 explains."""
        engine = self._settings.engine
        if self._settings.algorithm.autocast != "none" or engine.dtype != "float32":
            return
        for module_id, logged in numbers.items():
            worst = logged.get("max_abs_ratio_error", 0.0)
            if worst > engine.parity_limit:
                self.event("parity", module_id, f"trained rows: |exp(dlogp) - 1| reached {worst:.2e}")
