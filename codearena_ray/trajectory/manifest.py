"""manifest.json: the index of a trajectory directory, replaced in one step, never needed to read the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.durable import file_sha256, replacing
from codearena_ray.trajectory.keys import StoreKey
from codearena_ray.trajectory.layout import MANIFEST
from codearena_ray.trajectory.schema import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """What the manifest says of one closed file."""

    name: str
    size_bytes: int
    sha256: str
    groups: Mapping[StoreKey, int]
    """Rows by group."""

    @property
    def num_rows(self) -> int:
        """Rows in the file."""
        return sum(self.groups.values())


def describe_segment(path: Path, groups: Mapping[StoreKey, int]) -> SegmentEntry:
    """Return the entry of a closed file."""
    return SegmentEntry(path.name, path.stat().st_size, file_sha256(path), dict(groups))


def write_manifest(directory: Path, entries: Mapping[str, SegmentEntry]) -> None:
    """Replace the manifest of a directory."""
    segments = [
        {
            "name": entry.name,
            "rows": entry.num_rows,
            "bytes": entry.size_bytes,
            "sha256": entry.sha256,
            "groups": [{**key._asdict(), "rows": rows} for key, rows in entry.groups.items()],
        }
        for entry in sorted(entries.values(), key=lambda entry: entry.name)
    ]
    tree = {
        "schema_version": SCHEMA_VERSION,
        "rows": sum(entry.num_rows for entry in entries.values()),
        "groups": sum(len(entry.groups) for entry in entries.values()),
        "segments": segments,
    }
    with replacing(directory / MANIFEST) as file:
        file.write(json.dumps(tree).encode())


def read_manifest(directory: Path) -> dict[str, SegmentEntry]:
    """Return the entries by file name; empty where there is no manifest.

    Raises:
        SinkError: the manifest is damaged, or of a newer schema.
    """
    path = directory / MANIFEST
    if not path.is_file():
        return {}
    try:
        tree = json.loads(path.read_bytes())
        version = int(tree["schema_version"])
        entries = [_entry(segment) for segment in tree["segments"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SinkError(f"{path}: damaged ({error!r}); delete it, the segments say what they hold") from error
    if version > SCHEMA_VERSION:
        raise SinkError(f"{path}: schema version {version} is newer than this package's {SCHEMA_VERSION}")
    return {entry.name: entry for entry in entries}


def _entry(segment: dict[str, Any]) -> SegmentEntry:
    groups = {
        StoreKey(str(group["run_id"]), str(group["group_id"]), int(group["attempt"])): int(group["rows"])
        for group in segment["groups"]
    }
    return SegmentEntry(str(segment["name"]), int(segment["bytes"]), str(segment["sha256"]), groups)
