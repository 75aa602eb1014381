"""Evidence about a program and the score that follows; the supervisor runs no candidate or pack code.

Names are resolved on first use, so that a hash or a score does not import the sandbox.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codearena_ray.grading.local import GraderStats, LocalGrader
    from codearena_ray.grading.normalise import code_hash
    from codearena_ray.grading.reward import grade_report

_HOME = {"GraderStats": "local", "LocalGrader": "local", "code_hash": "normalise", "grade_report": "reward"}

__all__ = ["GraderStats", "LocalGrader", "code_hash", "grade_report"]


def __getattr__(name: str) -> Any:
    """Import the module that holds a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
