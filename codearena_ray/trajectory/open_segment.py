"""The segment that is being written: an Arrow IPC file, readable at any moment up to its last complete group.

Each group is one record batch whose metadata carries a checksum, on the disk (fsync) before `append` returns.
The IPC file format is the stream format between a magic number and a footer, so a file without a footer,
after a crash or while it grows, is read as a stream; a torn or altered batch ends the reading.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from codearena_ray.trajectory.durable import sync_directory
from codearena_ray.trajectory.keys import StoreKey, store_key
from codearena_ray.trajectory.schema import ROW_SCHEMA

_MAGIC = b"ARROW1\x00\x00"
_CHECKSUM = "codearena.crc32"


class OpenSegment:
    """Writes one segment.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("xb")
        self._writer = pa.ipc.new_file(self._file, ROW_SCHEMA)
        self.groups: dict[StoreKey, int] = {}
        """Rows by group."""
        sync_directory(path.parent)

    @property
    def num_rows(self) -> int:
        """Rows so far."""
        return sum(self.groups.values())

    def append(self, key: StoreKey, table: pa.Table) -> None:
        """Store a group; it survives a crash once this returns."""
        batch = _one_batch(table)
        self._writer.write_batch(batch, custom_metadata={_CHECKSUM: str(_checksum(batch))})
        self._file.flush()
        os.fsync(self._file.fileno())
        self.groups[key] = table.num_rows

    def finish(self) -> None:
        """Write the footer; the file then is complete but for its name."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        with suppress(OSError):  # what could not be written is not there: the caller knows
            self._file.close()


def read_complete_groups(path: Path) -> Iterator[tuple[StoreKey, pa.RecordBatch]]:
    """Yield the groups of a segment without a footer, up to the first that is torn or altered."""
    data = pa.BufferReader(path.read_bytes())
    if data.read(len(_MAGIC)) != _MAGIC:
        return
    try:
        reader = pa.ipc.open_stream(data)
        while True:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
            if metadata is None or metadata.get(_CHECKSUM) != str(_checksum(batch)).encode():
                return
            yield store_key(pa.Table.from_batches([batch])), batch
    except (StopIteration, EOFError, OSError, pa.ArrowException):
        return


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return the rows as the batch that a reader will see, so that both compute one checksum."""
    batches = table.combine_chunks().to_batches()
    if len(batches) != 1:
        raise ValueError(f"a group of {table.num_rows} rows does not fit one record batch")
    return pa.ipc.read_record_batch(batches[0].serialize(), table.schema)


def _checksum(batch: pa.RecordBatch) -> int:
    return zlib.crc32(batch.serialize())
