"""Codecs of what a task is made of: cases, fixtures, effects, limits, comparators, scaling.

Names that become files or handles are checked here: a fixture can't name a path outside the working
directory, a call can't name more than an entry point or a handle's method.
"""

from __future__ import annotations

import marshal
from typing import Any

from codearena_ray.taskset.codecs import (
    BOOLEAN,
    Codec,
    Invalid,
    choice,
    integer,
    mapping,
    number,
    optional,
    record,
    sequence,
    text,
)
from codearena_ray.taskset.values import VALUE
from codearena_ray.types import Comparator, Effects, Fixture, Limits, Process, Scaling, Step, TestCase

MAX_CODE_CHARS = 100_000
MAX_TEXT_CHARS = 200_000
MAX_CASES = 500
SLUG = r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,118}[a-z0-9]|[a-z0-9]"
IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]{0,99}"
_PATH = r"(?!/)(?!.*(?:^|/)\.{1,2}(?:/|$))(?!.*//)[A-Za-z0-9_./ +@=,-]{1,200}(?<!/)"

slug = text(limit=120, pattern=SLUG, what="lower-case letters, digits, `_`, `-` and single dots", empty=False)
identifier = text(limit=100, pattern=IDENTIFIER, what="an identifier", empty=False)
maybe_identifier = text(limit=100, pattern=IDENTIFIER, what="an identifier")
code = text(limit=MAX_CODE_CHARS)
long_text = text(limit=MAX_TEXT_CHARS)
relative_path = text(
    limit=200, pattern=_PATH, what="a relative path inside the working directory", empty=False
)
_call = text(
    limit=201, pattern=rf"{IDENTIFIER}(?:\.{IDENTIFIER})?", what="NAME or HANDLE.METHOD", empty=False
)
_argv = sequence(text(limit=10_000), limit=200, least=1)

step = record(
    Step,
    {
        "call": _call,
        "args": sequence(VALUE, limit=100),
        "kwargs": mapping(identifier, VALUE, limit=100),
        "bind": maybe_identifier,
        "expect": VALUE,
        "raises": maybe_identifier,
        "check": BOOLEAN,
        "consume": integer(0, 1_000_000),
        "mutates": sequence(integer(0, 99), limit=100),
        "args_after": sequence(VALUE, limit=100),
    },
)
process = record(Process, {"argv": _argv, "stdout": long_text, "exit_code": integer(-255, 255)})
fixture = record(
    Fixture,
    {
        "env": mapping(identifier, text(limit=10_000), limit=100),
        "files": mapping(relative_path, long_text, limit=100),
        "sqlite": long_text,
        "stdin": long_text,
        "processes": sequence(process, limit=100),
    },
)
effects = record(
    Effects,
    {
        "files": mapping(relative_path, optional(long_text), limit=100),
        "spawns": optional(sequence(_argv, limit=100)),
        "stdout": optional(long_text),
    },
)
case = record(
    TestCase,
    {
        "id": slug,
        "steps": sequence(step, limit=200, least=1),
        "fixture": optional(fixture),
        "effects": optional(effects),
    },
)
comparator = record(
    Comparator,
    {
        "kind": choice(("exact", "float", "unordered", "any_of", "checker")),
        "rel_tol": number(0.0, 1.0),
        "abs_tol": number(0.0, 1e9),
        "nan_equal": BOOLEAN,
    },
)
limits = record(
    Limits,
    {
        "cpu_s": number(0.01, 60.0),
        "wall_s": number(0.01, 300.0),
        "memory_bytes": integer(16 << 20, 16 << 30),
        "output_bytes": integer(1 << 10, 16 << 20),
    },
)
scaling = record(
    Scaling,
    {"code": code, "entry_point": identifier, "sizes": sequence(integer(1, 10**9), limit=12, least=2)},
)


def _remembering(inner: Codec) -> Codec:
    """Return a codec that decodes equal JSON once: the tasks of a family share their cases."""
    known: dict[bytes, Any] = {}

    def decode(value: Any) -> Any:
        try:
            key = marshal.dumps(value, 2)  # tells 1 from True and 1.0, which `==` does not
        except ValueError as error:
            raise Invalid("nested too deeply") from error
        if key not in known:
            if len(known) >= 4096:
                known.clear()
            known[key] = inner.decode(value)
        return known[key]

    return Codec(inner.encode, decode, inner.schema)


cases = _remembering(sequence(case, limit=MAX_CASES))
