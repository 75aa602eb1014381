import contextlib
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codearena_ray.sandbox.values import Opaque, WireDict, WireSet, plain
from codearena_ray.sandbox.wire import Bounds, WireError, decode, encode

BOUNDS = Bounds()

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(1 << 70), max_value=1 << 70)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
hashable = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4), max_leaves=5
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.sets(hashable, max_size=5)
        | st.dictionaries(hashable, inner, max_size=5)
        | st.lists(st.integers(), min_size=9)
        | st.lists(st.floats(allow_nan=False), min_size=9)
    ),
    max_leaves=20,
)


def shape(value: object) -> object:
    """The value with its types, so that 1, 1.0 and True differ."""
    if isinstance(value, (list, tuple)):
        return type(value), [shape(item) for item in value]
    return type(value), value


@settings(max_examples=150, deadline=None)
@given(values)
def test_every_plain_value_comes_back_as_it_was(value: object) -> None:
    returned = plain(decode(encode(value, BOUNDS), BOUNDS))
    assert returned == value
    assert shape(returned) == shape(value)


def test_nan_and_infinity_travel() -> None:
    returned = decode(encode([math.nan, math.inf, -0.0], BOUNDS), BOUNDS)
    assert math.isnan(returned[0])
    assert (returned[1], math.copysign(1, returned[2])) == (math.inf, -1.0)


def test_a_list_of_booleans_does_not_become_one_of_integers() -> None:
    flags = [True, False] * 10
    assert [type(item) for item in decode(encode(flags, BOUNDS), BOUNDS)] == [bool] * 20


def test_a_list_of_large_integers_is_not_packed() -> None:
    large = [1 << 64] * 20
    assert decode(encode(large, BOUNDS), BOUNDS) == large


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_decode_or_fail(data: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(data, BOUNDS)


@settings(max_examples=150, deadline=None)
@given(values, st.data())
def test_damaged_frames_decode_or_fail(value: object, data: st.DataObject) -> None:
    frame = bytearray(encode(value, BOUNDS))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(bytes(frame), BOUNDS)


@settings(max_examples=100, deadline=None)
@given(values)
def test_every_truncated_frame_fails(value: object) -> None:
    frame = encode(value, BOUNDS)
    for end in range(0, len(frame), max(1, len(frame) // 20)):
        with pytest.raises(WireError):
            decode(frame[:end], BOUNDS)


def count(number: int) -> bytes:
    return struct.pack("<I", number)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (b"", "truncated"),
        (b"?", "unknown tag"),
        (b"NN", "trailing"),
        (b"l" + count(1 << 31), "truncated"),
        (b"D" + count(1 << 31) + b"NN", "truncated"),
        (b"q" + count(1 << 30) + bytes(80), "too many"),
        (b"s" + count(1 << 31), "truncated"),
        (b"s" + count(1) + b"\xff", "utf-8"),
        (b"I" + count(5000) + bytes(5000), "integer"),
        ((b"l" + count(1)) * 101 + b"N", "deep"),
        (b"l" + count(300_000) + b"N" * 300_000, "too many"),
        (b"q" + count(250_000) + bytes(2_000_000), "too many"),
    ],
)
def test_what_exceeds_a_bound_is_refused_by_name(frame: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        decode(frame, BOUNDS)


def test_an_oversized_frame_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="frame too large"):
        decode(bytes(101), Bounds(max_bytes=100))


def test_the_child_learns_that_its_value_is_too_large() -> None:
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    cyclic: list[object] = []
    cyclic.append(cyclic)
    for value in (deep, cyclic, [None] * 300_000, list(range(300_000)), "x" * (5 << 20), 1 << 40_000):
        with pytest.raises(WireError, match="too large"):
            encode(value, BOUNDS)


def test_other_types_are_opaque_by_name() -> None:
    class Odd(list):  # type: ignore[type-arg]
        pass

    for value, name in (
        (Odd(), "Odd"),
        (bytearray(), "bytearray"),
        (range(2), "range"),
        (object(), "object"),
    ):
        returned = decode(encode(value, BOUNDS), BOUNDS)
        assert type(returned) is Opaque
        assert returned.type_name == name


def test_hashed_containers_arrive_unhashed_and_equal_nothing() -> None:
    returned = decode(encode({"a": {1}}, BOUNDS), BOUNDS)
    assert type(returned) is WireDict
    assert type(returned.items[0][1]) is WireSet
    assert returned != decode(encode({"a": {1}}, BOUNDS), BOUNDS)


def test_colliding_keys_are_refused_before_a_set_is_built() -> None:
    items = tuple(i * (2**61 - 1) for i in range(1, 25_000))
    with pytest.raises(ValueError, match="collide"):
        plain(WireSet(items))


def test_unhashable_and_repeated_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be hashed"):
        plain(WireSet(([1],)))
    with pytest.raises(ValueError, match="repeated"):
        plain(WireDict(((1, 2), (True, 3))))
    with pytest.raises(ValueError, match="repeated"):
        plain(WireSet((1, 1.0)))
    with pytest.raises(ValueError, match="not plain data: Odd"):
        plain([Opaque("Odd")])
