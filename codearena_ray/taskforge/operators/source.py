"""A parsed program that can say where each node stands in the text.

Positions are character offsets into the text (the AST counts UTF-8 bytes). Nodes are indexed by type once, in
source order, so that an operator touches only what concerns it.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from codearena_ray.python_source import parse_python

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Edit(NamedTuple):
    """Replace the characters from `start` to `end` by `new`."""

    start: int
    end: int
    new: str


class Block(NamedTuple):
    """The statements of one body and the statement that owns it."""

    owner: ast.AST
    body: Sequence[ast.stmt]


class Source:
    """A program's text, its tree, and the way between them.

    Args:
        code: Text that parses.

    Raises:
        SyntaxError: the text does not parse.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.tree = parse_python(code)
        self.lines = code.splitlines(keepends=True)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._ascii = code.isascii()
        self._by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, Function | None] = {}
        self.blocks: list[Block] = []
        self._docstrings: set[ast.AST] = set()
        self._visit(self.tree, None)

    def _visit(self, node: ast.AST, scope: Function | None) -> None:
        stack: list[tuple[ast.AST, Function | None]] = [(node, scope)]
        while stack:
            current, within = stack.pop()
            self._by_type[type(current)].append(current)
            self._scopes[current] = within
            inner = current if isinstance(current, Function) else within
            self._note_blocks(current)
            children = list(ast.iter_child_nodes(current))
            for child in children:
                self.parents[child] = current
            stack.extend((child, inner) for child in reversed(children))

    def _note_blocks(self, node: ast.AST) -> None:
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                self.blocks.append(Block(node, body))
        if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                self._docstrings.add(first.value)

    def of(self, kind: type[Node]) -> Iterator[Node]:
        """Yield the nodes of exactly this type, in source order (docstrings left out)."""
        for node in self._by_type.get(kind, ()):
            if node not in self._docstrings:
                yield node  # type: ignore[misc]

    def functions(self) -> Iterator[Function]:
        """Yield the functions and methods, in source order."""
        yield from self.of(ast.FunctionDef)
        yield from self.of(ast.AsyncFunctionDef)

    def scope(self, node: ast.AST) -> Function | None:
        """Return the innermost function around a node (for a function: the one around it)."""
        return self._scopes[node]

    def inside(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> bool:
        """Tell whether one of the node's ancestors is of one of the types, within the same function."""
        current = self.parents.get(node)
        while current is not None and not isinstance(current, Function):
            if isinstance(current, kinds):
                return True
            current = self.parents.get(current)
        return False

    def offset(self, line: int, column: int) -> int:
        """Return the character offset of an AST position (1-based line, column in UTF-8 bytes)."""
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        return start + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the first and the one-past-last character offset of a node."""
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def text(self, node: ast.AST) -> str:
        """Return a node's text as written."""
        start, end = self.span(node)
        return self.code[start:end]

    def replace(self, node: ast.AST, new: str) -> Edit:
        """Return the edit that puts `new` in place of a node."""
        return Edit(*self.span(node), new)

    def between(self, left: ast.AST, right: ast.AST, pattern: str, new: str) -> Iterator[Edit]:
        """Yield the edit of the first match of a pattern in the gap between two nodes, if there is one."""
        start, end = self.span(left)[1], self.span(right)[0]
        found = re.search(pattern, self.code[start:end])
        if found:
            yield Edit(start + found.start(), start + found.end(), new)

    def line_of(self, offset: int) -> int:
        """Return the 1-based line of a character offset."""
        low, high = 0, len(self._starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._starts[middle] <= offset:
                low = middle
            else:
                high = middle - 1
        return min(low + 1, max(1, len(self.lines)))

    def whole_lines(self, node: ast.stmt) -> tuple[int, int]:
        """Return the span of the full lines that a statement occupies, the last line break included."""
        first = node.lineno
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            first = decorators[0].lineno
        return self._starts[first - 1], self._starts[node.end_lineno or node.lineno]

    def owns_lines(self, node: ast.stmt) -> bool:
        """Tell whether nothing but white space and a comment shares the statement's lines."""
        start, end = self.whole_lines(node)
        first, last = self.span(node)
        before, after = self.code[start:first], self.code[last:end].strip()
        return not before.strip() and (not after or after.startswith("#"))

    def indent(self, node: ast.stmt) -> str:
        """Return the white space in front of a statement."""
        line = self.lines[node.lineno - 1]
        return line[: len(line) - len(line.lstrip())]


def names_stored(node: ast.AST) -> list[str]:
    """Return the variables that a function binds, in source order, its parameters first."""
    names: dict[str, None] = {}
    if isinstance(node, Function):
        spec = node.args
        for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs):
            names.setdefault(argument.arg)
        for extra in (spec.vararg, spec.kwarg):
            if extra is not None:
                names.setdefault(extra.arg)
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.setdefault(child.id)
    return list(names)
