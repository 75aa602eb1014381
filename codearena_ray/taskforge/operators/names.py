"""Operators on names and calls: wrong variable, wrong attribute, wrong function, arguments out of order."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from codearena_ray.taskforge.operators.source import Edit, Function, Source, names_stored

MAX_CANDIDATES = 3
"""How many wrong variables are tried in place of one occurrence."""

_FUNCTIONS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sum": "len",
    "bisect_left": "bisect_right", "bisect_right": "bisect_left", "floor": "ceil", "ceil": "floor",
    "permutations": "combinations", "combinations": "permutations", "heappush": "heappushpop",
}  # fmt: skip
_METHODS = {
    "popleft": "pop", "appendleft": "append", "lower": "upper", "upper": "lower", "lstrip": "rstrip",
    "rstrip": "lstrip", "startswith": "endswith", "endswith": "startswith", "find": "rfind", "rfind": "find",
    "keys": "values", "values": "keys", "union": "intersection", "intersection": "union", "split": "rsplit",
    "isalpha": "isalnum", "isalnum": "isalpha", "isdigit": "isalpha", "removeprefix": "removesuffix",
    "removesuffix": "removeprefix", "ljust": "rjust", "rjust": "ljust", "partition": "rpartition",
    "rpartition": "partition", "bisect_left": "bisect_right", "bisect_right": "bisect_left",
    "most_common": "elements", "difference": "symmetric_difference", "strip": "rstrip",
}  # fmt: skip


def wrong_name(source: Source) -> Iterator[Edit]:
    """A variable is read where a neighbour of the same function was meant."""
    stored: dict[Function, list[str]] = {}
    first_lines: dict[tuple[Function, str], int] = {}
    for function in source.functions():
        stored[function] = names_stored(function)
        for child in ast.walk(function):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                key = (function, child.id)
                first_lines[key] = min(first_lines.get(key, child.lineno), child.lineno)
    for node in source.of(ast.Name):
        scope = source.scope(node)
        if scope is None or not isinstance(node.ctx, ast.Load) or node.id not in stored[scope]:
            continue
        names = stored[scope]
        here = names.index(node.id)
        nearest = sorted(range(len(names)), key=lambda i: (abs(i - here), i))
        known = [names[i] for i in nearest if first_lines.get((scope, names[i]), 0) <= node.lineno]
        for other in [n for n in known if n not in (node.id, "self", "cls", "_")][:MAX_CANDIDATES]:
            yield source.replace(node, other)


def wrong_attribute(source: Source) -> Iterator[Edit]:
    """A method uses another attribute of the object than the one that was meant."""
    for class_ in source.of(ast.ClassDef):
        own = {item.name for item in class_.body if isinstance(item, Function)}
        seen: dict[str, None] = {}
        uses: list[ast.Attribute] = []
        for node in ast.walk(class_):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
            ):
                if node.attr in own:
                    continue
                seen.setdefault(node.attr)
                if isinstance(node.ctx, ast.Load):
                    uses.append(node)
        for use in uses:
            for other in [name for name in sorted(seen) if name != use.attr][:2]:
                start = source.span(use.value)[1]
                yield Edit(start, source.span(use)[1], f".{other}")


def swapped_arguments(source: Source) -> Iterator[Edit]:
    """Two neighbouring arguments of a call change places."""
    for node in source.of(ast.Call):
        arguments = [a for a in node.args if not isinstance(a, ast.Starred)]
        for left, right in itertools.pairwise(arguments):
            (start, left_end), (right_start, end) = source.span(left), source.span(right)
            first, second = source.code[start:left_end], source.code[right_start:end]
            if first != second and len(first) + len(second) < 60:
                yield Edit(start, end, second + source.code[left_end:right_start] + first)


def wrong_function(source: Source) -> Iterator[Edit]:
    """A function or method with a similar name is called: `max` for `min`, `rstrip` for `lstrip`."""
    for node in source.of(ast.Call):
        function = node.func
        if isinstance(function, ast.Name) and function.id in _FUNCTIONS:
            yield source.replace(function, _FUNCTIONS[function.id])
        elif isinstance(function, ast.Attribute):
            new = _METHODS.get(function.attr) or _FUNCTIONS.get(function.attr)
            if new is not None:
                end = source.span(function)[1]
                yield Edit(end - len(function.attr), end, new)


def lost_keyword(source: Source) -> Iterator[Edit]:
    """A keyword argument such as `reverse=True` or `key=...` is forgotten."""
    for node in source.of(ast.Call):
        last_positional = node.args[-1] if node.args else None
        for keyword in node.keywords:
            if keyword.arg is None:
                continue
            previous = source.span(last_positional)[1] if last_positional else None
            if previous is not None and keyword is node.keywords[0]:
                yield Edit(previous, source.span(keyword.value)[1], "")
            elif len(node.keywords) == 1:
                yield source.replace(keyword, "")


def dropped_default(source: Source) -> Iterator[Edit]:
    """`d.get(key, 0)` loses its default."""
    for node in source.of(ast.Call):
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "pop", "getenv")
            and len(node.args) == 2
        ):
            yield Edit(source.span(node.args[0])[1], source.span(node.args[1])[1], "")
