"""What supervisor, zygote and child say to each other, and the frames around it.

Supervisor and zygote trust each other: one `marshal` message per datagram, descriptors beside it.
Supervisor to child: a 4-byte length, then `marshal`:
    ("load", nonce, program, bounds, fixture)   once
    ("call", nonce, steps)                      any number of times, one reply per step
    ("processed", stdout, exit_code)            the answer to a process frame
Child to supervisor: a 4-byte length, the nonce of the request it answers, a kind byte, a body in `wire`.
The nonce is 8 random bytes: a program cannot answer a request that it has not been given.
"""

from __future__ import annotations

import marshal
import struct
from typing import Any

LENGTH = struct.Struct("<I")
NONCE_BYTES = 8
HEADER_BYTES = NONCE_BYTES + 1
HELLO = b"H"
"""One byte, sent by a child once its isolation stands."""
FAILED = b"E"
"""Sent instead of `HELLO`, followed by text, when a layer could not be set up."""

KIND_REPLY = b"R"
KIND_PROCESS = b"P"

VALUE, BOUND, RAISED, NO_WORLD = range(4)
"""First item of a reply's body: (VALUE, value, args_after), (BOUND, None, args_after), (RAISED, builtin class
names, message, line), (NO_WORLD, message)."""

MARSHAL_VERSION = 2
"""Without references: equal objects inside one argument do not become one object in the child."""

MEMORY_EXIT = 72
"""Exit code of a child that ran out of memory outside the program's own frames."""


def frame(body: bytes) -> bytes:
    """Return `body` behind its length."""
    return LENGTH.pack(len(body)) + body


def request(*parts: Any) -> bytes:
    """Return the frame of one request to a child."""
    return frame(marshal.dumps(parts, MARSHAL_VERSION))
