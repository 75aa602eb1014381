"""Hand-made turns and rows for tests of the trajectory store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from builders.episodes import FIXED, make_report, make_task

from codearena_ray.trajectory.rows import GroupKey, RunIdentity, Sampling, TokenRecord, make_row, rows_table
from codearena_ray.types import Component, Grade, JudgeVerdict, Observation, Proposal, Turn

RUN = RunIdentity(run_id="run-1", code_version="0.1.0+abc", grader_version="1")
STARTED_AT = datetime(2030, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    role: str
    content: str


def make_turn(**changes: Any) -> Turn:
    """Return a scored turn of a fixer that solved its task, with a judge that abstains on correctness."""
    observation = Observation("Return twice the value.", "code", "", "", "", 5, 0.44, "")
    components = {
        "compile": Component(1.0, 0.2),
        "tests": Component(1.0, 0.6),
        "judge_security": Component(1.0, 0.1),
        "judge_quality": Component(0.5, 0.1),
    }
    fields: dict[str, Any] = {
        "step": 1,
        "agent_id": "fixer_0",
        "role": "fixer",
        "observation": observation,
        "proposal": Proposal("```python\n...```", "full", FIXED, "base", "code", 7),
        "report": make_report(sandbox_s=0.02, grade_s=0.03),
        "verdict": JudgeVerdict(None, 1.0, 0.5, judge_s=0.01),
        "grade": Grade(components, 0.95, tests_passed=True, solved=True),
        "feedback": "All visible cases pass.",
        "penalty_step": 0.01,
        "penalty_repeat": 0.0,
        "best_before": 0.44,
        "best_after": 0.95,
        "reward": 0.5,
        "terminated": True,
        "truncated": False,
        "stop_reason": "solved",
    }
    return Turn(**{**fields, **changes})


def make_tokens(**changes: Any) -> TokenRecord:
    fields: dict[str, Any] = {
        "prompt_token_ids": (1, 2, 3, 4),
        "completion_token_ids": (7, 8, 2),
        "logprobs": (-0.5, -0.25, 0.0),
        "loss_mask": (1, 1, 1),
        "finish_reason": "stop",
        "weight_spans": ((3, 0, 2), (4, 2, 3)),
        "engine_id": "fixer-0-1",
        "model_hash": "m",
        "tokenizer_hash": "t",
        "sampling": Sampling(1.0, 48),
        "queue_s": 0.1,
        "generate_s": 0.2,
    }
    return TokenRecord(**{**fields, **changes})


def make_group_key(**changes: Any) -> GroupKey:
    fields: dict[str, Any] = {
        "group_id": "g0",
        "group_size": 4,
        "sample_index": 0,
        "attempt": 0,
        "iteration": 2,
    }
    return GroupKey(**{**fields, **changes})


def build_row(**changes: Any) -> dict[str, Any]:
    turn = changes.pop("turn", None) or make_turn()
    fields: dict[str, Any] = {
        "run": RUN,
        "group": make_group_key(),
        "task": make_task(),
        "scenario": "solo",
        "seed": (1 << 62) + 1,
        "reward_mode": "delta",
        "turn": turn,
        "reward": turn.reward,
        "messages": [Said("system", "Repair."), Said("user", "1 def …")],
        "tokens": make_tokens(),
        "module_id": "fixer",
        "policy": "tiny",
        "curriculum_level": 1,
        "advantage": 0.125,
        "started_at": STARTED_AT,
    }
    return make_row(**{**fields, **changes})


def group_table(
    group_id: str, *, size: int = 4, attempt: int = 0, run: RunIdentity = RUN, text: str = ""
) -> pa.Table:
    """Return the rows of one group, one turn per episode."""
    rows: Sequence[dict[str, Any]] = [
        build_row(
            run=run,
            group=make_group_key(group_id=group_id, group_size=size, sample_index=i, attempt=attempt),
            messages=[Said("user", text or f"{group_id} {i}")],
        )
        for i in range(size)
    ]
    return rows_table(rows)
