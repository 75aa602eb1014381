"""How verbs speak: one JSON object on stdout with `--json`, text otherwise, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ProgressCallback = Callable[[int, int, str], None]
"""Called with what is done, of how many, and what is being done."""


def print_json(result: Mapping[str, Any]) -> None:
    """Print the one JSON object of a `--json` run to stdout."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def progress(label: str) -> Iterator[ProgressCallback]:
    """Yield a callback that draws a bar on stderr; silent when stderr is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total, _what: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        line = bar.add_task(label, total=None)

        def update(done: int, total: int, what: str) -> None:
            bar.update(line, completed=done, total=total, description=f"{label} {what}".rstrip())

        yield update
