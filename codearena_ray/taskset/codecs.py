"""Small two-way converters between Python values and JSON, strict on the way in.

A codec encodes, decodes and describes itself as JSON Schema. Decoding accepts exactly what the schema says:
no coercion, no unknown keys, bounded sizes. What is wrong is raised as `Invalid`, which collects the path to
the place while it travels outwards; `taskset.schema` turns it into a `TaskError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, NamedTuple


class Invalid(Exception):
    """A value that its codec does not accept, and where it stands."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def under(self, part: str) -> Invalid:
        """Return this error, one level further out."""
        self.path = f"{part}.{self.path}" if self.path and not self.path.startswith("[") else part + self.path
        return self

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


class Codec(NamedTuple):
    """A way to write a value as JSON and to read it back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    schema: Mapping[str, Any]


def shown(value: object) -> str:
    """Return a value for an error message: short whatever the value is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:60] + "…")
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 128 else "a very large integer"
    return {"list": "a list", "dict": "an object"}.get(type(value).__name__, type(value).__name__)


def _same(value: Any) -> Any:
    return value


def text(*, limit: int, pattern: str = "", what: str = "text", empty: bool = True) -> Codec:
    """Return a codec for a string of bounded length that matches a pattern as a whole."""
    matches = re.compile(pattern).fullmatch if pattern else None

    def decode(value: Any) -> str:
        if type(value) is not str:
            raise Invalid(f"must be {what}, got {shown(value)}")
        if len(value) > limit:
            raise Invalid(f"must have at most {limit} characters, got {len(value)}")
        if not value and not empty:
            raise Invalid("must not be empty")
        if matches is not None and value and not matches(value):
            raise Invalid(f"must be {what}, got {shown(value)}")
        if "\x00" in value or not _is_unicode(value):
            raise Invalid("must not hold null characters or lone surrogates")
        return value

    schema: dict[str, Any] = {"type": "string", "maxLength": limit}
    if pattern:
        schema["pattern"] = f"^(?:{pattern})$" if not empty else f"^(?:{pattern})?$"
    elif not empty:
        schema["minLength"] = 1
    return Codec(_same, decode, schema)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def integer(low: int, high: int) -> Codec:
    """Return a codec for an integer from `low` to `high`."""

    def decode(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Invalid(f"must be an integer from {low} to {high}, got {shown(value)}")
        return value

    return Codec(_same, decode, {"type": "integer", "minimum": low, "maximum": high})


def number(low: float, high: float) -> Codec:
    """Return a codec for a finite number from `low` to `high`; reads integers too, gives floats."""

    def decode(value: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
            raise Invalid(f"must be a number from {low:g} to {high:g}, got {shown(value)}")
        return float(value)

    return Codec(_same, decode, {"type": "number", "minimum": low, "maximum": high})


def _decode_boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise Invalid(f"must be true or false, got {shown(value)}")
    return value


BOOLEAN = Codec(_same, _decode_boolean, {"type": "boolean"})


def choice(options: Sequence[str], make: Callable[[str], Any] = _same) -> Codec:
    """Return a codec for one of a few words."""
    known = tuple(str(option) for option in options)

    def decode(value: Any) -> Any:
        if type(value) is not str or value not in known:
            raise Invalid(f"must be one of {', '.join(known)}, got {shown(value)}")
        return make(value)

    return Codec(str, decode, {"enum": list(known)})


def optional(inner: Codec) -> Codec:
    """Return a codec that also takes null."""
    return Codec(
        lambda value: None if value is None else inner.encode(value),
        lambda value: None if value is None else inner.decode(value),
        {"anyOf": [{"type": "null"}, inner.schema]},
    )


def sequence(inner: Codec, *, limit: int, least: int = 0) -> Codec:
    """Return a codec for a JSON list that becomes a tuple."""

    def decode(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise Invalid(f"must be a list, got {shown(value)}")
        if not least <= len(value) <= limit:
            raise Invalid(f"must hold {least} to {limit} items, got {len(value)}")
        items = []
        for position, item in enumerate(value):
            try:
                items.append(inner.decode(item))
            except Invalid as error:
                raise error.under(f"[{position}]") from None
        return tuple(items)

    schema = {"type": "array", "items": inner.schema, "minItems": least, "maxItems": limit}
    return Codec(lambda value: [inner.encode(item) for item in value], decode, schema)


def mapping(key: Codec, inner: Codec, *, limit: int) -> Codec:
    """Return a codec for an object with checked keys."""

    def decode(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise Invalid(f"must be an object, got {shown(value)}")
        if len(value) > limit:
            raise Invalid(f"must hold at most {limit} keys, got {len(value)}")
        result = {}
        for name, item in value.items():
            try:
                result[key.decode(name)] = inner.decode(item)
            except Invalid as error:
                raise error.under(name[:60]) from None
        return result

    schema = {
        "type": "object",
        "propertyNames": key.schema,
        "additionalProperties": inner.schema,
        "maxProperties": limit,
    }
    return Codec(lambda value: {k: inner.encode(v) for k, v in sorted(value.items())}, decode, schema)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    codec: Codec
    required: bool
    default: Any


def record(cls: type, codecs: Mapping[str, Codec], *, complete: bool = False) -> Codec:
    """Return a codec for a frozen dataclass as an object.

    Args:
        cls: The dataclass; its fields without a default are required.
        codecs: One per field.
        complete: Write every field; otherwise those that differ from their default.
    """
    table = []
    for item in fields(cls):
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        table.append(_Field(item.name, codecs[item.name], default is MISSING, default))
    known = {item.name for item in table}

    def encode(value: Any) -> dict[str, Any]:
        out = {}
        for item in table:
            part = getattr(value, item.name)
            if complete or item.required or part != item.default or type(part) is not type(item.default):
                out[item.name] = item.codec.encode(part)
        return out

    def decode(value: Any) -> Any:
        if type(value) is not dict:
            raise Invalid(f"must be an object, got {shown(value)}")
        if not value.keys() <= known:
            unknown = sorted(value.keys() - known)[0]
            raise Invalid(f"unknown field; known: {', '.join(sorted(known))}").under(unknown[:60])
        parts = {}
        for item in table:
            if item.name in value:
                try:
                    parts[item.name] = item.codec.decode(value[item.name])
                except Invalid as error:
                    raise error.under(item.name) from None
            elif item.required:
                raise Invalid("is missing").under(item.name)
        return cls(**parts)

    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": [item.name for item in table if item.required],
        "properties": {item.name: item.codec.schema for item in table},
    }
    return Codec(encode, decode, schema)
