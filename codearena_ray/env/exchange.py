"""What passes between an arena and its driver: requests out, results in, steps out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codearena_ray.config import EnvConfig
from codearena_ray.env.feedback import MAX_ERROR_CHARS, MAX_RESULTS_CHARS
from codearena_ray.env.roles import role_of
from codearena_ray.errors import InfrastructureError
from codearena_ray.types import AgentId, JudgeVerdict, Observation, Proposal, RunReport, Task, Turn

MAX_STATEMENT_CHARS = 16384


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A program to run against a task in the sandbox."""

    key: str
    task: Task
    code: str


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """A program to judge."""

    key: str
    task: Task
    code: str


Request = RunRequest | JudgeRequest
Result = RunReport | JudgeVerdict | InfrastructureError
"""What comes back for a request; an error means that the machine, not the program, failed."""


@dataclass(frozen=True, slots=True)
class ArenaStep:
    """What follows from results."""

    observations: Mapping[AgentId, Observation]
    """Who acts next and what they see; at the end, the last view of everyone who acted."""
    rewards: Mapping[AgentId, float]
    terminated: bool
    truncated: bool
    turns: Mapping[AgentId, Turn] = field(default_factory=dict)
    """Turns completed by these results. A reviewer's is completed by the revision that follows it."""
    unscored_cause: str = ""


def observation_limits(config: EnvConfig) -> dict[str, int]:
    """Return the longest text of each text field of an observation, in characters."""
    return {
        "statement": MAX_STATEMENT_CHARS,
        "code": config.max_code_chars,
        "error_log": MAX_ERROR_CHARS,
        "test_results": MAX_RESULTS_CHARS,
        "feedback": config.max_feedback_chars,
        "agent_view": config.max_code_chars,
    }


def unscored_turn(
    agent_id: AgentId,
    *,
    observation: Observation,
    proposal: Proposal | None,
    step: int,
    best: float,
    cause: str,
) -> Turn:
    """Return a turn that an infrastructure failure ended: no grade, no reward, the cause."""
    return Turn(
        step=step,
        agent_id=agent_id,
        role=role_of(agent_id),
        observation=observation,
        proposal=proposal,
        report=None,
        verdict=None,
        grade=None,
        feedback="",
        penalty_step=0.0,
        penalty_repeat=0.0,
        best_before=best,
        best_after=best,
        reward=0.0,
        terminated=False,
        truncated=True,
        unscored_cause=cause,
    )
