"""What a judge is: a view of a program on up to three axes, beside the tests and never instead of them."""

from __future__ import annotations

import hashlib
from typing import Protocol

from codearena_ray.taskset import content_hash
from codearena_ray.types import JudgeVerdict, Task


class Judge(Protocol):
    """Gives verdicts. Thread-safe; blocking.

    An axis in `axes` is scored for every program; an axis outside it is never paid for. Which axes those
    are is a matter of configuration, so that all programs of a run are measured with the same ruler.
    """

    @property
    def axes(self) -> frozenset[str]:
        """The axes that this judge always scores: some of `correctness`, `security`, `quality`."""
        ...

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:
        """Return the verdict on one program.

        Args:
            task: What the program should do.
            code: The program, any text.
            deadline_s: Seconds to wait.

        Raises:
            JudgeError: there is no verdict, for reasons that are not the program's; nothing is remembered.
        """
        ...

    def close(self) -> None:
        """End processes and connections. Idempotent."""
        ...


class NoJudge:
    """Abstains on every axis."""

    @property
    def axes(self) -> frozenset[str]:
        """No axis."""
        return frozenset()

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:  # noqa: ARG002
        """Return an abstention."""
        return JudgeVerdict(correctness=None, security=None, quality=None, model="none")

    def close(self) -> None:
        """Do nothing."""


def verdict_key(task: Task, code: str) -> str:
    """Return what a verdict is remembered under: the task's content and the exact program."""
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{task.content_hash or content_hash(task)}/{digest}"
