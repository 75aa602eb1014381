"""The best programs of earlier episodes, by task: a board that merges in any order.

Entries belong to one task and its exact content, so nothing crosses a split; of the `test` split nothing is
kept and nothing told. What an agent is told (`hint`) is the best program that did *not* solve the task: a
solution would teach copying. Solutions are kept all the same, for export and for measuring.

Merging keeps the better entry and is commutative, associative and idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codearena_ray.grading.normalise import code_hash
from codearena_ray.types import Task


@dataclass(frozen=True, slots=True)
class Recollection:
    """A program worth remembering."""

    code: str
    code_hash: str
    score: float
    solved: bool

    def better_than(self, other: Recollection | None) -> bool:
        """True if this is to be kept; ties go to the shorter program, then to the smaller hash."""
        if other is None:
            return True
        mine = (-self.score, len(self.code), self.code_hash, self.code)
        return mine < (-other.score, len(other.code), other.code_hash, other.code)


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """A frozen view of a memory."""

    solutions: Mapping[str, Recollection] = field(default_factory=dict)
    attempts: Mapping[str, Recollection] = field(default_factory=dict)

    def best(self, task: Task) -> Recollection | None:
        """Return the best program known for a task: a solution if there is one."""
        key = _key(task)
        return self.solutions.get(key) or self.attempts.get(key)

    def hint(self, task: Task, *, above: float = 0.0) -> str:
        """Return what an agent is told at the start; empty where nothing is known.

        Args:
            task: Its split decides: in `test` nothing is told.
            above: Only programs that score more than this are worth telling: the buggy program's own score.
        """
        attempt = self.attempts.get(_key(task))
        if task.split == "test" or attempt is None or attempt.score <= above:
            return ""
        return f"An earlier attempt, not a solution yet, scored {attempt.score:.2f}:\n{attempt.code}"


class Memory:
    """The board of one process."""

    def __init__(self) -> None:
        """Start empty."""
        self._solutions: dict[str, Recollection] = {}
        self._attempts: dict[str, Recollection] = {}

    def record(self, task: Task, *, code: str, score: float, solved: bool) -> bool:
        """Return whether the program was worth keeping; nothing is of the `test` split."""
        if task.split == "test":
            return False
        entry = Recollection(code, code_hash(code), score, solved)
        return _keep(self._solutions if solved else self._attempts, _key(task), entry)

    def merge(self, other: MemorySnapshot) -> None:
        """Keep the better entry of each task."""
        for key, entry in other.solutions.items():
            _keep(self._solutions, key, entry)
        for key, entry in other.attempts.items():
            _keep(self._attempts, key, entry)

    def snapshot(self) -> MemorySnapshot:
        """Return a frozen view."""
        return MemorySnapshot(dict(self._solutions), dict(self._attempts))


def _key(task: Task) -> str:
    return f"{task.split}/{task.id}/{task.content_hash}"


def _keep(entries: dict[str, Recollection], key: str, entry: Recollection) -> bool:
    if entry.better_than(entries.get(key)):
        entries[key] = entry
        return True
    return False
