from __future__ import annotations

import time
from typing import Any

import pytest

from codearena_ray.grading.shown import CUT, show_call, show_case, show_value
from codearena_ray.sandbox.values import Opaque, WireDict, WireSet
from codearena_ray.types import Step, TestCase


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        -2.5,
        1j,
        "a'b",
        b"x",
        [],
        [1, "a"],
        (),
        (1,),
        (1, 2),
        {},
        {1: [2]},
        set(),
        {3},
        frozenset({4}),
    ],
)
def test_small_plain_values_are_shown_as_python_writes_them(value: Any) -> None:
    assert show_value(value) == repr(value)


def test_what_a_child_sent_is_shown_in_its_own_order() -> None:
    assert show_value(WireDict((("b", 1), ("a", WireSet((2, 1)))))) == "{'b': 1, 'a': {2, 1}}"
    assert show_value(WireSet((1,), frozen=True)) == "frozenset({1})"
    assert show_value([Opaque("Node\n")]) == "[<Node object>]"


def test_long_values_are_cut_at_the_limit() -> None:
    text = show_value(list(range(10**6)), limit=50)
    assert text.startswith("[0, 1, 2")
    assert len(text) == 51
    assert text.endswith(CUT)
    assert show_value("x" * 10**6, limit=20) == "'" + "x" * 19 + CUT


def test_huge_and_deep_values_cost_what_the_limit_allows() -> None:
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]
    start = time.process_time()
    assert show_value(deep, limit=30) == "[" * 30 + CUT
    assert show_value(1 << 10**6) == "<integer of 1000001 bits>"
    assert len(show_value([["y" * 10**6] * 1000] * 1000)) < 500
    assert time.process_time() - start < 1


def test_calls_are_shown_as_a_reader_would_type_them() -> None:
    steps = (
        Step(call="Stack", args=(3,), bind="s"),
        Step(call="s.push", args=("a",), kwargs={"twice": True}),
        Step(call="s.pop"),
    )
    case = TestCase(id="c", steps=steps)
    assert show_case(case) == "s = Stack(3); s.push('a', twice=True); s.pop()"
    assert show_case(case, upto=0) == "s = Stack(3)"


def test_a_long_case_shows_its_last_calls() -> None:
    case = TestCase(id="c", steps=tuple(Step(call="f", args=(i,)) for i in range(1000)))
    text = show_case(case, limit=60)
    assert text.startswith(CUT)
    assert text.endswith("f(999)")
    assert len(show_call(Step(call="f", args=("x" * 10**6,)))) < 1000
