"""One hash per program: equal for programs that differ in layout, comments, docstrings or local names only.

The hash decides two things: whether a fix repeats an earlier one, and whether a measured efficiency is
reused. It is not a proof of equal behaviour (a program can read its own names), so verdicts are never
shared through it.

Source is hostile: it is parsed, never compiled or run; size is capped before parsing; all walks keep their
own stack; whatever the parser refuses falls back to a linear scan of the text.
"""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass, field

from codearena_ray.python_source import parse_python

MAX_PARSED_CHARS = 1 << 17
"""Longer source is hashed as tokens: the parser needs some hundred bytes of memory per character."""
MAX_SCANNED_CHARS = 1 << 20
"""Longer source still is hashed as it stands."""

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

_TOKEN = re.compile(
    r"""
    (?P<space>[\ \t\f]++|\\\r?\n)
    | (?P<comment>\#[^\n]*+)
    | (?P<triple>\"{3}(?:[^"\\]|\\[\s\S]|\"(?!\"\"))*+(?:\"{3})?|'{3}(?:[^'\\]|\\[\s\S]|'(?!''))*+(?:'{3})?)
    | (?P<string>"(?:[^"\\\n]|\\[\s\S])*+"?|'(?:[^'\\\n]|\\[\s\S])*+'?)
    | (?P<word>\w++)
    | (?P<newline>\r?\n)
    | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)


def code_hash(code: str) -> str:
    """Return the hash of a program's AST with locals renamed, or of its tokens if it does not parse.

    The first character says which: `a` tree, `t` tokens, `r` raw text beyond any sensible size.

    Args:
        code: Any text; null characters, lone surrogates, any nesting and any size are fine.
    """
    if len(code) > MAX_SCANNED_CHARS:
        return "r" + hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    tree = parse_bounded(code)
    if tree is not None:
        try:
            return "a" + _hash_tree(tree)
        except (RecursionError, MemoryError, ValueError):
            pass  # an AST too deep for the interpreter's own helpers: the text still has a hash
    return "t" + _hash_tokens(code)


def parse_bounded(code: str) -> ast.Module | None:
    """Return the AST of a program, or None if it is too long, too deep or not Python."""
    if len(code) > MAX_PARSED_CHARS:
        return None
    try:
        return parse_python(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _hash_tokens(code: str) -> str:
    """Return the hash of the lines' indentation and tokens; comments and blank lines do not count."""
    digest = hashlib.sha256()
    indent, fresh = "", True
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup, match.group()
        if kind == "newline":
            fresh, indent = True, ""
        elif kind == "space":
            if fresh:
                indent += text
        elif kind != "comment":
            if fresh:
                _feed(digest, f"\n{indent}")
                fresh = False
            _feed(digest, text)
    return digest.hexdigest()[:32]


def _feed(digest: hashlib._Hash, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    digest.update(b"%d:" % len(data))
    digest.update(data)


@dataclass(eq=False, slots=True)
class _Scope:
    """Names of one lexical scope; only functions and comprehensions own renameable names."""

    kind: str
    """`module`, `class`, `function` or `comprehension`."""
    parent: _Scope | None
    bound: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    """Names that stay: imports, functions, classes, `global`, parameters that are passed by keyword."""
    nonlocals: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)

    def owner(self, name: str) -> _Scope | None:
        """Return the scope whose local `name` refers to from here, or None for globals and kept names."""
        scope: _Scope | None = self
        while scope is not None:
            visible = scope.kind in ("function", "comprehension") or scope is self
            if visible and name in scope.bound and name not in scope.nonlocals:
                owns = scope.kind in ("function", "comprehension") and name not in scope.fixed
                return scope if owns else None
            scope = scope.parent
        return None

    def keep(self, name: str) -> None:
        """Bind a name that is never renamed."""
        self.bound.add(name)
        self.fixed.add(name)


class _Resolver:
    """Finds the scope of every node, then writes the tree with locals numbered by first appearance."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.scopes: dict[ast.AST, _Scope] = {}
        self.keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        self.count = 0

    def resolve(self) -> None:
        """Assign a scope to every node and collect what each scope binds."""
        stack: list[tuple[ast.AST, _Scope]] = [(self.tree, _Scope("module", None))]
        while stack:
            node, scope = stack.pop()
            self.scopes[node] = scope
            if isinstance(node, _FUNCTIONS):
                stack.extend(self._function(node, scope))
            elif isinstance(node, _COMPREHENSIONS):
                stack.extend(self._comprehension(node, scope))
            elif isinstance(node, ast.ClassDef):
                scope.keep(node.name)
                inner = _Scope("class", scope)
                stack.extend((child, scope) for child in (*node.decorator_list, *node.bases, *node.keywords))
                stack.extend((child, inner) for child in node.body)
            elif isinstance(node, ast.NamedExpr):
                holder = scope
                while holder.kind == "comprehension" and holder.parent is not None:
                    holder = holder.parent
                stack.extend(((node.target, holder), (node.value, scope)))
            else:
                _bind(node, scope)
                stack.extend((child, scope) for child in ast.iter_child_nodes(node))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: _Scope
    ) -> list[tuple[ast.AST, _Scope]]:
        inner = _Scope("comprehension", scope)
        found: list[tuple[ast.AST, _Scope]] = []
        for index, generator in enumerate(node.generators):
            self.scopes[generator] = inner
            found.append((generator.iter, inner if index else scope))
            found.extend((child, inner) for child in (generator.target, *generator.ifs))
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return found + [(child, inner) for child in results]

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope
    ) -> list[tuple[ast.AST, _Scope]]:
        inner = _Scope("function", scope)
        outside: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        if not isinstance(node, ast.Lambda):
            scope.keep(node.name)
            outside += node.decorator_list
            outside += [node.returns] if node.returns else []
        args = node.args
        everyone = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        everyone += [a for a in (args.vararg, args.kwarg) if a is not None]
        for arg in everyone:
            inner.bound.add(arg.arg)
            self.scopes[arg] = inner
            if arg.annotation is not None:
                outside.append(arg.annotation)
        inner.fixed |= {arg.arg for arg in args.kwonlyargs}
        inner.fixed |= inner.bound & self.keywords
        self.scopes[args] = inner
        return [(child, scope) for child in outside] + [(child, inner) for child in body]

    def name(self, node: ast.AST, name: str) -> str:
        """Return how `name` is written at `node`: `$k` for the k-th local, itself otherwise."""
        owner = self.scopes[node].owner(name)
        if owner is None:
            return name
        if name not in owner.renamed:
            owner.renamed[name] = f"${self.count}"
            self.count += 1
        return owner.renamed[name]


def _bind(node: ast.AST, scope: _Scope) -> None:
    """Record what a node without a scope of its own binds."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        scope.bound.add(node.id)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        scope.bound.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        scope.bound.add(node.rest)
    elif isinstance(node, ast.Global):
        for name in node.names:
            scope.keep(name)
    elif isinstance(node, ast.Nonlocal):
        scope.nonlocals.update(node.names)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            scope.keep((alias.asname or alias.name).split(".")[0])


def _hash_tree(tree: ast.Module) -> str:
    resolver = _Resolver(tree)
    resolver.resolve()
    digest = hashlib.sha256()
    stack: list[object] = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            _feed(digest, item)
        elif isinstance(item, ast.AST):
            _feed(digest, f"<{type(item).__name__}")
            stack.append(">")
            stack.extend(reversed(_parts(resolver, item)))
    return digest.hexdigest()[:32]


def _parts(resolver: _Resolver, node: ast.AST) -> list[object]:
    """Return what follows a node's type: nodes to descend into and texts to hash, in order."""
    if isinstance(node, ast.Constant):
        return [_constant(node.value)]
    if isinstance(node, ast.Name):
        return [resolver.name(node, node.id)]
    if isinstance(node, ast.Nonlocal):
        return [resolver.name(node, name) for name in node.names]
    parts: list[object] = []
    for name, value in ast.iter_fields(node):
        if name in ("ctx", "kind", "type_comment"):
            continue
        parts.append(f".{name}")
        if name == "body" and isinstance(node, _DOCUMENTED):
            value = _without_docstring(value)
        if isinstance(value, list):
            parts.append(f"[{len(value)}")
            parts.extend("None" if item is None else item for item in value)
        elif isinstance(value, ast.AST):
            parts.append(value)
        elif isinstance(value, str) and _is_local_name(node, name):
            parts.append(resolver.name(node, value))
        else:
            parts.append(str(value))
    return parts


def _is_local_name(node: ast.AST, field_name: str) -> bool:
    return (
        (isinstance(node, ast.arg) and field_name == "arg")
        or (isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and field_name == "name")
        or (isinstance(node, ast.MatchMapping) and field_name == "rest")
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[1:] if isinstance(body[0].value.value, str) else body
    return body


def _constant(value: object) -> str:
    """Return a text that differs for different constants (1, 1.0 and True too), at linear cost."""
    if type(value) is int:
        return f"int {value:x}"
    return f"{type(value).__name__} {value!r}"
