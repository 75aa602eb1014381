"""Which task comes next: counters by task and level, and a frozen view of them that draws tasks.

Counters are sums, so tallies of many runners merge in any order. A runner adds to its own, hands over what is
new with `take`, and draws from a snapshot that stays as it is until it fetches another.

Progress on a task is the mean over its scored episodes of (solved + gain) / 2, with

    gain = (best - B_0) / (1 - B_0)

the share of what there was to win: a task whose buggy program already scores 0.9 is not an easy one. Tasks
are drawn in proportion to p (1 - p) of that progress, so most often near one half, where a group of answers
differs. A level opens when the one below shows enough progress; tasks of closed levels are drawn rarely.

It does not decide difficulty: a task's level is its `difficulty`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from codearena_ray.types import Task

NUM_LEVELS = 5
OPENING_EPISODES = 32
"""Scored episodes that a level must have seen before it can open the next."""
OPENING_PROGRESS = 0.5
PRIOR_EPISODES = 4.0
"""Weight of the level's progress in the estimate of a task, in episodes."""
FLOOR = 0.05
"""Share of the largest weight that every task of an open level keeps."""
CLOSED_SHARE = 0.02
"""Weight of a task in a closed level against one at one half in an open level."""


def level_of(task: Task) -> int:
    """Return the curriculum level of a task, 1 to 5."""
    return min(max(task.difficulty, 1), NUM_LEVELS)


def gain_of(best: float, baseline: float) -> float:
    """Return the share of the possible improvement that was reached, in [0, 1].

    Args:
        best: Best score of the episode.
        baseline: B_0, the buggy program's own; at 1 there was nothing to gain and the result is 0.
    """
    if baseline >= 1.0 - 1e-9:
        return 0.0
    return min(max((best - baseline) / (1.0 - baseline), 0.0), 1.0)


@dataclass(slots=True)
class Tally:
    """Sums over scored episodes."""

    episodes: int = 0
    solved: int = 0
    gain: float = 0.0
    score: float = 0.0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.episodes += other.episodes
        self.solved += other.solved
        self.gain += other.gain
        self.score += other.score

    @property
    def progress(self) -> float:
        """Mean of (solved + gain) / 2; 0 without episodes."""
        return (self.solved + self.gain) / (2 * self.episodes) if self.episodes else 0.0

    @property
    def mean_score(self) -> float:
        """Mean best score; 0 without episodes."""
        return self.score / self.episodes if self.episodes else 0.0


@dataclass(slots=True)
class Tallies:
    """Counters by task and by level; merging is adding, in any order."""

    tasks: dict[str, Tally] = field(default_factory=dict)
    levels: dict[int, Tally] = field(default_factory=dict)

    def merge(self, other: Tallies) -> None:
        """Add the counters of another."""
        for task_id, tally in other.tasks.items():
            self.tasks.setdefault(task_id, Tally()).add(tally)
        for level, tally in other.levels.items():
            self.levels.setdefault(level, Tally()).add(tally)


@dataclass(frozen=True, slots=True)
class CurriculumSnapshot:
    """A frozen view: draws depend on it, the tasks and the generator's seed alone."""

    tasks: Mapping[str, Tally]
    levels: Mapping[int, Tally]
    level: int
    """Highest open level."""

    def estimate(self, task: Task) -> float:
        """Return the expected progress on a task: its own counters, with its level's as prior."""
        prior = self.levels.get(level_of(task), Tally())
        expected = prior.progress if prior.episodes else 0.5
        own = self.tasks.get(task.id, Tally())
        return (own.progress * own.episodes + PRIOR_EPISODES * expected) / (own.episodes + PRIOR_EPISODES)

    def weight(self, task: Task) -> float:
        """Return the relative weight with which a task is drawn, in (0, 1]."""
        if level_of(task) > self.level:
            return CLOSED_SHARE
        progress = self.estimate(task)
        return FLOOR + (1 - FLOOR) * 4 * progress * (1 - progress)

    def draw(self, tasks: Sequence[Task], *, rng: Random, count: int = 1) -> list[Task]:
        """Return so many tasks, drawn with replacement.

        Raises:
            ValueError: there are no tasks.
        """
        if not tasks:
            raise ValueError("there are no tasks to draw from")
        ends = list(accumulate(self.weight(task) for task in tasks))
        last = len(tasks) - 1
        return [tasks[min(bisect_right(ends, rng.random() * ends[-1]), last)] for _ in range(count)]


class Curriculum:
    """Counters of one process: everything seen, and what was added since the last `take`."""

    def __init__(self, seen: Tallies | None = None) -> None:
        """Start from the counters of a checkpoint, or from none."""
        self._all = Tallies()
        self._new = Tallies()
        if seen is not None:
            self._all.merge(seen)

    def record(self, task: Task, *, best: float, baseline: float, solved: bool) -> None:
        """Count one scored episode.

        Args:
            task: Its task.
            best: Best score of the episode.
            baseline: The buggy program's own score.
            solved: Whether the episode solved it.
        """
        one = Tally(1, int(solved), gain_of(best, baseline), best)
        for tallies in (self._all, self._new):
            tallies.merge(Tallies({task.id: one}, {level_of(task): one}))

    def merge(self, others: Iterable[Tallies]) -> None:
        """Add what other processes counted; it is not handed on by `take`."""
        for other in others:
            self._all.merge(other)

    def take(self) -> Tallies:
        """Return what was recorded since the last call."""
        new, self._new = self._new, Tallies()
        return new

    def counters(self) -> Tallies:
        """Return a copy of everything counted, for a checkpoint."""
        copy = Tallies()
        copy.merge(self._all)
        return copy

    def snapshot(self) -> CurriculumSnapshot:
        """Return a frozen view of everything counted."""
        copy = self.counters()
        level = 1
        while level < NUM_LEVELS:
            tally = copy.levels.get(level, Tally())
            if tally.episodes < OPENING_EPISODES or tally.progress < OPENING_PROGRESS:
                break
            level += 1
        return CurriculumSnapshot(copy.tasks, copy.levels, level)
