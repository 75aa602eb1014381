"""The closed language that a child may speak to its supervisor: values of exact builtin types, within bounds.

`encode` runs in the child and is as trustworthy as the program beside it. `decode` runs in the supervisor:
it is iterative, counts bytes, nodes, depth and integer size against `Bounds` before it builds anything,
imports nothing by name and raises `WireError` for everything that is not exactly right; the caller treats
that as the child's death. The other direction (supervisor to child) is `marshal`: the child may trust its
supervisor.

Format: one tag byte, then the body; counts and lengths are unsigned 32-bit little-endian.
    N T F          None, True, False             i 8 bytes      int64
    I len bytes    larger int, two's complement  d 8 bytes      float        c 16 bytes  complex
    s len utf-8    str (surrogates pass)         b len bytes    bytes
    l t S Z n …    list, tuple, set, frozenset   D n (key value)…  dict
    q n 8n bytes   list of int64                 f n 8n bytes   list of float
    o len utf-8    anything else: an opaque object, by its type's name
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from typing import Any

from codearena_ray.sandbox.values import Opaque, WireDict, WireSet, WireValue

_COUNT = struct.Struct("<I")
_INT = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_MIN_INT, _MAX_INT = -(1 << 63), (1 << 63) - 1


class WireError(Exception):
    """A value is outside the language or its bounds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one frame may hold, and all of one child together."""

    max_bytes: int = 4 << 20
    max_nodes: int = 250_000
    """Every scalar, container and item counts one."""
    max_depth: int = 100
    max_int_bytes: int = 4096
    """Size of one integer; 4,096 bytes are about 9,800 decimal digits."""
    max_session_bytes: int = 64 << 20
    """All frames of one child together: what it can cost its supervisor."""


class _Encoder:
    """Writes one value and counts: a child learns of an oversized value before it sends it."""

    def __init__(self, bounds: Bounds) -> None:
        self.out = bytearray()
        self.bounds = bounds
        self.nodes = 0

    def put(self, value: Any, depth: int) -> None:
        self.nodes += 1
        if self.nodes > self.bounds.max_nodes or depth > self.bounds.max_depth:
            raise WireError("value too large")
        kind = type(value)
        write = _SCALARS.get(kind)
        if write is not None:
            write(self, value)
        elif kind is list:
            self.put_list(value, depth)
        elif kind is tuple or kind is set or kind is frozenset:
            self.out += (b"t" if kind is tuple else b"S" if kind is set else b"Z") + _COUNT.pack(len(value))
            for item in value:
                self.put(item, depth + 1)
        elif kind is dict:
            self.out += b"D" + _COUNT.pack(len(value))
            for key, item in value.items():
                self.put(key, depth + 1)
                self.put(item, depth + 1)
        else:
            self.put_sized(b"o", kind.__name__[:80].encode("utf-8", "surrogatepass"))
        if len(self.out) > self.bounds.max_bytes:
            raise WireError("value too large")

    def put_list(self, value: list[Any], depth: int) -> None:
        kinds = set(map(type, value)) if len(value) > 8 else None
        if kinds in ({int}, {float}):
            self.nodes += len(value)
            if self.nodes > self.bounds.max_nodes:
                raise WireError("value too large")
            try:
                code, tag = ("q", b"q") if kinds == {int} else ("d", b"f")
                packed = array(code, value)
            except OverflowError:
                self.nodes -= len(value)
            else:
                self.out += tag + _COUNT.pack(len(value)) + packed.tobytes()
                return
        self.out += b"l" + _COUNT.pack(len(value))
        for item in value:
            self.put(item, depth + 1)

    def put_int(self, value: int) -> None:
        if _MIN_INT <= value <= _MAX_INT:
            self.out += b"i" + _INT.pack(value)
            return
        size = value.bit_length() // 8 + 1
        if size > self.bounds.max_int_bytes:
            raise WireError("integer too large")
        self.put_sized(b"I", value.to_bytes(size, "little", signed=True))

    def put_sized(self, tag: bytes, body: bytes) -> None:
        if len(body) > self.bounds.max_bytes:
            raise WireError("value too large")
        self.out += tag + _COUNT.pack(len(body)) + body

    def put_str(self, value: str) -> None:
        self.put_sized(b"s", value.encode("utf-8", "surrogatepass"))

    def put_bytes(self, value: bytes) -> None:
        self.put_sized(b"b", value)

    def put_bool(self, value: bool) -> None:
        self.out += b"T" if value else b"F"

    def put_none(self, _value: None) -> None:
        self.out += b"N"

    def put_float(self, value: float) -> None:
        self.out += b"d" + _FLOAT.pack(value)

    def put_complex(self, value: complex) -> None:
        self.out += b"c" + _COMPLEX.pack(value.real, value.imag)


_SCALARS: dict[type, Any] = {
    int: _Encoder.put_int,
    str: _Encoder.put_str,
    bytes: _Encoder.put_bytes,
    bool: _Encoder.put_bool,
    float: _Encoder.put_float,
    complex: _Encoder.put_complex,
    type(None): _Encoder.put_none,
}


def encode(value: Any, bounds: Bounds) -> bytes:
    """Return the frame body of `value`; objects outside the language become opaque.

    Raises:
        WireError: the value exceeds `bounds`.
    """
    encoder = _Encoder(bounds)
    encoder.put(value, 0)
    return bytes(encoder.out)


class _Open:
    """A container whose items are still being read."""

    __slots__ = ("items", "left", "tag")

    def __init__(self, tag: int, left: int) -> None:
        self.tag = tag
        self.left = left
        self.items: list[WireValue] = []

    def close(self) -> WireValue:
        if self.tag == _LIST:
            return self.items
        if self.tag == _TUPLE:
            return tuple(self.items)
        if self.tag == _DICT:
            return WireDict(tuple(zip(self.items[::2], self.items[1::2], strict=True)))
        return WireSet(tuple(self.items), frozen=self.tag == _FROZENSET)


_LIST, _TUPLE, _SET, _FROZENSET, _DICT = b"ltSZD"
_CONTAINERS = frozenset(b"ltSZD")
_CONSTANTS = {ord("N"): None, ord("T"): True, ord("F"): False}


class _Decoder:
    def __init__(self, data: bytes, bounds: Bounds) -> None:
        if len(data) > bounds.max_bytes:
            raise WireError("frame too large")
        self.data = data
        self.at = 0
        self.bounds = bounds
        self.nodes = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise WireError("truncated")
        body = self.data[self.at : end]
        self.at = end
        return body

    def count(self) -> int:
        number: int = _COUNT.unpack(self.take(4))[0]
        return number

    def spend(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.bounds.max_nodes:
            raise WireError("too many values")

    def scalar(self, tag: int) -> WireValue:
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == ord("i"):
            return _INT.unpack(self.take(8))[0]
        if tag == ord("d"):
            return _FLOAT.unpack(self.take(8))[0]
        if tag == ord("c"):
            return complex(*_COMPLEX.unpack(self.take(16)))
        if tag in b"qf":
            return self.packed(tag)
        if tag not in b"sbIo":
            raise WireError("unknown tag")
        body = self.take(self.count())
        if tag == ord("b"):
            return body
        if tag == ord("I"):
            if len(body) > self.bounds.max_int_bytes:
                raise WireError("integer too large")
            return int.from_bytes(body, "little", signed=True)
        try:
            text = body.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise WireError("not utf-8") from error
        return Opaque(text[:80]) if tag == ord("o") else text

    def packed(self, tag: int) -> list[int] | list[float]:
        number = self.count()
        self.spend(number)
        numbers = array("q" if tag == ord("q") else "d")
        numbers.frombytes(self.take(8 * number))
        return numbers.tolist()

    def value(self) -> WireValue:
        stack: list[_Open] = []
        while True:
            self.spend(1)
            tag = self.take(1)[0]
            if tag in _CONTAINERS:
                number = self.count() * (2 if tag == _DICT else 1)
                if number > len(self.data) - self.at:
                    raise WireError("truncated")
                if len(stack) >= self.bounds.max_depth:
                    raise WireError("too deep")
                stack.append(_Open(tag, number))
                done: WireValue = None
            else:
                done = self.scalar(tag)
                if not stack:
                    return done
                stack[-1].items.append(done)
                stack[-1].left -= 1
            while stack and stack[-1].left == 0:
                done = stack.pop().close()
                if not stack:
                    return done
                stack[-1].items.append(done)
                stack[-1].left -= 1


def decode(data: bytes, bounds: Bounds) -> WireValue:
    """Return the value of one frame body.

    Raises:
        WireError: the body is malformed, has trailing bytes or exceeds `bounds`.
    """
    decoder = _Decoder(data, bounds)
    value = decoder.value()
    if decoder.at != len(data):
        raise WireError("trailing bytes")
    return value
