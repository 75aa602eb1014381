"""Files of one JSON object a line, that grow and survive a crash in the middle of a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.durable import replacing


class JsonLines:
    """Appends objects to a file; a torn last line of an earlier writer is cut off.

    Args:
        path: Made at the first write if missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._cut_torn_line()

    def append(self, record: Mapping[str, Any]) -> None:
        """Add one object. Numbers that JSON does not know (NaN, infinities) become null.

        Raises:
            SinkError: it could not be written.
            TypeError: a value is neither text, number, list nor mapping.
        """
        line = json.dumps(_finite(record), ensure_ascii=False, allow_nan=False) + "\n"
        try:
            with self.path.open("ab") as file:
                file.write(line.encode())
        except OSError as error:
            raise SinkError(f"{self.path}: {error}") from error

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield the objects; a line that a live writer has not finished is left out."""
        if not self.path.is_file():
            return
        for line in self.path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)

    def keep(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        """Drop the objects that are not wanted, in one step."""
        records = list(self.read())
        kept = [record for record in records if wanted(record)]
        if len(kept) == len(records):
            return
        try:
            with replacing(self.path) as file:
                for record in kept:
                    file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise SinkError(f"{self.path}: {error}") from error

    def _cut_torn_line(self) -> None:
        if not self.path.is_file():
            return
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with self.path.open("r+b") as file:
                file.truncate(whole)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
