"""Operators on expressions: comparisons, arithmetic, booleans, constants, indices, slices."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codearena_ray.taskforge.operators.source import Edit, Source

_COMPARE_TEXT: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: r"\bin\b", ast.NotIn: r"\bnot\s+in\b", ast.Is: r"\bis\b", ast.IsNot: r"\bis\s+not\b",
}  # fmt: skip
_BOUNDARY: dict[type[ast.cmpop], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_REVERSED: dict[type[ast.cmpop], str] = {
    ast.Lt: ">", ast.LtE: ">=", ast.Gt: "<", ast.GtE: "<=", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_ARITHMETIC_TEXT: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.Div: "/",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-",), ast.Sub: ("+",), ast.Mult: ("+",), ast.FloorDiv: ("%",), ast.Mod: ("//",),
    ast.Pow: ("*",),
    ast.Div: ("*",), ast.BitAnd: ("|",), ast.BitOr: ("&",), ast.BitXor: ("|",), ast.LShift: (">>",),
    ast.RShift: ("<<",),
}  # fmt: skip


def _swap_comparisons(source: Source, table: dict[type[ast.cmpop], str], in_while: bool) -> Iterator[Edit]:
    for node in source.of(ast.Compare):
        if _in_while_test(source, node) is not in_while:
            continue
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            new = table.get(type(op))
            if new is not None:
                yield from source.between(left, right, _COMPARE_TEXT[type(op)], new)
            left = right


def _in_while_test(source: Source, node: ast.AST) -> bool:
    child, parent = node, source.parents.get(node)
    while isinstance(parent, ast.BoolOp | ast.UnaryOp | ast.Compare):
        child, parent = parent, source.parents.get(parent)
    return isinstance(parent, ast.While) and parent.test is child


def comparison_boundary(source: Source) -> Iterator[Edit]:
    """`<` becomes `<=` and the like."""
    yield from _swap_comparisons(source, _BOUNDARY, in_while=False)


def comparison_reversed(source: Source) -> Iterator[Edit]:
    """`<` becomes `>`, `==` becomes `!=`, `in` becomes `not in`."""
    yield from _swap_comparisons(source, _REVERSED, in_while=False)


def loop_condition(source: Source) -> Iterator[Edit]:
    """The boundary of a `while` condition moves by one."""
    yield from _swap_comparisons(source, _BOUNDARY, in_while=True)


def arithmetic(source: Source) -> Iterator[Edit]:
    """`+` becomes `-`, `%` becomes `//` and the like, in expressions and augmented assignments."""
    for node in source.of(ast.BinOp):
        if _formats_text(node):
            continue
        for new in _ARITHMETIC.get(type(node.op), ()):
            yield from source.between(node.left, node.right, re.escape(_ARITHMETIC_TEXT[type(node.op)]), new)
    for update in source.of(ast.AugAssign):
        for new in _ARITHMETIC.get(type(update.op), ()):
            pattern = re.escape(_ARITHMETIC_TEXT[type(update.op)] + "=")
            yield from source.between(update.target, update.value, pattern, new + "=")


def _formats_text(node: ast.BinOp) -> bool:
    left = node.left
    return isinstance(left, ast.JoinedStr) or (isinstance(left, ast.Constant) and isinstance(left.value, str))


def boolean(source: Source) -> Iterator[Edit]:
    """`and` becomes `or`, `True` becomes `False`."""
    for node in source.of(ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from source.between(left, right, rf"\b{old}\b", new)
    for constant in source.of(ast.Constant):
        if isinstance(constant.value, bool):
            yield source.replace(constant, str(not constant.value))


def dropped_not(source: Source) -> Iterator[Edit]:
    """`not x` becomes `x`."""
    for node in source.of(ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            yield Edit(source.span(node)[0], source.span(node.operand)[0], "")


def dropped_minus(source: Source) -> Iterator[Edit]:
    """`-x` becomes `x`."""
    for node in source.of(ast.UnaryOp):
        if isinstance(node.op, ast.USub):
            yield Edit(source.span(node)[0], source.span(node.operand)[0], "")


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def constant(source: Source) -> Iterator[Edit]:
    """A number is one too large or one too small."""
    for node in source.of(ast.Constant):
        parent = source.parents.get(node)
        if type(node.value) is not int or isinstance(parent, ast.Slice) or _is_range_argument(source, node):
            continue
        text = source.text(node)
        if not text.isdigit():
            continue
        yield source.replace(node, str(node.value + 1))
        if node.value > 0:
            yield source.replace(node, str(node.value - 1))
        if node.value >= 20:
            yield source.replace(node, str(node.value // 10))


def text_constant(source: Source) -> Iterator[Edit]:
    """A short separator or empty string is another one."""
    swaps = {
        "": " ",
        " ": "",
        ",": ", ",
        ", ": ",",
        "\n": " ",
        "-": "_",
        "_": "-",
        ".": ",",
        ":": ";",
        "/": "-",
    }
    for node in source.of(ast.Constant):
        text = source.text(node)
        if isinstance(node.value, str) and node.value in swaps and text[:1] in "'\"" and len(text) <= 6:
            yield source.replace(node, text[0] + swaps[node.value] + text[0])


def _is_range_argument(source: Source, node: ast.AST) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, ast.BinOp):
        parent = source.parents.get(parent)
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "range"


def off_by_one(source: Source) -> Iterator[Edit]:
    """An index is one too high or one too low."""
    for node in source.of(ast.Subscript):
        index = node.slice
        if (
            isinstance(index, ast.BinOp)
            and isinstance(index.op, ast.Add | ast.Sub)
            and _is_number(index.right)
        ):
            yield source.replace(index, source.text(index.left))
        elif isinstance(index, ast.Name) and isinstance(node.ctx, ast.Load):
            yield source.replace(index, f"{index.id} - 1")
            yield source.replace(index, f"{index.id} + 1")
        elif isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub) and _is_number(index.operand):
            yield source.replace(index, "0")
            yield source.replace(index, "-2")


def loop_bound(source: Source) -> Iterator[Edit]:
    """A `range` starts or stops one too early or too late."""
    for node in source.of(ast.Call):
        if not (isinstance(node.func, ast.Name) and node.func.id == "range") or node.keywords:
            continue
        if len(node.args) == 1:
            text = source.text(node.args[0])
            yield source.replace(node.args[0], f"1, {text}")
        for position, argument in enumerate(node.args[:2]):
            yield from _shifted(source, argument, downwards=position == len(node.args) - 1 or position == 1)
        if len(node.args) == 3:
            step = node.args[2]
            yield Edit(source.span(node.args[1])[1], source.span(step)[1], "")


def _shifted(source: Source, bound: ast.expr, downwards: bool) -> Iterator[Edit]:
    if isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Add | ast.Sub) and _is_number(bound.right):
        yield source.replace(bound, source.text(bound.left))
        return
    text = source.text(bound)
    if isinstance(bound, ast.Constant) and isinstance(bound.value, int):
        yield source.replace(bound, str(bound.value + 1))
        if bound.value > 0:
            yield source.replace(bound, str(bound.value - 1))
        return
    if isinstance(bound, ast.BinOp | ast.IfExp | ast.Compare):
        text = f"({text})"
    yield source.replace(bound, f"{text} - 1" if downwards else f"{text} + 1")
    yield source.replace(bound, f"{text} + 1" if downwards else f"{text} - 1")


def slice_error(source: Source) -> Iterator[Edit]:
    """A slice bound is dropped or off by one, or its direction is lost."""
    for node in source.of(ast.Slice):
        for bound in (node.lower, node.upper):
            if bound is None:
                continue
            yield source.replace(bound, "")
            if (
                isinstance(bound, ast.BinOp)
                and isinstance(bound.op, ast.Add | ast.Sub)
                and _is_number(bound.right)
            ):
                yield source.replace(bound, source.text(bound.left))
            elif _is_number(bound):
                yield source.replace(bound, str(int(source.text(bound), 0) + 1))
            elif isinstance(bound, ast.Name):
                yield source.replace(bound, f"{bound.id} + 1")
                yield source.replace(bound, f"{bound.id} - 1")
        if node.step is not None:
            yield source.replace(node.step, "1" if source.text(node.step) != "1" else "2")


def swapped_operands(source: Source) -> Iterator[Edit]:
    """`a - b` becomes `b - a`, for operators where order matters."""
    for node in source.of(ast.BinOp):
        if not isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow) or _formats_text(
            node
        ):
            continue
        start, end = source.span(node)
        for gap in source.between(node.left, node.right, re.escape(_ARITHMETIC_TEXT[type(node.op)]), ""):
            left, right = source.code[start : gap.start].rstrip(), source.code[gap.end : end].lstrip()
            if left != right and len(left) + len(right) < 60:
                yield Edit(start, end, f"{right} {source.code[gap.start : gap.end]} {left}")
