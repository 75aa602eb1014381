"""Writes calls and values of visible cases as text, cut to a limit, at a cost bounded by that limit.

`repr` of a hostile value can cost seconds and megabytes; this stops as soon as the limit is reached. Objects
that are not plain data are shown by the name that the child gave them.
"""

from __future__ import annotations

from typing import Any

from codearena_ray.grading.compare import items_of, kind_of
from codearena_ray.sandbox.values import Handle, Opaque, WireSet
from codearena_ray.types import Step, TestCase

MAX_VALUE_CHARS = 400
MAX_CALL_CHARS = 800
CUT = "…"

_BRACKETS = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), dict: ("{", "}")}


def show_value(value: Any, *, limit: int = MAX_VALUE_CHARS) -> str:
    """Return a value in Python's notation, at most `limit` characters and a mark where it was cut."""
    parts: list[str] = []
    room = limit
    stack: list[Any] = [_Node(value)]
    while stack:
        item = stack.pop()
        if isinstance(item, _Node):
            opened = _open(item.value, room)
            if isinstance(opened, str):
                item = opened
            else:
                stack.extend(reversed(opened))
                continue
        parts.append(item)
        room -= len(item)
        if room < 0:
            return "".join(parts)[:limit] + CUT
    return "".join(parts)


class _Node:
    """A value still to be written, as opposed to text."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _open(value: Any, room: int) -> str | list[Any]:
    """Return the text of a scalar, or the parts of a container: as many items as can possibly be shown."""
    kind = kind_of(value)
    if kind is Opaque:
        name = "".join(c for c in value.type_name if c.isprintable())
        return f"<{name[:40]} object>"
    if kind is Handle:
        return str(value.name)
    if kind is frozenset:
        return ["frozenset(", _Node(WireSet(tuple(items_of(value)))), ")"]
    if kind not in _BRACKETS:
        return _scalar(value, room)
    items = items_of(value)
    if kind is set and not items:
        return "set()"
    left, right = _BRACKETS[kind]
    parts: list[Any] = [left]
    for index, item in enumerate(items[: room // 2 + 2]):
        if index:
            parts.append(", ")
        parts.extend((_Node(item[0]), ": ", _Node(item[1])) if kind is dict else (_Node(item),))
    parts.append(",)" if kind is tuple and len(items) == 1 else right)
    return parts


def _scalar(value: Any, room: int) -> str:
    kind = type(value)
    if kind in (str, bytes):
        return repr(value[: room + 1]) if len(value) > room else repr(value)
    if kind is int and value.bit_length() > 4 * max(room, 64):
        return f"<integer of {value.bit_length()} bits>"
    if kind in (int, float, complex, bool, type(None)):
        return repr(value)
    return f"<{kind.__name__[:40]} object>"


def show_call(step: Step, *, limit: int = MAX_VALUE_CHARS) -> str:
    """Return a step as the call that a reader would type."""
    share = max(20, limit // max(1, len(step.args) + len(step.kwargs)))
    args = [show_value(arg, limit=share) for arg in step.args]
    args += [f"{name}={show_value(arg, limit=share)}" for name, arg in step.kwargs.items()]
    bound = f"{step.bind} = " if step.bind else ""
    text = f"{bound}{step.call}({', '.join(args)})"
    return text if len(text) <= 2 * limit else text[: 2 * limit] + CUT


def show_case(case: TestCase, *, upto: int | None = None, limit: int = MAX_CALL_CHARS) -> str:
    """Return the calls of a case up to and with the step of index `upto`, the last ones if space is short."""
    steps = case.steps if upto is None else case.steps[: upto + 1]
    lines: list[str] = []
    room = limit
    for step in reversed(steps):
        text = show_call(step)
        room -= len(text) + 2
        if lines and room < 0:
            lines.append(CUT)
            break
        lines.append(text)
    return "; ".join(reversed(lines))
