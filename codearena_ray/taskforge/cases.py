"""What an author's case function returned, as test cases without expectations.

A case is a list of positional arguments of the first entry point, or a dictionary with the keys of one step
or with a list of `steps`, and with the keys of the world around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.types import Effects, Fixture, Process, Step, TestCase

_STEP_KEYS = ("call", "args", "kwargs", "bind", "expect", "raises", "check", "consume", "mutates")
_WORLD_KEYS = (
    "env",
    "files",
    "sqlite",
    "stdin",
    "processes",
    "expect_files",
    "expect_spawns",
    "expect_stdout",
)


@dataclass(frozen=True, slots=True)
class DraftCase:
    """A case before the reference has run."""

    case: TestCase
    given: tuple[bool, ...]
    """Per step: the author wrote what to expect, so that the reference has to agree."""


def draft_case(raw: object, *, case_id: str, default_call: str) -> DraftCase:
    """Return the case that an author wrote.

    Args:
        raw: One item of what `visible()` or `hidden(rng)` returned.
        case_id: The case's id.
        default_call: What is called where the case names nothing.

    Raises:
        TaskError: a key is unknown or a value has the wrong shape.
    """
    if isinstance(raw, list | tuple):
        step = Step(call=default_call, args=tuple(raw))
        return DraftCase(TestCase(id=case_id, steps=(step,)), (False,))
    if not isinstance(raw, dict):
        raise TaskError(
            f"case {case_id}: must be a list of arguments or a dictionary, got {type(raw).__name__}"
        )
    world = {key: value for key, value in raw.items() if key in _WORLD_KEYS}
    rest = {key: value for key, value in raw.items() if key not in _WORLD_KEYS}
    raw_steps: object = rest.pop("steps", None)
    if raw_steps is None:
        raw_steps, rest = [rest], {}
    if rest or not isinstance(raw_steps, list | tuple) or not raw_steps:
        raise TaskError(f"case {case_id}: `steps` is a list and stands without {sorted(map(str, rest))}")
    steps = [_step(item, f"case {case_id}, step {i + 1}", default_call) for i, item in enumerate(raw_steps)]
    given = tuple(bool({"expect", "raises"} & set(item)) for item in raw_steps)
    try:
        case = TestCase(id=case_id, steps=tuple(steps), fixture=_fixture(world), effects=_effects(world))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise TaskError(f"case {case_id}: the world around it is malformed: {error!r}") from error
    return DraftCase(case, given)


def _step(raw: object, where: str, default_call: str) -> Step:
    if not isinstance(raw, dict):
        raise TaskError(f"{where}: must be a dictionary, got {type(raw).__name__}")
    for key in raw:
        if key not in _STEP_KEYS:
            raise TaskError(f"{where}: unknown key {key!r}; known: {', '.join((*_STEP_KEYS, *_WORLD_KEYS))}")
    args, kwargs, mutates = raw.get("args", ()), raw.get("kwargs", {}), raw.get("mutates", ())
    if (
        not isinstance(args, list | tuple)
        or not isinstance(kwargs, dict)
        or not isinstance(mutates, list | tuple)
    ):
        raise TaskError(f"{where}: args and mutates are lists, kwargs is a dictionary")
    return Step(
        call=raw.get("call", default_call),
        args=tuple(args),
        kwargs=kwargs,
        bind=raw.get("bind", ""),
        expect=raw.get("expect"),
        raises=raw.get("raises", ""),
        check=raw.get("check", True),
        consume=raw.get("consume", 0),
        mutates=tuple(mutates),
    )


def _fixture(world: Mapping[str, Any]) -> Fixture | None:
    if not {"env", "files", "sqlite", "stdin", "processes"} & set(world):
        return None
    return Fixture(
        env=dict(world.get("env", {})),
        files=dict(world.get("files", {})),
        sqlite=world.get("sqlite", ""),
        stdin=world.get("stdin", ""),
        processes=tuple(
            Process(tuple(item["argv"]), item.get("stdout", ""), item.get("exit_code", 0))
            for item in world.get("processes", ())
        ),
    )


def _effects(world: Mapping[str, Any]) -> Effects | None:
    if not {"expect_files", "expect_spawns", "expect_stdout"} & set(world):
        return None
    spawns = world.get("expect_spawns")
    return Effects(
        files=dict(world.get("expect_files", {})),
        spawns=None if spawns is None else tuple(tuple(argv) for argv in spawns),
        stdout=world.get("expect_stdout"),
    )
