"""How a column says what it means: unit and meaning travel in the Arrow field's metadata."""

from __future__ import annotations

import pyarrow as pa

STRING = pa.string()
STRINGS = pa.list_(pa.string())
BOOL = pa.bool_()
INT32 = pa.int32()
INT64 = pa.int64()
FLOAT32 = pa.float32()
FLOAT64 = pa.float64()


def column(name: str, kind: pa.DataType, meaning: str, *, unit: str = "", null: str = "") -> pa.Field:
    """Return an Arrow field that carries its meaning.

    Args:
        name: Of the column, or of a member of a struct.
        kind: Its type; a struct of `column`s where it has parts.
        meaning: One sentence without its full stop.
        unit: Such as `s`, `bytes` or `tokens`; empty for text, identifiers and plain numbers.
        null: When the value is null, in words; empty: never, and the field is not nullable.
    """
    metadata = {"meaning": meaning}
    if unit:
        metadata["unit"] = unit
    if null:
        metadata["null"] = null
    return pa.field(name, kind, nullable=bool(null), metadata=metadata)
