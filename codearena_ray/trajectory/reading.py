"""All rows of a run as one table, each once, while it runs or after it died.

Nothing here is needed to read the files: closed segments open with any Arrow or Parquet reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from codearena_ray.errors import UserError
from codearena_ray.trajectory.durable import file_sha256
from codearena_ray.trajectory.layout import Listing, list_segments
from codearena_ray.trajectory.manifest import read_manifest
from codearena_ray.trajectory.open_segment import read_complete_groups
from codearena_ray.trajectory.schema import ROW_SCHEMA
from codearena_ray.trajectory.tables import read_segment

_MAX_LISTINGS = 10
"""A live writer may close or compact a file after it was listed; then the directory is listed again."""


def read_rows(
    run_dir: str | Path, *, columns: Sequence[str] | None = None, include_open: bool = True
) -> pa.Table:
    """Return the rows of a run in the order in which they were stored.

    Args:
        run_dir: A run directory, or its `trajectories` folder.
        columns: Names; None: all of them.
        include_open: With the complete groups of a segment that is still being written, or never was closed.

    Raises:
        UserError: there is no such directory, or a name is not a column.
    """
    directory = _trajectories(Path(run_dir))
    names = list(ROW_SCHEMA.names if columns is None else columns)
    unknown = [name for name in names if name not in ROW_SCHEMA.names]
    if unknown:
        raise UserError(f"columns: no column {unknown[0]!r}; docs/reference/trajectories.md lists them")
    schema = pa.schema([ROW_SCHEMA.field(name) for name in names], metadata=ROW_SCHEMA.metadata)
    for _ in range(_MAX_LISTINGS - 1):
        try:
            return _read(list_segments(directory), schema, include_open)
        except FileNotFoundError:
            continue
    return _read(list_segments(directory), schema, include_open)


def find_damage(run_dir: str | Path) -> list[str]:
    """Return what differs between the manifest and the files, one line each; empty if they agree."""
    directory = _trajectories(Path(run_dir))
    found = {file.path.name: file.path for file in list_segments(directory).closed}
    known = read_manifest(directory)
    problems = [f"{name}: listed, but missing" for name in known if name not in found]
    problems += [f"{name}: not listed" for name in found if name not in known]
    for name, path in found.items():
        if name in known and file_sha256(path) != known[name].sha256:
            problems.append(f"{name}: its checksum differs from the manifest's")
    return sorted(problems)


def _trajectories(path: Path) -> Path:
    inside = path / "trajectories"
    if inside.is_dir():
        return inside
    if not path.is_dir():
        raise UserError(f"{path}: no such run directory")
    return path


def _read(listing: Listing, schema: pa.Schema, include_open: bool) -> pa.Table:
    tables = [read_segment(file.path, columns=schema.names).cast(schema) for file in listing.closed]
    for file in listing.open if include_open else ():
        batches = [batch for _, batch in read_complete_groups(file.path)]
        if batches:
            tables.append(pa.Table.from_batches(batches).select(schema.names).cast(schema))
    return pa.concat_tables(tables) if tables else schema.empty_table()
