"""What a new writer finds, put right: leftovers removed, the complete groups of a torn segment kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.durable import PARTIAL, replacing, sync_directory
from codearena_ray.trajectory.keys import StoreKey, count_groups
from codearena_ray.trajectory.layout import SegmentFile, list_segments
from codearena_ray.trajectory.manifest import SegmentEntry, describe_segment, read_manifest, write_manifest
from codearena_ray.trajectory.open_segment import read_complete_groups
from codearena_ray.trajectory.schema import ROW_SCHEMA
from codearena_ray.trajectory.tables import read_segment


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found."""

    entries: dict[str, SegmentEntry]
    """The closed files that count."""
    num_recovered: int = 0
    """Groups taken from segments that their writer never closed."""
    removed: tuple[str, ...] = ()
    """Names of leftovers that were deleted: superseded, torn or temporary files."""
    missing: tuple[str, ...] = ()
    """Names that the manifest lists and the directory lacks: somebody deleted them."""


def recover(directory: Path) -> Recovery:
    """Return what a directory holds after putting it right. The caller holds the lock.

    Raises:
        SinkError: a closed file is damaged.
        OSError: the disk said no; nothing that counts was removed.
    """
    removed = []
    for leftover in directory.glob(f".*{PARTIAL}"):
        leftover.unlink()
        removed.append(leftover.name)
    listing = list_segments(directory)
    for file in listing.superseded:
        file.path.unlink()
        removed.append(file.path.name)
    num_recovered = 0
    for file in listing.open:
        num_recovered += _close_torn(file)
        removed.append(file.path.name)
    known = read_manifest(directory)
    entries = _entries(directory, known)
    missing = known.keys() - entries.keys() - set(removed)
    sync_directory(directory)
    write_manifest(directory, entries)
    return Recovery(entries, num_recovered, tuple(removed), tuple(sorted(missing)))


def _close_torn(file: SegmentFile) -> int:
    """Return the number of complete groups of an unclosed segment after closing it."""
    groups = dict(read_complete_groups(file.path))
    if groups:
        with (
            replacing(file.path.with_suffix("")) as target,
            pa.ipc.new_file(target, ROW_SCHEMA) as writer,
        ):
            for batch in groups.values():
                writer.write_batch(batch)
    file.path.unlink()
    return len(groups)


def _entries(directory: Path, known: Mapping[str, SegmentEntry]) -> dict[str, SegmentEntry]:
    """Return the entries of all closed files: from the manifest if it knows them, else from their rows."""
    entries: dict[str, SegmentEntry] = {}
    for file in list_segments(directory).closed:
        entry = known.get(file.path.name)
        if entry is None or entry.size_bytes != file.path.stat().st_size:
            entry = describe_segment(file.path, _groups_of(file.path))
        entries[entry.name] = entry
    return entries


def _groups_of(path: Path) -> dict[StoreKey, int]:
    try:
        return count_groups(read_segment(path, columns=StoreKey._fields))
    except (pa.ArrowException, OSError) as error:
        raise SinkError(f"{path}: damaged ({error}); move it out of the directory") from error
