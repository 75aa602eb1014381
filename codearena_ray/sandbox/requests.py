"""What the supervisor sends to a zygote and to a child, and the frames around it. Trusted towards untrusted only.

Supervisor to zygote: one `marshal` message per datagram (`SOCK_SEQPACKET`), descriptors beside it.
Supervisor to child: a 4-byte length, then `marshal`: `("load", nonce, program, bounds)` once, then any number of
`("call", nonce, steps)`, `("processed", stdout, exit_code)`.
Child to supervisor: a 4-byte length, the nonce of the request it answers, a kind byte, a body of `wire`. The nonce
is 8 random bytes: a program cannot answer a request that it has not been given.
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
