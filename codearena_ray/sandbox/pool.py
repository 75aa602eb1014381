"""A fixed or scaled number of slots, checked out by one thread at a time, the dead ones replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from codearena_ray.errors import DeadlineError, SandboxError
from codearena_ray.sandbox.isolation.detect import Isolation
from codearena_ray.sandbox.slot import Slot


class SlotPool:
    """Thread-safe checkout of slots.

    Args:
        isolation: What `detect_isolation` found.
        num_slots: How many slots may exist; they start on first use.

    Attributes:
        restarts: How many slots were replaced after a failure.
    """

    def __init__(self, isolation: Isolation, num_slots: int) -> None:
        self.isolation = isolation
        self.restarts = 0
        self._wanted = num_slots
        self._idle: list[Slot] = []
        self._free = list(range(num_slots - 1, -1, -1))
        self._num_slots = num_slots
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, *, deadline_s: float) -> Iterator[Slot]:
        """Yield a slot that nobody else uses; a `SandboxError` inside retires it.

        Args:
            deadline_s: Seconds to wait for a free slot.

        Raises:
            DeadlineError: no slot became free in time.
            SandboxError: a slot could not be started, or what the body raised.
        """
        slot = self._take(deadline_s)
        try:
            yield slot
        except SandboxError:
            self._retire(slot)
            raise
        except BaseException:
            self._give(slot)
            raise
        self._give(slot)

    def close(self) -> None:
        """Close every idle slot; those in use are closed when they come back."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
        for slot in idle:
            slot.close()

    def __enter__(self) -> SlotPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, deadline_s: float) -> Slot:
        until = time.monotonic() + deadline_s
        with self._changed:
            while not self._idle and not self._free:
                left = until - time.monotonic()
                if self._closed or left <= 0 or not self._changed.wait(left):
                    raise DeadlineError(f"no sandbox slot became free within {deadline_s:g} s")
            if self._idle:
                return self._idle.pop()
            index = self._free.pop()
        try:
            return Slot(self.isolation, index)
        except BaseException:
            with self._changed:
                self._free.append(index)
                self._changed.notify()
            raise

    def _give(self, slot: Slot) -> None:
        with self._changed:
            if not self._closed:
                self._idle.append(slot)
                self._changed.notify()
                return
        slot.close()

    def _retire(self, slot: Slot) -> None:
        slot.close()
        with self._changed:
            self.restarts += 1
            self._free.append(slot.index)
            self._changed.notify()
