"""The key under which a group is stored once, however often it is sent."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc


class StoreKey(NamedTuple):
    """One attempt of one group of one run."""

    run_id: str
    group_id: str
    attempt: int


def store_key(table: pa.Table) -> StoreKey:
    """Return the key that all rows of a table share.

    Raises:
        ValueError: there are no rows, or they are of several groups.
    """
    parts = [pc.unique(table.column(name)).to_pylist() for name in StoreKey._fields]
    if any(len(part) != 1 for part in parts):
        raise ValueError(
            f"rows of one group are stored together, got {dict(zip(StoreKey._fields, parts, strict=True))}"
        )
    run_id, group_id, attempt = (part[0] for part in parts)
    return StoreKey(run_id, group_id, attempt)


def count_groups(table: pa.Table) -> dict[StoreKey, int]:
    """Return the number of rows of each group in a table, in the order of their first rows."""
    counted = (
        table.select(StoreKey._fields)
        .group_by(list(StoreKey._fields), use_threads=False)
        .aggregate([([], "count_all")])
    )
    return {
        StoreKey(row["run_id"], row["group_id"], row["attempt"]): row["count_all"]
        for row in counted.to_pylist()
    }
