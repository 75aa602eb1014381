"""The analyser process: reads programs from standard input, writes what static tools find. Run as a script.

Programs are parsed, never run. Hostile source can still cost memory and time, which is why this is a
process of its own: memory, file size and descriptors are limited here, time by whoever started it. It
imports nothing of this project and leaves when its input closes.

A frame is a 4-byte length and JSON. Request: {"code": text}. Answer: {"parses", "defined", "issues": {test
id: [count, weight]}, "messages": {message name: count}, "complexity", "lines", "stripped"}.
"""

from __future__ import annotations

import ast
import json
import logging
import os
import resource
import struct
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

MEMORY_BYTES = 2 << 30
FILE_BYTES = 4 << 20
MAX_STRIPPED_CHARS = 20_000

_SEVERITY = {"HIGH": 0.5, "MEDIUM": 0.3, "LOW": 0.1, "UNDEFINED": 0.0}
_CONFIDENCE = {"HIGH": 1.0, "MEDIUM": 0.7, "LOW": 0.4, "UNDEFINED": 0.0}


def analyse(code: str, folder: Path) -> dict[str, Any]:
    """Return what the tools find in one program; for one that they cannot read, that it does not parse.

    Args:
        code: The program.
        folder: An empty folder to write it to; bandit reads files.
    """
    try:
        tree = ast.parse(code)
        found: dict[str, Any] = {
            "parses": True,
            "defined": sorted(_defined(tree)),
            "issues": _security(code, folder),
            "messages": _messages(tree),
            "complexity": _complexity(tree),
            "lines": _lines(tree),
        }
        found["stripped"] = _stripped(tree)[:MAX_STRIPPED_CHARS]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"parses": False}
    return found


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that the top level binds."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def _security(code: str, folder: Path) -> dict[str, tuple[int, float]]:
    """Return count and weight per bandit test; `# nosec` has no effect."""
    from bandit.core import config, manager

    path = folder / "program.py"
    path.write_text(code, encoding="utf-8")
    run = manager.BanditManager(config.BanditConfig(), "file", ignore_nosec=True, quiet=True)
    run.discover_files([str(path)])
    run.run_tests()
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for issue in run.get_issue_list():
        counts[issue.test_id] += 1
        weight = _SEVERITY[issue.severity] * _CONFIDENCE[issue.confidence]
        weights[issue.test_id] = max(weight, weights.get(issue.test_id, 0.0))
    return {test: (count, weights[test]) for test, count in counts.items()}


def _messages(tree: ast.Module) -> dict[str, int]:
    """Return how often pyflakes says what."""
    from pyflakes import checker

    found = checker.Checker(tree, filename="program.py", builtins=None, withDoctest=False)
    return dict(Counter(type(message).__name__ for message in found.messages))


def _complexity(tree: ast.Module) -> int:
    """Return the largest cyclomatic complexity of a function or class."""
    from radon.complexity import cc_visit_ast

    return max((block.complexity for block in cc_visit_ast(tree)), default=1)


def _lines(tree: ast.Module) -> int:
    """Return the number of statements; comments, blank lines and layout do not count."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _stripped(tree: ast.Module) -> str:
    """Return the program without comments and docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        sys.exit(0)
    return data


def main() -> None:
    """Answer requests until the input closes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with tempfile.TemporaryDirectory(prefix="codearena-judge-") as folder:
        analyse("", Path(folder))
        while True:
            (size,) = struct.unpack("<I", _read(sys.stdin.buffer, 4))
            request = json.loads(_read(sys.stdin.buffer, size))
            body = json.dumps(analyse(request["code"], Path(folder))).encode()
            answers.write(struct.pack("<I", len(body)) + body)
            answers.flush()


if __name__ == "__main__":
    main()
