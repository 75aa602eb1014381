"""What travels between the driver and its env runners: group orders out, group results back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from codearena_ray.types import Task


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """A group of episodes to play: same task, same first prompt, same weights or newer."""

    group_id: str
    task: Task
    size: int
    seed: int
    iteration: int
    attempt: int = 0
    """0 at first; 1 when too many of its episodes were unscored and it is played once more."""
    greedy: bool = False
    """Evaluation: temperature 0, nothing is trained."""
    min_version: int = -1
    curriculum_level: int = 0


class TurnSummary(NamedTuple):
    """What credit assignment and bookkeeping need of one row."""

    row: int
    """Index into the group's table."""
    sample_index: int
    role: str
    module_id: str
    turn: int
    reward: float
    best_before: float
    num_tokens: int
    """Sampled tokens that may be trained; 0 for context."""


class EpisodeSummary(NamedTuple):
    """How one episode ended."""

    sample_index: int
    solved: bool
    solved_first: bool
    """Solved at the fixer's first step."""
    score: float
    """Best score reached."""
    baseline: float
    """B_0, the buggy program's own score."""
    episode_return: float
    num_steps: int
    oldest_version: int
    unscored_cause: str
    unscored_detail: str


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A played group; its rows travel beside it."""

    order: GroupOrder
    episodes: tuple[EpisodeSummary, ...]
    turns: tuple[TurnSummary, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    """Sums over the rows: generate, sandbox, grade, judge."""
    runner: str = ""

    @property
    def scored(self) -> frozenset[int]:
        """Sample indices of the scored episodes."""
        return frozenset(e.sample_index for e in self.episodes if not e.unscored_cause)


class PlayedGroup(NamedTuple):
    """A result with its rows."""

    result: GroupResult
    rows: pa.Table
