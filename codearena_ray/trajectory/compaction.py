"""Closed segments merged into one Parquet file, in an order that a crash at any point does not harm.

The Parquet file gets its name when it is complete; from then on its name covers the segments, which readers
and a new writer ignore. Only then they are deleted.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from codearena_ray.trajectory.durable import replacing, sync_directory
from codearena_ray.trajectory.keys import StoreKey
from codearena_ray.trajectory.layout import compacted_path, list_segments
from codearena_ray.trajectory.manifest import SegmentEntry, describe_segment, write_manifest
from codearena_ray.trajectory.schema import ROW_SCHEMA
from codearena_ray.trajectory.tables import read_segment


def compact_segments(directory: Path, entries: dict[str, SegmentEntry]) -> None:
    """Merge the closed Arrow segments of a directory and update `entries` and the manifest."""
    segments = [file for file in list_segments(directory).closed if file.kind == "arrow"]
    if not segments:
        return
    target = compacted_path(directory, segments[0].first, segments[-1].last)
    groups: dict[StoreKey, int] = {}
    with replacing(target) as file, pq.ParquetWriter(file, ROW_SCHEMA, compression="zstd") as writer:
        for segment in segments:
            writer.write_table(read_segment(segment.path))
            groups.update(entries[segment.path.name].groups)
    entries[target.name] = describe_segment(target, groups)
    for segment in segments:
        del entries[segment.path.name]
    write_manifest(directory, entries)
    for segment in segments:
        segment.path.unlink()
    sync_directory(directory)
