"""A thread-safe mapping of limited size: what caches of grades and verdicts are made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedMap(Generic[Value]):
    """A thread-safe mapping from text that forgets what was used longest ago.

    Args:
        capacity: How many entries it holds.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Value | None:
        """Return the entry, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def keep_first(self, key: str, value: Value) -> Value:
        """Store a value unless there is one; return the one that stays."""
        with self._lock:
            kept = self._entries.setdefault(key, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
            return kept

    def __len__(self) -> int:
        return len(self._entries)
