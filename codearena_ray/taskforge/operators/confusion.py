"""Operators that confuse types: a missing cast, the wrong container, the wrong container's method."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codearena_ray.taskforge.operators.source import Edit, Source

_CASTS = (
    "int",
    "str",
    "float",
    "list",
    "tuple",
    "set",
    "sorted",
    "dict",
    "bool",
    "len",
    "sum",
    "repr",
    "frozenset",
)
_UNWRAPS = ("enumerate", "zip", "reversed", "range", "iter", "map")
_VIEWS = ("items", "values", "split", "strip")
_IN_PLACE = {"sorted": "sort", "reversed": "reverse"}
_WRONG_METHOD = {
    "append": ("extend", "add"), "add": ("append",), "extend": ("append",), "update": ("append",),
    "items": ("keys",), "get": ("pop",), "popleft": ("popfirst",), "discard": ("pop",),
    "setdefault": ("get",), "insert": ("append",), "remove": ("discard",), "appendleft": ("insert",),
    "popitem": ("pop",), "copy": ("clone",),
}  # fmt: skip


def missing_cast(source: Source) -> Iterator[Edit]:
    """`int(text)` becomes `text`; so do `str`, `list`, `set`, `len` and the like."""
    for node in source.of(ast.Call):
        if (
            isinstance(node.func, ast.Name)
            and node.func.id in _CASTS
            and len(node.args) == 1
            and not node.keywords
        ):
            inner = source.text(node.args[0])
            if isinstance(node.args[0], ast.GeneratorExp):
                continue
            if isinstance(node.args[0], ast.BinOp | ast.BoolOp | ast.IfExp | ast.Compare):
                inner = f"({inner})"
            yield source.replace(node, inner)


def wrong_cast(source: Source) -> Iterator[Edit]:
    """`int(x)` becomes `float(x)`, `list(x)` becomes `set(x)`, `str(x)` becomes `repr(x)`."""
    others = {"int": "float", "float": "int", "list": "set", "tuple": "list", "set": "list", "str": "repr",
              "sorted": "set", "deque": "list", "Counter": "set", "frozenset": "set"}  # fmt: skip
    for node in source.of(ast.Call):
        function = node.func
        if (
            isinstance(function, ast.Name)
            and function.id in others
            and len(node.args) == 1
            and not node.keywords
        ):
            yield source.replace(function, others[function.id])


def int_float_division(source: Source) -> Iterator[Edit]:
    """`//` becomes `/`, `/` becomes `//`."""
    for node in source.of(ast.BinOp):
        if isinstance(node.op, ast.FloorDiv):
            yield from source.between(node.left, node.right, "//", "/")
        elif isinstance(node.op, ast.Div):
            yield from source.between(node.left, node.right, "/", "//")
    for update in source.of(ast.AugAssign):
        if isinstance(update.op, ast.FloorDiv):
            yield from source.between(update.target, update.value, "//=", "/=")
        elif isinstance(update.op, ast.Div):
            yield from source.between(update.target, update.value, "/=", "//=")


def wrong_container_call(source: Source) -> Iterator[Edit]:
    """A method of another container is called: `add` on a list, `append` on a set."""
    for node in source.of(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _WRONG_METHOD:
            end = source.span(node.func)[1]
            for new in _WRONG_METHOD[node.func.attr]:
                yield Edit(end - len(node.func.attr), end, new)


def wrong_container(source: Source) -> Iterator[Edit]:
    """An empty container of another kind is made: `{}` for `set()`, `[]` for `{}`."""
    for node in source.of(ast.Assign):
        value = node.value
        if isinstance(value, ast.List) and not value.elts:
            yield source.replace(value, "{}")
            yield source.replace(value, "()")
        elif isinstance(value, ast.Dict) and not value.keys:
            yield source.replace(value, "[]")
        elif isinstance(value, ast.Call) and not value.args and isinstance(value.func, ast.Name):
            if value.func.id in ("set", "dict", "list", "deque"):
                yield source.replace(
                    value, {"set": "{}", "dict": "[]", "list": "{}", "deque": "{}"}[value.func.id]
                )
            elif value.func.id == "Counter":
                yield source.replace(value, "{}")
        elif (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "defaultdict"
        ):
            yield source.replace(value, "{}")


def type_confusion(source: Source) -> Iterator[Edit]:
    """A number becomes text or None at the start, text becomes a number."""
    for node in source.of(ast.Assign):
        value = node.value
        if isinstance(value, ast.Constant) and type(value.value) is int:
            yield source.replace(value, f'"{value.value}"')
            yield source.replace(value, "None")
        elif isinstance(value, ast.Constant) and value.value == "" and isinstance(value.value, str):
            yield source.replace(value, "0")
            yield source.replace(value, "[]")


def missing_iteration_wrapper(source: Source) -> Iterator[Edit]:
    """`enumerate(x)`, `range(n)`, `d.items()` lose the wrapper that the loop needs."""
    for node in source.of(ast.Call):
        function = node.func
        if (
            isinstance(function, ast.Name)
            and function.id in _UNWRAPS
            and len(node.args) == 1
            and not node.keywords
        ):
            yield source.replace(node, source.text(node.args[0]))
        elif (
            isinstance(function, ast.Attribute)
            and function.attr in _VIEWS
            and _value_of_bare_call(source, node)
        ):
            yield source.replace(node, source.text(function.value))


def _value_of_bare_call(source: Source, node: ast.Call) -> bool:
    """Tell whether a call takes no arguments and its value is used."""
    return not node.args and not node.keywords and not isinstance(source.parents.get(node), ast.Expr)


def missing_call(source: Source) -> Iterator[Edit]:
    """A method is named but not called: `text.lower` for `text.lower()`."""
    for node in source.of(ast.Call):
        if isinstance(node.func, ast.Attribute) and _value_of_bare_call(source, node):
            yield Edit(source.span(node.func)[1], source.span(node)[1], "")


def in_place_result(source: Source) -> Iterator[Edit]:
    """`sorted(x)` becomes `x.sort()`, whose result is None."""
    for node in source.of(ast.Call):
        function, argument = node.func, node.args[0] if len(node.args) == 1 else None
        if isinstance(function, ast.Name) and function.id in _IN_PLACE and isinstance(argument, ast.Name):
            keywords = ", ".join(source.text(keyword) for keyword in node.keywords)
            yield source.replace(node, f"{argument.id}.{_IN_PLACE[function.id]}({keywords})")


def aliasing(source: Source) -> Iterator[Edit]:
    """A copy becomes an alias: `x[:]`, `x.copy()` become `x`."""
    for subscript in source.of(ast.Subscript):
        part = subscript.slice
        whole = isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None
        if whole and isinstance(subscript.ctx, ast.Load):
            yield source.replace(subscript, source.text(subscript.value))
    for node in source.of(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
            yield source.replace(node, source.text(node.func.value))


def tuple_unpacked(source: Source) -> Iterator[Edit]:
    """A tuple element loses its companions: `(a, b)` becomes `a` where a pair is stored."""
    for node in source.of(ast.Call):
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("append", "add", "appendleft"):
            continue
        if len(node.args) == 1 and isinstance(node.args[0], ast.Tuple) and len(node.args[0].elts) > 1:
            items = ", ".join(source.text(item) for item in node.args[0].elts)
            yield source.replace(node.args[0], items)


def missing_await(source: Source) -> Iterator[Edit]:
    """`await x` becomes `x`."""
    for node in source.of(ast.Await):
        yield source.replace(node, source.text(node.value))
