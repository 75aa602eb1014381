"""Compares an expected value with one that a sandbox child sent: iterative, bounded in cost, exact types.

The expected value is trusted, the actual one is hostile. So nothing of the actual value is hashed, ordered or
converted by its own methods: every node must be of an exact builtin type or one of the sandbox's unhashed
containers, unordered parts are compared through canonical bytes, and each comparison draws from a budget;
past it the answer is "different".

Numbers compare by value (1 equals 1.0), but a bool is not a number. Lists, tuples, sets and frozensets are
four different things. NaN equals NaN only where the comparator says so.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.sandbox.values import WireDict, WireSet
from codearena_ray.types import Comparator, Step

DEFAULT_BUDGET = 4_000_000
"""Units that one comparison may spend; a node costs one, and one more per 64 bytes of its content."""

_SEQUENCES = (list, tuple)
_NUMBERS = (int, float, complex)


class _BudgetSpent(Exception):
    """The comparison costs more than it may."""


@dataclass(slots=True)
class _Budget:
    left: int
    fresh: Iterator[int] = field(default_factory=itertools.count)
    """Makes every NaN different from every other one."""

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise _BudgetSpent


def check_comparator(comparator: Comparator) -> None:
    """Refuse a comparator that accepts everything or nothing.

    Raises:
        TaskError: a tolerance is negative, infinite or NaN, or the kind is unknown.
    """
    if comparator.kind not in ("exact", "float", "unordered", "any_of", "checker"):
        raise TaskError(f"comparator.kind: {comparator.kind!r} is not a known comparator")
    for name in ("rel_tol", "abs_tol"):
        value = getattr(comparator, name)
        if not (math.isfinite(value) and value >= 0):
            raise TaskError(f"comparator.{name}: {value} must be finite and not negative")


def equal_values(expected: Any, actual: Any, *, comparator: Comparator, budget: int = DEFAULT_BUDGET) -> bool:
    """Return whether a result is acceptable.

    Args:
        expected: The expected value; for `any_of` the list of acceptable ones.
        actual: What the child sent, decoded.
        comparator: How to compare; `checker` is treated as `exact` (its own code runs in a task child).
        budget: Units that the comparison may spend; if they do not suffice, the values count as different.

    Raises:
        TaskError: the comparator is malformed.
    """
    check_comparator(comparator)
    purse = _Budget(budget)
    try:
        if comparator.kind == "any_of":
            options = expected if isinstance(expected, _SEQUENCES) else (expected,)
            return any(_walk(option, actual, comparator, purse) for option in options)
        if comparator.kind == "unordered" and type(expected) in _SEQUENCES:
            if type(actual) is not type(expected) or len(actual) != len(expected):
                return False
            return _same_multiset(expected, actual, comparator, purse)
        return _walk(expected, actual, comparator, purse)
    except _BudgetSpent:
        return False


def equal_mutations(step: Step, args_after: Sequence[Any], *, comparator: Comparator) -> bool:
    """Return whether the arguments that a call declares to change hold the expected values afterwards.

    Args:
        step: The call with `mutates` and `args_after`.
        args_after: What the child sent for those positions, in the order of `mutates`.
        comparator: Its tolerance applies; order always counts.
    """
    if len(args_after) != len(step.args_after):
        return False
    kind = comparator.kind if comparator.kind == "float" else "exact"
    plain = Comparator(kind, comparator.rel_tol, comparator.abs_tol, comparator.nan_equal)
    pairs = zip(step.args_after, args_after, strict=True)
    return all(equal_values(expected, actual, comparator=plain) for expected, actual in pairs)


def _walk(expected: Any, actual: Any, comparator: Comparator, purse: _Budget) -> bool:
    """Compare two values in order, with an explicit stack."""
    stack: list[tuple[Any, Any]] = [(expected, actual)]
    while stack:
        left, right = stack.pop()
        kind = kind_of(left)
        purse.spend(1)
        if kind in _NUMBERS:
            if not _same_number(left, right, comparator):
                return False
        elif kind_of(right) is not kind:
            return False
        elif kind is list or kind is tuple:
            if len(left) != len(right):
                return False
            if not _is_flat(left, right):
                stack.extend(zip(left, right, strict=True))
            elif left != right:
                return False
        elif kind is dict:
            pairs = _pair_items(left, right, comparator, purse)
            if pairs is None:
                return False
            stack.extend(pairs)
        elif kind is set or kind is frozenset:
            if not _same_set(items_of(left), items_of(right), comparator, purse):
                return False
        elif not _same_atom(left, right, purse):
            return False
    return True


def kind_of(value: Any) -> type:
    """Return the builtin type that a plain or decoded value stands for; other objects' own type."""
    kind = type(value)
    if kind is WireSet:
        return frozenset if value.frozen else set
    return dict if kind is WireDict else kind


def items_of(value: Any) -> Sequence[Any]:
    """Return a container's items, a dict's pairs, whether plain or as the sandbox decodes them."""
    if type(value) in (WireSet, WireDict):
        value = value.items
    elif type(value) is dict:
        value = tuple(value.items())
    return value if type(value) in (list, tuple) else tuple(value)


def _is_flat(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Return whether two sequences hold nothing but values whose own `==` is exact, cheap and honest."""
    return len(left) > 16 and all(set(map(type, side)) <= {int, str, bytes} for side in (left, right))


def _same_atom(left: Any, right: Any, purse: _Budget) -> bool:
    """Compare two values of one type that is neither a number nor a container."""
    kind = type(left)
    if kind is str or kind is bytes:
        purse.spend(len(left) >> 6)
        return bool(left == right)
    return (kind is bool or left is None) and left is right


def _same_number(left: Any, right: Any, comparator: Comparator) -> bool:
    if type(right) not in _NUMBERS:
        return False
    if _is_nan(left) or _is_nan(right):
        return comparator.nan_equal and _is_nan(left) and _is_nan(right)
    if left == right:
        return True
    if comparator.kind != "float" or (type(left) is int and type(right) is int):
        return False
    try:
        gap, size = abs(left - right), max(abs(left), abs(right))
    except OverflowError:
        return False
    if not (math.isfinite(gap) and math.isfinite(size)):
        return False
    return bool(gap <= max(comparator.rel_tol * size, comparator.abs_tol))


def _is_nan(value: Any) -> bool:
    return type(value) in (float, complex) and value != value


def _pair_items(
    expected: Any, actual: Any, comparator: Comparator, purse: _Budget
) -> list[tuple[Any, Any]] | None:
    """Return the pairs of values under equal keys, or None where the keys differ."""
    wanted, found = items_of(expected), items_of(actual)
    if len(wanted) != len(found):
        return None
    if all(type(key) is str for side in (wanted, found) for key, _ in side):
        name: Callable[[Any], bytes | str] = (
            _text_key  # the interpreter's secret hash seed keeps chosen texts from colliding
        )
    else:
        name = partial(_canonical, comparator=comparator, purse=purse)
    by_key = {name(key): value for key, value in found}
    pairs = []
    for key, value in wanted:
        named = name(key)
        if named not in by_key:
            return None
        pairs.append((value, by_key.pop(named)))
    return pairs


def _text_key(key: str) -> bytes | str:
    return key


def _same_set(expected: Sequence[Any], actual: Sequence[Any], comparator: Comparator, purse: _Budget) -> bool:
    if len(expected) != len(actual):
        return False
    reals = (int, float)
    if comparator.kind == "float" and all(
        type(item) in reals and not _is_nan(item) for side in (expected, actual) for item in side
    ):
        purse.spend(8 * len(expected))
        pairs = zip(sorted(expected), sorted(actual), strict=True)
        return all(_same_number(left, right, comparator) for left, right in pairs)
    return _same_multiset(expected, actual, comparator, purse)


def _same_multiset(
    expected: Sequence[Any], actual: Sequence[Any], comparator: Comparator, purse: _Budget
) -> bool:
    wanted = sorted(_canonical(item, comparator, purse) for item in expected)
    found = sorted(_canonical(item, comparator, purse) for item in actual)
    return wanted == found


@dataclass(slots=True)
class _Frame:
    """A container whose children are being written."""

    tag: bytes
    items: Iterator[Any]
    sort: bool
    parts: list[bytes] = field(default_factory=list)

    def close(self) -> bytes:
        if self.sort:
            self.parts.sort()
        return self.tag + hashlib.sha256(b"".join(self.parts)).digest()


def _canonical(value: Any, comparator: Comparator, purse: _Budget) -> bytes:
    """Return bytes that are equal for equal values; what is no builtin value equals nothing."""
    root = _Frame(b"", iter((value,)), sort=False)
    frames = [root]
    while True:
        frame = frames[-1]
        item = next(frame.items, _END)
        if item is _END:
            if frame is root:
                return root.parts[0]
            frames.pop()
            frames[-1].parts.append(frame.close())
            continue
        purse.spend(1)
        tag = _TAGS.get(kind_of(item))
        if tag is not None:
            frames.append(_Frame(tag, iter(items_of(item)), sort=tag not in (b"l", b"t")))
        else:
            frame.parts.append(_atom(item, comparator, purse))


_END = object()

_TAGS: dict[type, bytes] = {list: b"l", tuple: b"t", set: b"s", frozenset: b"z", dict: b"d"}


def _atom(value: Any, comparator: Comparator, purse: _Budget) -> bytes:
    """Return the canonical bytes of a value without parts: self-delimiting within its container."""
    kind = type(value)
    if value is None or kind is bool:
        return b"c%r;" % value
    if kind in (str, bytes):
        data = value.encode("utf-8", "surrogatepass") if kind is str else value
        purse.spend(len(data) >> 6)
        return (b"u" if kind is str else b"b") + hashlib.sha256(data).digest()
    if kind in _NUMBERS:
        if _is_nan(value):
            return b"nan;" if comparator.nan_equal else b"nan%d;" % next(purse.fresh)
        if kind is complex:
            value = value.real if value.imag == 0 else value
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int:
            purse.spend(value.bit_length() >> 9)
            return b"n%x;" % value
        return b"f%s;" % repr(value).encode()
    return b"o%d;" % next(purse.fresh)
