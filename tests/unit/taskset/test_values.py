import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codearena_ray.taskset.codecs import Invalid
from codearena_ray.taskset.values import decode_value, encode_value

_atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.complex_numbers(allow_nan=False),
)
_hashable = st.recursive(
    _atoms, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5
)
_values = st.recursive(
    _atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(_hashable, inner, max_size=4)
        | st.sets(_hashable, max_size=4)
    ),
    max_leaves=12,
)


def _same_types(left: object, right: object) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(_same_types, left, right))  # type: ignore[arg-type]
    if isinstance(left, dict):
        pairs = zip(left.items(), right.items(), strict=True)  # type: ignore[attr-defined]
        return all(_same_types(a, c) and _same_types(b, d) for (a, b), (c, d) in pairs)
    return True


@given(_values)
def test_every_plain_value_survives_json(value: object) -> None:
    back = decode_value(json.loads(json.dumps(encode_value(value), allow_nan=False)))
    assert back == value
    assert _same_types(back, value)


@given(st.sets(st.text(max_size=5), max_size=8))
def test_equal_sets_have_equal_json(items: set[str]) -> None:
    other = set(sorted(items, reverse=True))
    assert json.dumps(encode_value(items)) == json.dumps(encode_value(other))


def test_nan_and_infinities_survive() -> None:
    assert math.isnan(decode_value(encode_value(math.nan)))
    assert decode_value(encode_value([math.inf, -math.inf])) == [math.inf, -math.inf]


def test_a_dictionary_with_the_tag_as_its_key_is_not_taken_for_a_tag() -> None:
    value = {"$": "tuple", "v": [1, 2]}
    assert decode_value(encode_value(value)) == value


def test_an_object_of_a_program_is_not_a_plain_value() -> None:
    with pytest.raises(Invalid, match="not a plain value"):
        encode_value([object()])
    with pytest.raises(Invalid, match="not a plain value"):
        encode_value(type("Sub", (int,), {})(3))


@pytest.mark.parametrize(
    "data",
    [
        {"$": "tuple"},
        {"$": "tuple", "v": [1], "w": 2},
        {"$": "tuple", "v": 3},
        {"$": "callable", "v": []},
        {"$": ["tuple"], "v": []},
        {"$": "float", "v": "1e5"},
        {"$": "int", "v": "0x" + "f" * 30_000},
        {"$": "int", "v": 5},
        {"$": "bytes", "v": "xyz"},
        {"$": "complex", "v": [1, 2]},
        {"$": "set", "v": [[1]]},
        {"$": "set", "v": list(range(6000))},
        {"$": "dict", "v": [[1, 2], [1, 3]]},
        {"$": "dict", "v": [[1]]},
        {"$": "dict", "v": [[[], 1]]},
    ],
)
def test_a_malformed_tag_is_refused(data: object) -> None:
    with pytest.raises(Invalid):
        decode_value(data)


def test_deep_nesting_is_refused_both_ways() -> None:
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(Invalid, match="nested deeper"):
        decode_value(deep)
    with pytest.raises(Invalid, match="nested deeper"):
        encode_value(deep)
