"""Which files a trajectory directory holds, and which of them count.

    000007.arrow            a closed segment (Arrow IPC file), complete since it has this name
    000001-000006.parquet   the compacted segments 1 to 6; it counts, and leftovers of those six do not
    000008.arrow.partial    the open segment: complete groups, then perhaps a torn one
    manifest.json           an index of the closed files; what the names say stands without it
    writer.lock             held by the one writer
    .*.partial              files about to get their name

A crash between any two steps of the writer leaves a directory whose names still say what counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
LOCK = "writer.lock"

_NAME = re.compile(r"(\d{6,})(?:-(\d{6,}))?\.(arrow|parquet|arrow\.partial)")


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """One file of rows."""

    path: Path
    first: int
    last: int
    """Numbers of the segments inside; equal unless compacted."""
    kind: str
    """`arrow`, `parquet` or `arrow.partial`."""

    def covers(self, other: SegmentFile) -> bool:
        """True if this closed file holds everything that the other one does."""
        if self.path == other.path or self.kind == "arrow.partial":
            return False
        inside = self.first <= other.first and other.last <= self.last
        return (
            inside
            and (self.kind, self.first, self.last) != (other.kind, other.first, other.last)
            and (self.kind == "parquet" or other.kind == "arrow.partial")
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of rows in a directory, by number."""

    closed: tuple[SegmentFile, ...]
    """Closed files that count."""
    open: tuple[SegmentFile, ...]
    """Open segments that no closed file covers."""
    superseded: tuple[SegmentFile, ...]
    """Leftovers whose rows are in another file."""

    @property
    def next_number(self) -> int:
        """The number of the next segment."""
        return max((file.last for file in (*self.closed, *self.open)), default=0) + 1


def list_segments(directory: Path) -> Listing:
    """Return what a directory holds; a missing one holds nothing."""
    files = []
    for path in directory.glob("[0-9]*") if directory.is_dir() else ():
        if match := _NAME.fullmatch(path.name):
            first, last, kind = match.groups()
            files.append(SegmentFile(path, int(first), int(last or first), kind))
    files.sort(key=lambda file: (file.first, file.last))
    covered = {file for file in files if any(other.covers(file) for other in files)}
    kept = [file for file in files if file not in covered]
    return Listing(
        closed=tuple(file for file in kept if file.kind != "arrow.partial"),
        open=tuple(file for file in kept if file.kind == "arrow.partial"),
        superseded=tuple(file for file in files if file in covered),
    )


def segment_path(directory: Path, number: int) -> Path:
    """Return the path of a closed segment."""
    return directory / f"{number:06d}.arrow"


def compacted_path(directory: Path, first: int, last: int) -> Path:
    """Return the path of compacted segments."""
    return directory / f"{first:06d}-{last:06d}.parquet"
