"""One agent action as one row, and rows as a table that is checked against the schema.

Pure functions: nothing is read or written. Where a value does not exist (no program was run, no engine of
ours spoke, a score was never given) the row holds null, never a zero that a mean would count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

from codearena_ray.trajectory.columns.outcome import COMPONENTS
from codearena_ray.trajectory.schema import ROW_KEY, ROW_SCHEMA, SCHEMA_VERSION
from codearena_ray.types import CaseResult, Grade, JudgeVerdict, Proposal, RunReport, Task, Turn

_AXES = ("correctness", "security", "quality")


class ChatMessage(Protocol):
    """Anything with a role and a text."""

    @property
    def role(self) -> str:
        """`system`, `user` or `assistant`."""

    @property
    def content(self) -> str:
        """The text."""


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What is the same for every row of a run."""

    run_id: str
    code_version: str
    grader_version: str


@dataclass(frozen=True, slots=True)
class GroupKey:
    """Where an episode belongs."""

    group_id: str
    group_size: int
    sample_index: int
    """From 0."""
    attempt: int
    """How often the group had been queued before, from 0."""
    iteration: int
    """Iteration that generated it."""

    @property
    def episode_id(self) -> str:
        """The episode's name, unique in a run together with the attempt."""
        return f"{self.group_id}/{self.sample_index}"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a completion was sampled."""

    temperature: float
    max_tokens: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What the engine read and sampled, token by token."""

    prompt_token_ids: Sequence[int]
    completion_token_ids: Sequence[int]
    logprobs: Sequence[float]
    loss_mask: Sequence[int]
    finish_reason: str
    weight_spans: Sequence[tuple[int, int, int]]
    """(version, start, end), adjacent, covering the completion."""
    engine_id: str
    model_hash: str
    tokenizer_hash: str
    sampling: Sampling
    queue_s: float
    generate_s: float

    def __post_init__(self) -> None:
        sampled = len(self.completion_token_ids)
        if len(self.logprobs) != sampled or len(self.loss_mask) != sampled:
            raise ValueError(
                f"{sampled} sampled tokens came with {len(self.logprobs)} log-probabilities "
                f"and a loss mask of {len(self.loss_mask)}"
            )
        at = 0
        for _, start, end in self.weight_spans:
            if start != at or end < start:
                raise ValueError(f"weight spans {list(self.weight_spans)} are not adjacent")
            at = end
        if at != sampled:
            raise ValueError(f"weight spans cover {at} of {sampled} sampled tokens")


def make_row(
    *,
    run: RunIdentity,
    group: GroupKey,
    task: Task,
    scenario: str,
    seed: int,
    reward_mode: str,
    turn: Turn,
    reward: float,
    messages: Sequence[ChatMessage],
    tokens: TokenRecord | None,
    module_id: str,
    policy: str,
    curriculum_level: int,
    advantage: float | None,
    started_at: datetime,
    memory_read: Sequence[str] = (),
    memory_written: Sequence[str] = (),
    unscored_cause: str = "",
) -> dict[str, Any]:
    """Return the row of one agent action, with exactly the columns of `ROW_SCHEMA`.

    Args:
        run: The run.
        group: The episode's place.
        task: The task as played.
        scenario: `solo`, `team` and so on.
        seed: Seed of the episode.
        reward_mode: `delta` or `absolute`.
        turn: What the arena knows of the action.
        reward: What the agent was paid, `turn.reward` unless an experiment changed it; the row of an unscored
            turn holds null.
        messages: What the agent read.
        tokens: What the engine sampled; None for policies outside our engines.
        module_id: RLlib module whose weights spoke.
        policy: Name of the policy.
        curriculum_level: Level that the task was drawn from, 0 without a curriculum.
        advantage: What the learner trains on; None for rows that no learner gets.
        started_at: When the turn began, with its time zone.
        memory_read: Code hashes of the programs that memory told the agent.
        memory_written: Code hashes of the programs that memory kept from this turn.
        unscored_cause: The episode's cause, if an infrastructure failure ended it after this turn; the turn's
            own cause goes first.

    Raises:
        ValueError: `started_at` has no time zone.
    """
    if started_at.tzinfo is None:
        raise ValueError("started_at has no time zone")
    scored = turn.grade is not None and not turn.unscored_cause
    return {
        **_action(run, group, turn, module_id, scenario),
        **_task(task, seed),
        "policy": policy,
        **_generation(tokens),
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **_answer(turn.proposal),
        **_run(turn.report),
        "feedback": turn.feedback,
        **_parts(turn.grade if scored else None),
        "penalty_step": turn.penalty_step,
        "penalty_repeat": turn.penalty_repeat,
        "best_before": turn.best_before,
        "best_after": turn.best_after,
        "reward": reward if scored else None,
        "reward_mode": reward_mode,
        "advantage": advantage,
        **_judge(turn.verdict),
        "curriculum_level": curriculum_level,
        "memory_read": list(memory_read),
        "memory_written": list(memory_written),
        "terminated": turn.terminated,
        "truncated": turn.truncated,
        "stop_reason": turn.stop_reason,
        "unscored_cause": turn.unscored_cause or unscored_cause,
        "started_at": started_at,
        "schema_version": SCHEMA_VERSION,
        "grader_version": run.grader_version,
        "code_version": run.code_version,
    }


def _action(run: RunIdentity, group: GroupKey, turn: Turn, module_id: str, scenario: str) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "episode_id": group.episode_id,
        "group_id": group.group_id,
        "sample_index": group.sample_index,
        "group_size": group.group_size,
        "attempt": group.attempt,
        "iteration": group.iteration,
        "step": turn.step,
        "agent_id": turn.agent_id,
        "role": turn.role,
        "module_id": module_id,
        "scenario": scenario,
    }


def _task(task: Task, seed: int) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "task_hash": task.content_hash,
        "family_id": task.family_id,
        "category": str(task.category),
        "bug_type": task.bug_type,
        "difficulty": task.difficulty,
        "split": task.split,
        "seed": seed,
    }


def _generation(tokens: TokenRecord | None) -> dict[str, Any]:
    if tokens is None:
        return dict.fromkeys(_TOKEN_COLUMNS)
    sampling = tokens.sampling
    return {
        "engine_id": tokens.engine_id,
        "model_hash": tokens.model_hash,
        "tokenizer_hash": tokens.tokenizer_hash,
        "sampling": {
            "temperature": sampling.temperature,
            "max_tokens": sampling.max_tokens,
            "seed": sampling.seed,
        },
        "finish_reason": tokens.finish_reason,
        "weight_spans": [{"version": v, "start": start, "end": end} for v, start, end in tokens.weight_spans],
        "prompt_token_ids": list(tokens.prompt_token_ids),
        "completion_token_ids": list(tokens.completion_token_ids),
        "logprobs": list(tokens.logprobs),
        "loss_mask": list(tokens.loss_mask),
        "queue_s": tokens.queue_s,
        "generate_s": tokens.generate_s,
    }


_TOKEN_COLUMNS = (
    "engine_id", "model_hash", "tokenizer_hash", "sampling", "finish_reason", "weight_spans",
    "prompt_token_ids", "completion_token_ids", "logprobs", "loss_mask", "queue_s", "generate_s",
)  # fmt: skip


def _answer(proposal: Proposal | None) -> dict[str, Any]:
    return {
        "raw_output": proposal.raw_output if proposal else None,
        "answer_format": proposal.answer_format if proposal else None,
        "parsed_code": proposal.code if proposal else None,
        "base_hash": proposal.base_hash if proposal else None,
        "code_hash": proposal.code_hash if proposal else None,
        "edit_size": proposal.edit_size if proposal else None,
    }


def _run(report: RunReport | None) -> dict[str, Any]:
    if report is None:
        empty = dict.fromkeys(
            ("visible", "hidden", "error_class", "efficiency", "sandbox", "sandbox_s", "grade_s")
        )
        return {**empty, "integrity": []}
    efficiency, sandbox = report.efficiency, report.sandbox
    return {
        "visible": _cases(report.visible),
        "hidden": _cases(report.hidden),
        "error_class": report.error_class,
        "efficiency": {
            "sizes": list(efficiency.sizes),
            "cpu_s": list(efficiency.cpu_s),
            "reference_cpu_s": list(efficiency.reference_cpu_s),
            "slope": efficiency.slope,
        }
        if efficiency is not None
        else None,
        "integrity": list(report.integrity),
        "sandbox": {
            "exit": sandbox.exit_code,
            "signal": sandbox.signal,
            "limit": sandbox.limit,
            "cpu_s": sandbox.cpu_s,
            "rss_bytes": sandbox.rss_bytes,
            "profile": sandbox.profile,
            "denied": list(sandbox.denied),
        },
        "sandbox_s": report.sandbox_s,
        "grade_s": report.grade_s,
    }


def _cases(cases: Sequence[CaseResult]) -> list[dict[str, Any]]:
    """Return verdicts alone: what a case calls and expects stays in the task."""
    return [{"case": case.case, "verdict": str(case.verdict), "cpu_s": case.cpu_s} for case in cases]


def _parts(grade: Grade | None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name in COMPONENTS:
        part = grade.components.get(name) if grade else None
        columns[f"{name}_raw"] = part.raw if part else None
        columns[f"{name}_weight"] = part.weight if part else None
        columns[f"{name}_paid"] = part.paid if part else None
    columns["score"] = grade.score if grade else None
    columns["tests_passed"] = grade.tests_passed if grade else None
    columns["solved"] = grade.solved if grade else None
    return columns


def _judge(verdict: JudgeVerdict | None) -> dict[str, Any]:
    if verdict is None:
        return {"judge": None, "judge_s": None}
    scores = {axis: getattr(verdict, axis) for axis in _AXES}
    judge = {
        "model": verdict.model,
        "prompt_hash": verdict.prompt_hash,
        "cached": verdict.cached,
        "scores": scores,
        "abstained": [axis for axis, score in scores.items() if score is None],
    }
    return {"judge": judge, "judge_s": verdict.judge_s}


def rows_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return the rows as a table of `ROW_SCHEMA`.

    Raises:
        ValueError: a column is missing, unknown, of another type or null where it may not be, or two rows
            share their key.
    """
    names = set(ROW_SCHEMA.names)
    for row in rows:
        if row.keys() != names:
            raise ValueError(
                f"columns missing: {sorted(names - row.keys())}; unknown: {sorted(row.keys() - names)}"
            )
    try:
        table = pa.Table.from_pylist(list(rows), schema=ROW_SCHEMA)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise ValueError(f"rows do not fit the schema: {error}") from error
    check_table(table)
    return table


def check_table(table: pa.Table) -> None:
    """Check a table of rows before it is stored.

    Raises:
        ValueError: its schema is another, a column is null where it may not be, or two rows share their key.
    """
    if not table.schema.equals(ROW_SCHEMA):
        differing = [
            f.name for f in ROW_SCHEMA if f.name not in table.schema.names or table.field(f.name) != f
        ]
        raise ValueError(f"not a table of rows; columns that differ: {differing or 'their order or number'}")
    for field in ROW_SCHEMA:
        _check_nulls(field, table.column(field.name).combine_chunks(), name=field.name)
    keys = list(zip(*(table.column(name).to_pylist() for name in ROW_KEY), strict=True))
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"two rows share the key {dict(zip(ROW_KEY, twice, strict=True))}")


def _check_nulls(field: pa.Field, values: pa.Array, *, name: str) -> None:
    """Check that a column, and every member of its structs, is null only where its field allows it."""
    if values.null_count and not field.nullable:
        raise ValueError(f"column {name} is null in {values.null_count} places")
    present = values.drop_null()
    kind = field.type
    if pa.types.is_list(kind):
        kind, present = kind.value_type, present.flatten()
    if pa.types.is_struct(kind):
        for index, member in enumerate(kind.fields):
            _check_nulls(member, present.field(index), name=f"{name}.{member.name}")
