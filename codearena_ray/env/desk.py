"""The program under repair: what a fixer has in hand, and every program that was graded in this episode."""

from __future__ import annotations

from dataclasses import dataclass, field

from codearena_ray.env.feedback import Findings
from codearena_ray.types import Grade, JudgeVerdict, RunReport


@dataclass(frozen=True, slots=True)
class Graded:
    """A program and what it earned."""

    code: str
    report: RunReport
    verdict: JudgeVerdict | None
    grade: Grade


@dataclass(slots=True)
class Desk:
    """The state of one repair."""

    code: str
    """The last well-formed program, at first the bug."""
    findings: Findings
    """What agents may know of it, or of the malformed answer after it."""
    best: float
    """B, the best score so far."""
    steps: int = 0
    graded: dict[str, Graded] = field(default_factory=dict)
    """By code hash, the first program of that hash."""
    last_score: float = 0.0
    """S of the last answer: the draft's, when a review follows."""
    last_answer: str = ""
    """Its text."""
    review: str = ""
    """What the reviewer said of it."""
