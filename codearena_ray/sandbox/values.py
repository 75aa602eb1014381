"""What comes back from a sandbox child: plain data, hashed containers left unhashed, and opaque handles.

A set or dict that a child sent arrives as `WireSet` or `WireDict`, a list of items in the child's order.
Nothing here hashes, sorts, diffs or renders what a child sent: 25,000 colliding integers would cost
seconds in a `set()`. `plain` converts after a check that makes collisions cheap, for callers that need the
builtin type.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from codearena_ray.types import Verdict

WireValue = Any
"""None, bool, int, float, complex, str, bytes, list, tuple of those, `WireSet`, `WireDict` or `Opaque`."""


@dataclass(frozen=True, slots=True)
class Handle:
    """As a top-level argument of a step: the object that an earlier step bound under this name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Something in the child that is not plain data, or too large to send. Equal to nothing, itself aside."""

    type_name: str
    """What the child called it: text to show, never evidence."""


@dataclass(frozen=True, slots=True, eq=False)
class WireSet:
    """The items of a set or frozenset, in the child's order."""

    items: tuple[WireValue, ...]
    frozen: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class WireDict:
    """The pairs of a dict, in the child's order. Keys may repeat if the child lied."""

    items: tuple[tuple[WireValue, WireValue], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What one step gave. Exactly one of value, bound, raised, death applies; see `kind`."""

    kind: str
    """`value`, `bound`, `raised` or `dead`."""
    value: WireValue = None
    args_after: tuple[WireValue, ...] = ()
    """The declared mutated arguments after the call, in the order of `Step.mutates`."""
    raised: tuple[str, ...] = ()
    """Names of the builtin classes in the exception's MRO, most derived first, e.g. ("IndexError",
    "LookupError", "Exception", "BaseException"). Match `Step.raises` by membership."""
    message: str = ""
    """The exception's text, cut; written by the program: text to show, never evidence."""
    line: int = 0
    """1-based line of the program where the exception arose as the child claims, 0 if unknown."""
    death: Verdict | None = None
    """For `dead`: TIMEOUT, MEMORY, CRASHED or PROTOCOL for the step at which the child died, NOT_RUN for
    those after it."""

    @property
    def ok(self) -> bool:
        """True when the call returned."""
        return self.kind in {"value", "bound"}


_MAX_SAME_HASH = 32
"""More keys of one container with the same hash are an attack: that does not happen by chance."""


def _check_hashes(items: list[Any]) -> None:
    try:
        counts = Counter(str(hash(item)) for item in items)
    except TypeError as error:
        raise ValueError("an item of a set or dict cannot be hashed") from error
    if counts and max(counts.values()) > _MAX_SAME_HASH:
        raise ValueError("keys of a set or dict collide")


def plain(value: WireValue) -> Any:
    """Return `value` with `WireSet` and `WireDict` turned into set, frozenset and dict.

    Cost is linear in the value: containers whose keys share too many hashes are refused before they are
    built.

    Raises:
        ValueError: the value holds an opaque object, an unhashable key or a repeated one, or colliding keys.
    """
    kind = type(value)
    if kind is list:
        return [plain(item) for item in value]
    if kind is tuple:
        return tuple([plain(item) for item in value])
    if kind is WireSet:
        items = [plain(item) for item in value.items]
        _check_hashes(items)
        made = frozenset(items) if value.frozen else set(items)
        if len(made) != len(items):
            raise ValueError("a set came with repeated items")
        return made
    if kind is WireDict:
        pairs = [(plain(key), plain(item)) for key, item in value.items]
        _check_hashes([key for key, _ in pairs])
        table = dict(pairs)
        if len(table) != len(pairs):
            raise ValueError("a dict came with repeated keys")
        return table
    if kind is Opaque:
        raise ValueError(f"not plain data: {value.type_name}")
    return value
