from __future__ import annotations

import math
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codearena_ray.errors import TaskError
from codearena_ray.grading.compare import equal_mutations, equal_values
from codearena_ray.sandbox.values import Opaque, WireDict, WireSet
from codearena_ray.types import Comparator, Step

EXACT = Comparator()
FLOAT = Comparator(kind="float", rel_tol=1e-6, abs_tol=1e-9)
UNORDERED = Comparator(kind="unordered")
ANY_OF = Comparator(kind="any_of")
NAN = Comparator(nan_equal=True)


def wire(value: Any, rng: random.Random | None = None) -> Any:
    """Write a plain value as the sandbox decodes it, containers without order in any order."""
    if type(value) in (list, tuple):
        return type(value)(wire(item, rng) for item in value)
    if type(value) in (set, frozenset):
        items = [wire(item, rng) for item in value]
        if rng:
            rng.shuffle(items)
        return WireSet(tuple(items), frozen=type(value) is frozenset)
    if type(value) is dict:
        pairs = [(wire(key, rng), wire(item, rng)) for key, item in value.items()]
        if rng:
            rng.shuffle(pairs)
        return WireDict(tuple(pairs))
    return value


def equal(expected: Any, actual: Any, comparator: Comparator = EXACT) -> bool:
    return equal_values(expected, wire(actual), comparator=comparator)


@pytest.mark.parametrize(
    ("left", "right"),
    [(1, 1.0), (0.0, -0.0), (2, 2 + 0j), ([1, {2: {3}}], [1.0, {2.0: {3}}]), (10**30, 10**30), (None, None)],
)
def test_numbers_compare_by_value(left: Any, right: Any) -> None:
    assert equal(left, right)
    assert equal([left] * 20, [right] * 20)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (True, 1),
        (None, 0),
        ("a", b"a"),
        ([1], (1,)),
        ({1}, frozenset({1})),
        ({1: 2}, {1: 3}),
        ({1: 2}, {True: 2}),
        ({1: 2}, [1, 2]),
        ([1, 2], [2, 1]),
        ({1, 2}, {1, 3}),
        ([[]], [[[]]]),
        (1, "1"),
        (0.1 + 0.2, 0.3),
        (math.nan, math.nan),
        (math.inf, -math.inf),
        (10**400, 1e308),
    ],
)
def test_different_values_and_types_are_different(left: Any, right: Any) -> None:
    assert not equal(left, right)
    assert not equal([left], [right])
    assert not equal({"k": left}, {"k": right})
    assert not equal([left] * 20, [right] * 20)


def test_an_opaque_object_equals_nothing() -> None:
    for expected in (None, 0, "Opaque", [], Opaque("A")):
        assert not equal(expected, Opaque("A"))
        assert not equal([expected], [Opaque("A")], UNORDERED)
        assert not equal([expected], Opaque("A"), ANY_OF)


def test_subclasses_of_builtin_types_equal_nothing() -> None:
    class Liar(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    class Items(list):  # type: ignore[type-arg]
        def __eq__(self, other: object) -> bool:
            return True

    assert not equal(1, Liar(1))
    assert not equal([1], Items([1]))
    assert not equal([1] * 20, [Liar(1)] * 20)


def test_repeated_items_of_a_lying_child_are_not_a_set_or_dict() -> None:
    assert not equal_values({1, 2}, WireSet((1, 1)), comparator=EXACT)
    assert not equal_values({1}, WireSet((1, 1)), comparator=EXACT)
    assert not equal_values({1: 1, 2: 2}, WireDict(((1, 1), (1, 1))), comparator=EXACT)
    assert not equal_values({1: 1, 2: 2}, WireDict(((1, 1), (2, 2), (2, 2))), comparator=EXACT)


def test_float_tolerance_reaches_every_float_inside_and_no_integer() -> None:
    assert equal([1.0, {"a": (2.0, 3)}], [1.0 + 1e-7, {"a": (2.0 - 1e-7, 3)}], FLOAT)
    assert not equal([1.0], [1.0 + 1e-5], FLOAT)
    assert not equal(10**12, 10**12 + 1, FLOAT)
    assert equal(10**12, 1e12 + 1, FLOAT)
    assert equal({0.1 + 0.2, 1.0}, {0.3, 1.0}, FLOAT)
    assert equal(1 + 1j, 1 + 1.0000001j, FLOAT)


def test_infinity_is_never_within_a_tolerance() -> None:
    assert equal(math.inf, math.inf, FLOAT)
    assert not equal(math.inf, 1e308, FLOAT)
    assert not equal(1e308, math.inf, FLOAT)
    assert not equal(1.0, math.nan, FLOAT)
    assert not equal(10**400, 1.0, FLOAT)


@pytest.mark.parametrize("tolerance", [math.inf, math.nan, -1.0])
def test_a_tolerance_that_accepts_everything_is_a_fault_of_the_task(tolerance: float) -> None:
    with pytest.raises(TaskError, match="rel_tol"):
        equal_values(1.0, 1.0, comparator=Comparator(kind="float", rel_tol=tolerance))


def test_an_unknown_comparator_is_a_fault_of_the_task() -> None:
    with pytest.raises(TaskError, match="fuzzy"):
        equal_values(1.0, 1.0, comparator=Comparator(kind="fuzzy"))


def test_nan_equals_nan_only_where_the_task_says_so() -> None:
    assert equal([math.nan, {"a": math.nan}], [math.nan, {"a": math.nan}], NAN)
    assert not equal([math.nan], [0.0], NAN)
    assert not equal([math.nan], [math.nan], UNORDERED)
    assert equal([math.nan, 1], [1, math.nan], Comparator(kind="unordered", nan_equal=True))


def test_unordered_compares_the_top_level_as_a_multiset() -> None:
    assert equal([1, 2, 2], [2, 1, 2], UNORDERED)
    assert equal([[1, 2], [3]], [[3], [1, 2]], UNORDERED)
    assert not equal([1, 2, 2], [1, 1, 2], UNORDERED)
    assert not equal([1, 2], (2, 1), UNORDERED)
    assert not equal([[1, 2]], [[2, 1]], UNORDERED)
    assert not equal([1, True], [1, 1], UNORDERED)
    assert equal("ab", "ab", UNORDERED)


def test_any_of_accepts_each_listed_answer() -> None:
    assert equal([[0, 1], [1, 0]], [1, 0], ANY_OF)
    assert not equal([[0, 1], [1, 0]], [[0, 1], [1, 0]], ANY_OF)
    assert not equal([], [], ANY_OF)


def test_mutated_arguments_must_hold_the_declared_values() -> None:
    step = Step(call="f", args=([2, 1], 0), mutates=(0,), args_after=([1, 2],))
    assert equal_mutations(step, ([1, 2],), comparator=EXACT)
    assert not equal_mutations(step, ([2, 1],), comparator=UNORDERED)
    assert not equal_mutations(step, (), comparator=EXACT)


def test_colliding_keys_cost_the_supervisor_nothing() -> None:
    colliding = [i * ((1 << 61) - 1) for i in range(1, 20_001)]
    start = time.process_time()
    assert not equal_values(set(range(20_000)), WireSet(tuple(colliding)), comparator=EXACT)
    pairs = tuple((key, 0) for key in colliding)
    assert not equal_values(dict.fromkeys(range(20_000), 0), WireDict(pairs), comparator=EXACT)
    assert time.process_time() - start < 2


def test_a_comparison_past_its_budget_says_different() -> None:
    value = [[i, [i]] for i in range(1000)]
    assert equal_values(value, value, comparator=EXACT)
    assert not equal_values(value, value, comparator=EXACT, budget=500)


def test_values_nested_a_hundred_thousand_deep_are_compared() -> None:
    def nested(leaf: int) -> Any:
        value: Any = leaf
        for _ in range(100_000):
            value = [value]
        return value

    assert equal_values(nested(1), nested(1), comparator=EXACT)
    assert not equal_values(nested(1), nested(2), comparator=EXACT)
    assert equal_values([nested(1)], [nested(1)], comparator=UNORDERED)


ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=4),
    st.binary(max_size=4),
)
KEYS = st.recursive(
    ATOMS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_every_value_equals_itself_however_the_child_orders_it(value: Any, rng: random.Random) -> None:
    for comparator in (EXACT, FLOAT, UNORDERED):
        assert equal_values(value, wire(value, rng), comparator=comparator)
    assert equal_values([object(), value], wire(value, rng), comparator=ANY_OF)


def strict(value: Any) -> Any:
    """Write a value so that plain `==` tells it apart exactly as the comparison should."""
    if type(value) in (int, float, complex):
        return ("number", value)
    if type(value) in (list, tuple):
        return (type(value), tuple(strict(item) for item in value))
    if type(value) in (set, frozenset):
        return (type(value), frozenset(strict(item) for item in value))
    if type(value) is dict:
        return (dict, frozenset((strict(key), strict(item)) for key, item in value.items()))
    return (type(value), value)


@given(VALUES, VALUES)
@settings(max_examples=300, deadline=None)
def test_two_values_are_equal_exactly_when_python_says_so_type_by_type(left: Any, right: Any) -> None:
    same = strict(left) == strict(right)
    assert equal_values(left, wire(right), comparator=EXACT) is same
    assert equal_values([left], wire([right]), comparator=UNORDERED) is same


@given(st.lists(VALUES, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_unordered_ignores_every_permutation(values: list[Any], rng: random.Random) -> None:
    shuffled = list(values)
    rng.shuffle(shuffled)
    assert equal_values(values, wire(shuffled), comparator=UNORDERED)
