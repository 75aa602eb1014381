"""`SegmentWriter`: rows of whole groups, each stored once, safe on the disk when `write_group` returns.

Invariants
- Acknowledged means durable: a group's record batch is flushed and fsynced in the open segment before
  `write_group` returns; opening the directory again keeps every such group, whatever killed the writer.
- Once: a group is known by (run, group, attempt). Sent again, by a driver that never heard back, it is not
  stored again, before and after a restart and across compaction.
- Readers see closed segments by their names; a name appears when the file is complete.
- One writer at a time: the directory is locked, and the lock ends with the process.
- After a failed write the writer is closed; open another one on the same directory.

It does not retry, and it does not know where rows come from.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.compaction import compact_segments
from codearena_ray.trajectory.durable import sync_directory
from codearena_ray.trajectory.keys import StoreKey, store_key
from codearena_ray.trajectory.layout import LOCK, list_segments, segment_path
from codearena_ray.trajectory.manifest import describe_segment, write_manifest
from codearena_ray.trajectory.open_segment import OpenSegment
from codearena_ray.trajectory.recovery import Recovery, recover
from codearena_ray.trajectory.rows import check_table

_LOCK_POLL_S = 0.1
_WRITE_ERRORS = (OSError, pa.ArrowException)


class SegmentWriter:
    """The one writer of a trajectory directory.

    Args:
        directory: Made if missing; opened again, it goes on where the last writer ended.
        max_rows: A segment is closed once it holds so many rows.
        max_age_s: A segment is closed at the first write or `tick` after so many seconds.
        compact_after: Closed segments that are merged into one Parquet file when there are so many; 0: never.
        lock_wait_s: How long to wait for another writer to end.
        clock: Seconds that only grow.

    Raises:
        SinkError: the directory can't be written, holds a damaged file, or has another live writer.
    """

    def __init__(
        self,
        directory: Path,
        *,
        max_rows: int = 4096,
        max_age_s: float = 300.0,
        compact_after: int = 16,
        lock_wait_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = Path(directory)
        self._max_rows = max_rows
        self._max_age_s = max_age_s
        self._compact_after = compact_after
        self._clock = clock
        self._open: OpenSegment | None = None
        self._opened_at = 0.0
        self._closed = False
        self._lock = -1
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._lock = _take_lock(self._directory / LOCK, wait_s=lock_wait_s)
            self.recovery: Recovery = recover(self._directory)
            """What was found and put right when the directory was opened."""
        except _WRITE_ERRORS as error:
            self._release()
            raise SinkError(f"{self._directory}: {error}") from error
        except SinkError:
            self._release()
            raise
        self._entries = self.recovery.entries
        self._number = list_segments(self._directory).next_number
        self._keys = {key for entry in self._entries.values() for key in entry.groups}

    @property
    def num_groups(self) -> int:
        """Groups stored in the directory."""
        return len(self._keys)

    @property
    def num_rows(self) -> int:
        """Rows stored in the directory."""
        closed = sum(entry.num_rows for entry in self._entries.values())
        return closed + (self._open.num_rows if self._open else 0)

    def __contains__(self, key: StoreKey) -> bool:
        """True if the group is stored."""
        return key in self._keys

    def write_group(self, key: StoreKey, table: pa.Table) -> bool:
        """Return whether the group was stored now; False: it was there already. Either way it is durable.

        Args:
            key: The group.
            table: All its rows, by `rows_table`.

        Raises:
            ValueError: the rows do not fit the schema or are not of this group.
            SinkError: it could not be written; the writer is closed, the group counts as not stored.
        """
        if self._closed:
            raise SinkError(f"{self._directory}: the writer is closed")
        if key in self._keys:
            return False
        check_table(table)
        if store_key(table) != key:
            raise ValueError(f"rows of {store_key(table)} were sent as {key}")
        self._guarded(self._append, key, table)
        self._keys.add(key)
        self.tick()
        return True

    def tick(self) -> None:
        """Close the open segment if it is full or old, and compact if enough are closed."""
        if self._open is None:
            return
        if self._open.num_rows >= self._max_rows or self._clock() - self._opened_at >= self._max_age_s:
            self.flush()
            if self._compact_after and self._num_arrow() >= self._compact_after:
                self.compact()

    def flush(self) -> None:
        """Close the open segment, so that any Arrow reader sees all rows."""
        self._guarded(self._close_segment)

    def compact(self) -> None:
        """Merge all closed Arrow segments into one Parquet file."""
        self._guarded(self._compact)

    def close(self, *, compact: bool = False) -> None:
        """Close the open segment and give the directory free. Closing twice is allowed."""
        if self._closed:
            return
        self.flush()
        if compact:
            self.compact()
        self._release()

    def _num_arrow(self) -> int:
        return sum(name.endswith(".arrow") for name in self._entries)

    def _append(self, key: StoreKey, table: pa.Table) -> None:
        if self._open is None:
            final = segment_path(self._directory, self._number)
            self._open = OpenSegment(final.with_name(final.name + ".partial"))
            self._number += 1
            self._opened_at = self._clock()
        self._open.append(key, table)

    def _close_segment(self) -> None:
        if self._open is None:
            return
        segment = self._open
        segment.finish()
        final = segment.path.with_suffix("")
        segment.path.rename(final)
        sync_directory(self._directory)
        self._open = None
        self._entries[final.name] = describe_segment(final, segment.groups)
        write_manifest(self._directory, self._entries)

    def _compact(self) -> None:
        compact_segments(self._directory, self._entries)

    def _guarded(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run an action on the disk; if it fails the writer is closed."""
        try:
            action(*arguments)
        except _WRITE_ERRORS as error:
            self._release()
            raise SinkError(f"{self._directory}: rows could not be written: {error}") from error

    def _release(self) -> None:
        self._closed = True
        if self._open is not None:
            self._open.abandon()
            self._open = None
        if self._lock >= 0:
            with suppress(OSError):
                os.close(self._lock)
            self._lock = -1


def _take_lock(path: Path, *, wait_s: float) -> int:
    """Return a descriptor that holds the lock until it is closed or the process ends.

    Raises:
        SinkError: another writer holds it.
    """
    give_up_at = time.monotonic() + wait_s
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError as error:
            if time.monotonic() >= give_up_at:
                os.close(descriptor)
                raise SinkError(f"{path.parent}: another process writes here") from error
        except OSError:
            os.close(descriptor)
            raise
        time.sleep(_LOCK_POLL_S)
