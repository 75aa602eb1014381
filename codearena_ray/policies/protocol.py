"""What a fixer is: questions in, answers out, many at a time.

Invariants: `answers` returns one entry per question, in order; the machine's failure to answer one question
is an `InfrastructureError` in its place, and the episode that asked is unscored. A fixer never grades and
never runs code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from codearena_ray.env.prompts import Message
from codearena_ray.errors import InfrastructureError
from codearena_ray.trajectory.rows import TokenRecord
from codearena_ray.types import Observation, Task


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier turn of the same agent in the same episode."""

    observation: Observation
    text: str
    """What it answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an agent is asked."""

    task: Task
    """For yardsticks such as `reference`; a policy reads the observation or the messages."""
    observation: Observation
    role: str
    """`fixer` or `reviewer`."""
    messages: tuple[Message, ...]
    """The observation, rendered as the configuration says."""
    seed: int = 0
    """Decides what a sampling fixer draws, whatever else is asked beside."""
    earlier: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fixer says."""

    text: str
    tokens: TokenRecord | None = None
    """Of our own engines only: what was read and sampled."""


Outcome = Answer | InfrastructureError


class Fixer(Protocol):
    """Answers questions; used from one thread."""

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return an answer, or the error that came instead, for each question."""
        ...

    def close(self) -> None:
        """End what it holds; a second call does nothing."""
        ...
