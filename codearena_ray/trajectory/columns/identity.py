"""Which action of which agent on which task a row is, when it was, and which code says so."""

from __future__ import annotations

import pyarrow as pa

from codearena_ray.trajectory.columns.field import INT32, INT64, STRING, column

ACTION = (
    column("run_id", STRING, "The run; one per run directory"),
    column("episode_id", STRING, "The episode: its group and its place in it"),
    column("group_id", STRING, "Episodes with the same task, scenario, first prompt and frozen snapshots"),
    column("sample_index", INT32, "Place of the episode in its group, from 0"),
    column("group_size", INT32, "Episodes that the group was started with", unit="episodes"),
    column("attempt", INT32, "How often the group had been queued before, from 0"),
    column(
        "iteration",
        INT32,
        "Iteration that generated the row; `trained_groups.parquet` has what trained on it",
    ),
    column("step", INT32, "Turn of this role in the episode, from 1"),
    column("agent_id", STRING, "`fixer_0` …, `reviewer` or `breaker`"),
    column("role", STRING, "`fixer`, `reviewer` or `breaker`"),
    column("module_id", STRING, "RLlib module whose weights spoke"),
    column("scenario", STRING, "`solo`, `team` and so on"),
)

TASK = (
    column("task_id", STRING, "The task"),
    column("task_hash", STRING, "Content hash of the task as played, fresh names included"),
    column("family_id", STRING, "Problem family; the split follows from it"),
    column("category", STRING, "`syntax`, `logic`, `algorithm`, `type` or `security`"),
    column("bug_type", STRING, "What kind of defect was planted"),
    column("difficulty", INT32, "1 (easiest) to 5"),
    column("split", STRING, "`train`, `dev` or `test`"),
    column("seed", INT64, "Seed of the episode"),
)

TIMES = (
    column("queue_s", pa.float64(), "Wait before the engine began", unit="s", null="not from our engines"),
    column(
        "generate_s", pa.float64(), "From the first engine step to the last token", unit="s", null="not timed"
    ),
    column("sandbox_s", pa.float64(), "Wall time in the sandbox", unit="s", null="nothing was run"),
    column(
        "grade_s", pa.float64(), "Wall time of grading around the sandbox", unit="s", null="nothing was run"
    ),
    column("judge_s", pa.float64(), "Wall time of the judge", unit="s", null="nothing was judged"),
    column("started_at", pa.timestamp("us", tz="UTC"), "When the turn began"),
)

VERSIONS = (
    column("schema_version", INT32, "Version of these columns"),
    column("grader_version", STRING, "Version of the grading rules"),
    column("code_version", STRING, "Version of the package, with the commit where it runs from a clone"),
)
