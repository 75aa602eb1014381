"""Who serves a module right now: a small actor that clients read and the supervisor writes.

Restarts: any number (`max_restarts=-1`, `max_task_retries=-1`): every call may be repeated, and the
supervisor publishes the whole table again with every round, so a fresh directory is right within seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol


class EngineHandle(Protocol):
    """A way to an engine, from any process."""

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a method of `EngineActor` returns; an actor that is gone is an EngineError."""

    def kill(self) -> None:
        """End it at once."""


@dataclass(frozen=True, slots=True)
class ServingEngine:
    """One line of the table."""

    engine_id: str
    version: int
    """Newest verified version."""
    handle: EngineHandle


@dataclass(frozen=True, slots=True)
class EngineTable:
    """All engines that serve a module."""

    revision: int
    """Grows with every change."""
    engines: tuple[ServingEngine, ...]
    given_up: str = ""
    """Not empty: why there will be no engines any more."""


class DirectoryHandle(Protocol):
    """A way to the directory, from any process."""

    async def publish(self, table: EngineTable) -> None:
        """Replace the table."""

    async def wait(self, after: int, *, timeout_s: float) -> EngineTable | None:
        """Return the table once its revision is not `after`, or None after the timeout."""


class EngineDirectory:
    """The table and those who wait for it to change."""

    def __init__(self) -> None:
        self._table: EngineTable | None = None
        self._changed = asyncio.Event()

    async def publish(self, table: EngineTable) -> None:
        """Replace the table; an older one is ignored."""
        if self._table is None or table.revision > self._table.revision:
            self._table = table
            self._changed.set()
            self._changed = asyncio.Event()

    async def wait(self, after: int, *, timeout_s: float) -> EngineTable | None:
        """Return the table once its revision is not `after`, or None after the timeout."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._table is None or self._table.revision == after:
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self._table
