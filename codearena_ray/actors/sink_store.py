"""What runs inside the sink, the one process that writes rows. Plain; `actors.sink` puts it behind Ray.

Acknowledged means durable: when `write_group` returns, the group is fsynced in the open segment and survives
the death of the process (trajectory.segments). After a failed write the next call opens the directory anew,
so that a disk that has room again is used again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.keys import StoreKey
from codearena_ray.trajectory.segments import SegmentWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkOptions:
    """Where rows go and when segments close."""

    directory: str
    """The `trajectories` folder of a run directory, on the sink's node."""
    max_rows: int = 4096
    max_age_s: float = 300.0
    compact_after: int = 16
    lock_wait_s: float = 10.0
    """How long a new sink waits for a dying one to let go of the directory."""


@dataclass(frozen=True, slots=True)
class SinkHealth:
    """What a sink says about itself."""

    pid: int
    num_groups: int
    num_rows: int
    num_recovered: int
    """Groups that this process took over from a segment which its predecessor never closed."""


class Sink:
    """Writes groups of rows; opens its directory at the first call.

    Args:
        options: Where and how.
    """

    def __init__(self, options: SinkOptions) -> None:
        self._options = options
        self._writer: SegmentWriter | None = None

    def write_group(self, key: StoreKey, table: pa.Table) -> bool:
        """Return whether the group was stored now, or was there already; in both cases it is durable.

        Raises:
            SinkError: it could not be written.
            ValueError: the rows do not fit the schema, or the key.
        """
        try:
            return self._live().write_group(StoreKey(*key), table)
        except SinkError:
            self._drop()
            raise

    def flush(self) -> None:
        """Close the open segment, so that any Arrow reader sees all rows."""
        try:
            self._live().flush()
        except SinkError:
            self._drop()
            raise

    def close(self) -> None:
        """Close the open segment, compact everything to Parquet and let go of the directory."""
        try:
            self._live().close(compact=True)
        finally:
            self._drop()

    def health(self) -> SinkHealth:
        """Return the state of the store."""
        writer = self._live()
        return SinkHealth(os.getpid(), writer.num_groups, writer.num_rows, writer.recovery.num_recovered)

    def _live(self) -> SegmentWriter:
        if self._writer is None:
            options = self._options
            self._writer = SegmentWriter(
                Path(options.directory),
                max_rows=options.max_rows,
                max_age_s=options.max_age_s,
                compact_after=options.compact_after,
                lock_wait_s=options.lock_wait_s,
            )
        return self._writer

    def _drop(self) -> None:
        self._writer = None
