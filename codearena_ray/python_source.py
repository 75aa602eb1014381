"""Python source to syntax tree, one thread at a time.

CPython 3.11 keeps the recursion depth of the tree's construction where all threads share it: two threads that
parse at once can end in `SystemError: AST constructor recursion depth mismatch`. Everything in this package
that parses in a process with threads comes through here.
"""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()


def parse_python(code: str) -> ast.Module:
    """Return the tree of a program; what `ast.parse` raises is raised."""
    with _LOCK:
        return ast.parse(code)
