"""Judges of what tests do not see: one protocol, one table of kinds."""

from __future__ import annotations

from collections.abc import Callable

from codearena_ray.config import JudgeConfig
from codearena_ray.judge.protocol import Judge, NoJudge
from codearena_ray.judge.static import StaticJudge

__all__ = ["Judge", "NoJudge", "StaticJudge", "make_judge"]


def _openai(config: JudgeConfig) -> Judge:
    from codearena_ray.judge.endpoint import EndpointJudge  # the client is slow to import

    return EndpointJudge(config)


_KINDS: dict[str, Callable[[JudgeConfig], Judge]] = {
    "static": lambda _: StaticJudge(),
    "openai": _openai,
    "none": lambda _: NoJudge(),
}


def make_judge(config: JudgeConfig) -> Judge:
    """Return the configured judge; processes and connections start on first use."""
    return _KINDS[config.kind](config)
