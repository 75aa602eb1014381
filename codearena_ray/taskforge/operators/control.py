"""Operators on statements: conditions, returns, loops, guards, initial values, the order of updates."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codearena_ray.taskforge.operators.source import Edit, Function, Source

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)


def inverted_condition(source: Source) -> Iterator[Edit]:
    """`if ready:` becomes `if not ready:`, where no comparison can be turned round."""
    for kind in (ast.If, ast.IfExp, ast.While):
        for node in source.of(kind):
            test: ast.expr = node.test  # type: ignore[attr-defined]
            if isinstance(test, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
                start = source.span(test)[0]
                yield Edit(start, start, "not ")


def missing_return(source: Source) -> Iterator[Edit]:
    """`return x` loses its `return`."""
    for node in source.of(ast.Return):
        if node.value is not None:
            yield Edit(source.span(node)[0], source.span(node.value)[0], "")


def _conditional_exit(node: ast.If) -> bool:
    return (
        not node.orelse
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Return | ast.Raise | ast.Continue)
    )


def removed_guard(source: Source) -> Iterator[Edit]:
    """A guard at the edge cases (`if not values: return 0`) is missing altogether."""
    for block in source.blocks:
        for statement in block.body:
            if not isinstance(statement, ast.If) or not _conditional_exit(statement) or len(block.body) < 2:
                continue
            if source.owns_lines(statement) and not _is_elif(source, statement):
                yield Edit(*source.whole_lines(statement), "")


def _is_elif(source: Source, node: ast.If) -> bool:
    start = source.span(node)[0]
    return source.code[start : start + 4] == "elif"


def elif_to_if(source: Source) -> Iterator[Edit]:
    """`elif` becomes `if`, so that two branches run."""
    for node in source.of(ast.If):
        if _is_elif(source, node):
            start = source.span(node)[0]
            yield Edit(start, start + 4, "if")


def initial_value(source: Source) -> Iterator[Edit]:
    """A variable that a loop updates starts from the wrong value."""
    for block in source.blocks:
        for position, statement in enumerate(block.body):
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            if not isinstance(statement.targets[0], ast.Name):
                continue
            if not any(isinstance(later, _LOOPS) for later in block.body[position + 1 :]):
                continue
            for new in _other_starts(source, statement.value):
                yield source.replace(statement.value, new)


def _other_starts(source: Source, value: ast.expr) -> Sequence[str]:
    text = source.text(value).replace("'", '"')
    if isinstance(value, ast.Constant) and type(value.value) is int:
        return ("1", "-1") if value.value == 0 else ("0",)
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return (str(not value.value),)
    if text in (
        'float("-inf")',
        '-float("inf")',
        'float("inf")',
        "math.inf",
        "-math.inf",
        "inf",
        "-inf",
        "None",
    ):
        return ("0",)
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return ("0",) if isinstance(value.slice.value, int) else ()
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "len":
        return (f"{source.text(value)} - 1", f"{source.text(value)} + 1")
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub) and text.endswith("1"):
        return (source.text(value.left),)
    return ()


def lost_update(source: Source) -> Iterator[Edit]:
    """`total += x` becomes `total = x`."""
    for node in source.of(ast.AugAssign):
        start, end = source.span(node.target)[1], source.span(node.value)[0]
        yield Edit(start, end, " = ")


def lost_statement(source: Source) -> Iterator[Edit]:
    """An update such as `seen.add(x)` or `index += 1` is missing."""
    for block in source.blocks:
        if len(block.body) < 2:
            continue
        for statement in block.body:
            call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if (call or isinstance(statement, ast.AugAssign)) and source.owns_lines(statement):
                yield Edit(*source.whole_lines(statement), "")


def early_exit(source: Source) -> Iterator[Edit]:
    """`break` becomes `continue` and the other way round."""
    for leave in source.of(ast.Break):
        yield source.replace(leave, "continue")
    for skip in source.of(ast.Continue):
        yield source.replace(skip, "break")


def early_return(source: Source) -> Iterator[Edit]:
    """The `return` after a loop slips into it."""
    yield from _indented(source, (ast.Return,))


def swallowed_by_loop(source: Source) -> Iterator[Edit]:
    """A statement after a loop slips into it."""
    yield from _indented(source, _SIMPLE)


def _indented(source: Source, kinds: tuple[type[ast.stmt], ...]) -> Iterator[Edit]:
    for block in source.blocks:
        for before, after in zip(block.body, block.body[1:], strict=False):
            if not isinstance(before, ast.For | ast.While) or before.orelse or not isinstance(after, kinds):
                continue
            inner = source.indent(before.body[-1])
            if (
                after.lineno == after.end_lineno
                and len(inner) > len(source.indent(after))
                and source.owns_lines(after)
            ):
                start = source.span(after)[0]
                yield Edit(start - len(source.indent(after)), start, inner)


def outside_loop(source: Source) -> Iterator[Edit]:
    """The last statement of a loop or branch slips out of it."""
    for block in source.blocks:
        if not isinstance(block.owner, ast.For | ast.While | ast.If) or len(block.body) < 2:
            continue
        last = block.body[-1]
        orelse = getattr(block.owner, "orelse", [])
        if orelse or not isinstance(last, (*_SIMPLE, ast.Return)) or last.lineno != last.end_lineno:
            continue
        outer = source.indent(block.owner)
        if source.owns_lines(last) and len(outer) < len(source.indent(last)):
            start = source.span(last)[0]
            yield Edit(start - len(source.indent(last)), start, outer)


def order_of_updates(source: Source) -> Iterator[Edit]:
    """Two neighbouring updates change places although one needs the other's result."""
    for block in source.blocks:
        for first, second in zip(block.body, block.body[1:], strict=False):
            if not isinstance(first, _SIMPLE) or not isinstance(second, _SIMPLE):
                continue
            if not (source.owns_lines(first) and source.owns_lines(second)) or not _depend(first, second):
                continue
            (start, first_end), (second_start, end) = source.whole_lines(first), source.whole_lines(second)
            code = source.code
            if code[first_end:second_start].strip() or not code[second_start:end].endswith("\n"):
                continue
            yield Edit(
                start, end, code[second_start:end] + code[first_end:second_start] + code[start:first_end]
            )


def _depend(first: ast.stmt, second: ast.stmt) -> bool:
    writes = {_base(n) for n in ast.walk(first) if _is_written(n)}
    reads = {_base(n) for n in ast.walk(second) if isinstance(n, ast.Name | ast.Attribute)}
    writes_later = {_base(n) for n in ast.walk(second) if _is_written(n)}
    reads_before = {_base(n) for n in ast.walk(first) if isinstance(n, ast.Name | ast.Attribute)}
    return bool((writes & reads) | (writes_later & reads_before)) and not _docstring(first)


def _docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_written(node: ast.AST) -> bool:
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
        if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
            node = node.value
    if isinstance(node, ast.Attribute):
        inner = node.value
        if isinstance(inner, ast.Name) and inner.id == "self":
            return f"self.{node.attr}"
        return inner.id if isinstance(inner, ast.Name) else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def wrong_exception(source: Source) -> Iterator[Edit]:
    """Another exception is raised or caught than the one that was meant."""
    others = {
        "ValueError": "TypeError", "TypeError": "ValueError", "KeyError": "IndexError",
        "IndexError": "KeyError",
        "ZeroDivisionError": "ValueError", "StopIteration": "IndexError", "RuntimeError": "ValueError",
        "LookupError": "ValueError", "OverflowError": "ValueError", "AttributeError": "KeyError",
        "PermissionError": "ValueError", "FileNotFoundError": "ValueError", "OSError": "ValueError",
    }  # fmt: skip
    raised: list[ast.expr] = []
    for statement in source.of(ast.Raise):
        if statement.exc is not None:
            raised.append(statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc)
    for handler in source.of(ast.ExceptHandler):
        if handler.type is not None:
            raised.extend(handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
    for name in raised:
        if isinstance(name, ast.Name) and name.id in others:
            yield source.replace(name, others[name.id])


def mutable_default(source: Source) -> Iterator[Edit]:
    """A default of `None` becomes one list or dictionary shared by all calls; its guard goes with it."""
    for function in source.functions():
        yield from _shared_defaults(source, function)


def _shared_defaults(source: Source, function: Function) -> Iterator[Edit]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults = dict(
        zip(
            [a.arg for a in arguments[len(arguments) - len(function.args.defaults) :]],
            function.args.defaults,
            strict=True,
        )
    )
    for statement in function.body[:4]:
        if not isinstance(statement, ast.If) or statement.orelse or len(statement.body) != 1:
            continue
        assign, test = statement.body[0], statement.test
        if not (
            isinstance(test, ast.Compare)
            and isinstance(test.left, ast.Name)
            and isinstance(test.ops[0], ast.Is)
        ):
            continue
        default = defaults.get(test.left.id)
        fills = isinstance(assign, ast.Assign) and isinstance(assign.value, ast.List | ast.Dict | ast.Call)
        if default is None or not fills or not source.owns_lines(statement) or len(function.body) < 2:
            continue
        start, end = source.span(default)[0], source.whole_lines(statement)[1]
        guard_start = source.whole_lines(statement)[0]
        fresh = source.text(assign.value)  # type: ignore[attr-defined]
        yield Edit(start, end, fresh + source.code[source.span(default)[1] : guard_start])
