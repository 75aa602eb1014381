"""Fixers that show what the best and the laziest answer earn; neither is a policy."""

from __future__ import annotations

from collections.abc import Sequence

from codearena_ray.policies.protocol import Answer, Outcome, Question
from codearena_ray.policies.writing import write_answer

_REVIEW = "I have nothing to add."


class ReferenceFixer:
    """Answers with the task's reference; on a canary, which nothing solves, it gives up.

    Args:
        answer_format: `full` or `edit`.
    """

    def __init__(self, *, answer_format: str) -> None:
        self._format = answer_format

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return the reference of each task."""
        return [Answer(self._answer(question)) for question in questions]

    def close(self) -> None:
        """Hold nothing, end nothing."""

    def _answer(self, question: Question) -> str:
        if question.role == "reviewer":
            return _REVIEW
        if question.task.is_canary:
            return "give up"
        base = question.observation.code
        return write_answer(question.task.reference_code, base_code=base, answer_format=self._format)


class NoopFixer:
    """Answers with the program as it is.

    Args:
        answer_format: `full` or `edit`.
    """

    def __init__(self, *, answer_format: str) -> None:
        self._format = answer_format

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return the program that each question shows."""
        return [Answer(self._answer(question)) for question in questions]

    def close(self) -> None:
        """Hold nothing, end nothing."""

    def _answer(self, question: Question) -> str:
        if question.role == "reviewer":
            return _REVIEW
        code = question.observation.code
        return write_answer(code, base_code=code, answer_format=self._format)
