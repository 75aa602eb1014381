"""`ROW_SCHEMA`: one row per agent action, every column typed, unit and meaning in its metadata.

A column is never a string of JSON. Rows are identified by (run, group, episode, attempt, step, agent).
Adding a nullable column keeps `SCHEMA_VERSION`; anything else raises it.
"""

from __future__ import annotations

import pyarrow as pa

from codearena_ray.trajectory.columns import evidence, generation, identity, outcome

SCHEMA_VERSION = 1

ROW_KEY = ("run_id", "group_id", "episode_id", "attempt", "step", "agent_id")
"""Columns that identify a row."""

ROW_SCHEMA = pa.schema(
    [
        *identity.ACTION,
        *identity.TASK,
        *generation.SOURCE,
        *generation.TOKENS,
        *evidence.ANSWER,
        *evidence.RUN,
        *outcome.PARTS,
        *outcome.REWARD,
        *evidence.MEASURED,
        *outcome.SHARED,
        *outcome.ENDING,
        *identity.TIMES,
        *evidence.SANDBOX,
        *identity.VERSIONS,
    ],
    metadata={"codearena.schema_version": str(SCHEMA_VERSION)},
)
