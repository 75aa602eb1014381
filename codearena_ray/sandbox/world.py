"""In the child: puts up the world that a fixture describes, before any of the program's code exists."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path

DATABASE = "app.db"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": ".", "LANG": "C.UTF-8"}
"""What every program finds; the zygote puts it up."""
_PIPE_BYTES = 1 << 16


def set_up(*, env: Mapping[str, str], files: Mapping[str, str], sqlite: str, stdin: str) -> None:
    """Make environment, files, database and input in the working directory.

    Raises:
        OSError: a file cannot be written there.
        sqlite3.Error: the script is wrong.
    """
    os.environ.update(env)
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", newline="")
    if sqlite:
        connection = sqlite3.connect(DATABASE)
        try:
            connection.executescript(sqlite)
            connection.commit()
        finally:
            connection.close()
    if stdin:
        _feed(stdin.encode())


def _feed(data: bytes) -> None:
    """Make `data` the standard input: through a pipe where it fits in one, else for `sys.stdin` alone."""
    if len(data) > _PIPE_BYTES:
        sys.stdin = TextIOWrapper(BytesIO(data), encoding="utf-8")
        return
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    os.dup2(reader, 0)
    os.close(reader)
