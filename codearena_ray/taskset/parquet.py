"""Packs as Parquet: typed columns; case tables and fixtures, whose values are free-form, as JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codearena_ray.errors import TaskError
from codearena_ray.taskset.schema import COLUMNS, task_to_record
from codearena_ray.types import Task

_FREE_FORM = ("visible_cases", "hidden_cases", "fixture", "validation")
_TYPES: dict[str, Any] = {
    "entry_points": pa.list_(pa.string()),
    "allowed_imports": pa.list_(pa.string()),
    "fault_lines": pa.list_(pa.int64()),
    "difficulty": pa.int64(),
    "schema_version": pa.int64(),
    "n_bugs": pa.int64(),
    "seed": pa.int64(),
    "is_canary": pa.bool_(),
    "scaling": pa.struct(
        [("code", pa.string()), ("entry_point", pa.string()), ("sizes", pa.list_(pa.int64()))],
    ),
    "comparator": pa.struct(
        [
            ("kind", pa.string()),
            ("rel_tol", pa.float64()),
            ("abs_tol", pa.float64()),
            ("nan_equal", pa.bool_()),
        ]
    ),
    "limits": pa.struct(
        [
            ("cpu_s", pa.float64()),
            ("wall_s", pa.float64()),
            ("memory_bytes", pa.int64()),
            ("output_bytes", pa.int64()),
        ]
    ),
}
SCHEMA = pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def table_bytes(tasks: Sequence[Task]) -> bytes:
    """Return the tasks as the bytes of a Parquet file."""
    rows = []
    for task in tasks:
        row = task_to_record(task)
        for name in _FREE_FORM:
            row[name] = None if row[name] is None else json.dumps(row[name], allow_nan=False)
        rows.append(row)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), sink, compression="zstd")
    return bytes(sink.getvalue())


def read_rows(path: Path, *, limit: int) -> Iterator[dict[str, Any]]:
    """Yield the records of a Parquet pack.

    Raises:
        TaskError: the file is no Parquet, holds more than `limit` bytes, or has an unknown column.
    """
    try:
        file = pq.ParquetFile(path)
        groups = [file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)]
        if sum(groups) > limit:
            raise TaskError(f"{path}: the pack is larger than {limit} bytes")
        for name in file.schema_arrow.names:
            if name not in COLUMNS:
                raise TaskError(f"{path}: unknown column {name!r}")
        for batch in file.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                yield _record(path, row)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TaskError(f"{path}: not a task pack: {' '.join(str(error).split())[:200]}") from error


def _record(path: Path, row: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in row.items():
        if name in _FREE_FORM and isinstance(value, str):
            try:
                record[name] = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise TaskError(f"{path}: task {str(row.get('id'))[:60]!r}: {name}: not JSON") from error
        elif value is not None:
            record[name] = (
                {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
            )
    return record
