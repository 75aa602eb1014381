"""Plain Python values as JSON: what JSON has stands as itself, everything else is an object with a tag.

`{"$": TAG, "v": …}` with TAG one of tuple, set, frozenset, bytes (hexadecimal), complex, float (nan, inf),
int (hexadecimal, beyond 53 bits) and dict (pairs; for keys that are no strings, or one that is called `$`).
Sets are written in the order of their elements' JSON, so that equal values give equal bytes.

Sizes are bounded on the way in: a pack can't make the reader build what it could not hold, nor hash thousands
of colliding keys.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from codearena_ray.taskset.codecs import Codec, Invalid, shown

MAX_DEPTH = 60
MAX_HASHED_ITEMS = 5000
"""Elements of one set, or keys of one tagged dictionary."""
MAX_INT_CHARS = 20_000
_EXACT = 1 << 53
_TAGS = "tuple, set, frozenset, bytes, complex, float, int, dict"


def encode_value(value: Any) -> Any:
    """Return the JSON form of a plain value.

    Raises:
        Invalid: the value, or one inside it, is of another type, or nested too deeply.
    """
    return _encode(value, 0)


def decode_value(data: Any) -> Any:
    """Return the plain value of its JSON form.

    Raises:
        Invalid: a tag is unknown or its content is not what the tag says.
    """
    return _decode(data, 0)


def _encode(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Invalid(f"nested deeper than {MAX_DEPTH} levels")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -_EXACT < value < _EXACT else {"$": "int", "v": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if kind is list:
        return [_encode(item, depth + 1) for item in value]
    if kind is tuple:
        return {"$": "tuple", "v": [_encode(item, depth + 1) for item in value]}
    if kind is dict:
        if all(type(key) is str for key in value) and "$" not in value:
            return {key: _encode(item, depth + 1) for key, item in value.items()}
        pairs = [[_encode(key, depth + 1), _encode(item, depth + 1)] for key, item in value.items()]
        return {"$": "dict", "v": pairs}
    if kind is set or kind is frozenset:
        items = [_encode(item, depth + 1) for item in value]
        return {"$": kind.__name__, "v": sorted(items, key=lambda item: json.dumps(item, sort_keys=True))}
    if kind is bytes:
        return {"$": "bytes", "v": value.hex()}
    if kind is complex:
        return {"$": "complex", "v": [_encode(value.real, depth + 1), _encode(value.imag, depth + 1)]}
    raise Invalid(f"a {kind.__name__} is not a plain value")


def _decode(data: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Invalid(f"nested deeper than {MAX_DEPTH} levels")
    kind = type(data)
    if kind is list:
        return [_decode(item, depth + 1) for item in data]
    if kind is not dict:
        return data
    if "$" not in data:
        return {key: _decode(item, depth + 1) for key, item in data.items()}
    tag, content = data["$"], data.get("v")
    if len(data) != 2 or "v" not in data:
        raise Invalid('a tagged value is {"$": TAG, "v": …}, nothing else')
    if tag in ("int", "float", "bytes"):
        return _decode_scalar(tag, content)
    if type(content) is not list:
        raise Invalid(f"the content of {shown(tag)} must be a list, got {shown(content)}")
    if tag == "dict":
        return _decode_pairs(content, depth)
    items = [_decode(item, depth + 1) for item in content]
    if tag == "tuple":
        return tuple(items)
    if tag == "complex":
        if len(items) != 2 or not all(type(item) is float for item in items):
            raise Invalid("a complex number is two floats")
        return complex(*items)
    if tag in ("set", "frozenset"):
        made = _hashed(items)
        return made if tag == "set" else frozenset(made)
    raise Invalid(f"unknown tag {shown(tag)}; known: {_TAGS}")


def _decode_scalar(tag: str, content: Any) -> int | float | bytes:
    if type(content) is not str:
        raise Invalid(f"the content of {tag} must be text, got {shown(content)}")
    if tag == "float":
        if content not in ("nan", "inf", "-inf"):
            raise Invalid(f"a tagged float is nan, inf or -inf, got {shown(content)}")
        return float(content)
    if tag == "int" and len(content) > MAX_INT_CHARS:
        raise Invalid(f"an integer has at most {MAX_INT_CHARS} hexadecimal digits, got {len(content)}")
    try:
        return int(content, 16) if tag == "int" else bytes.fromhex(content)
    except ValueError as error:
        raise Invalid(f"not the hexadecimal form of {tag}: {shown(content)}") from error


def _decode_pairs(content: list[Any], depth: int) -> dict[Any, Any]:
    if not all(type(pair) is list and len(pair) == 2 for pair in content):
        raise Invalid("a tagged dict is a list of [key, value] pairs")
    keys = [_decode(pair[0], depth + 1) for pair in content]
    if len(_hashed(keys)) != len(keys):
        raise Invalid("a tagged dict has the same key twice")
    return {key: _decode(pair[1], depth + 1) for key, pair in zip(keys, content, strict=True)}


def _hashed(items: Iterable[Any]) -> set[Any]:
    listed = list(items)
    if len(listed) > MAX_HASHED_ITEMS:
        raise Invalid(f"a set or tagged dict holds at most {MAX_HASHED_ITEMS} items, got {len(listed)}")
    try:
        return set(listed)
    except TypeError as error:
        raise Invalid(f"not hashable: {error}") from error


VALUE = Codec(
    encode_value,
    decode_value,
    {"description": 'JSON, or {"$": TAG, "v": …} with TAG one of ' + _TAGS},
)
"""The codec of one plain value."""
