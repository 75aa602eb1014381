"""Says which programs visibly cannot carry anything from one call to the next.

For such a program a fresh child per case and one child for all cases are the same thing, and the second is
several times cheaper. The rule is an allow-list over the AST: what it does not know, it does not pass, and
the program gets a child per case. It never decides a verdict, only what a verdict costs.

A program passes if all of this holds:
- its top level holds only functions, classes on named bases, names bound to immutable literals, and imports
  of modules without reachable mutable state;
- no decorators but `staticmethod`, `classmethod` and `property`; defaults are immutable literals;
- no `global`, no `nonlocal`, no attribute is ever assigned;
- nothing names what reaches such state by another way: dunder and private attributes, class patterns,
  `getattr`, `globals`, open files, standard input and output.

Not covered: bits encoded in memory addresses by what a call allocates.
"""

from __future__ import annotations

import ast

STATELESS_MODULES = frozenset(
    {"__future__", "bisect", "cmath", "heapq", "itertools", "math", "operator", "string"}
)
COLLECTIONS = frozenset({"Counter", "OrderedDict", "defaultdict", "deque"})
"""What may be imported from `collections`."""

_DECORATORS = frozenset({"staticmethod", "classmethod", "property"})
_REACHING_NAMES = frozenset(
    {
        *(
            "breakpoint",
            "compile",
            "delattr",
            "dir",
            "eval",
            "exec",
            "exit",
            "getattr",
            "globals",
            "help",
            "id",
        ),
        *("input", "locals", "memoryview", "open", "print", "quit", "setattr", "vars"),
    }
)
_REACHING_ATTRIBUTES = frozenset(
    {
        *(
            "attrgetter",
            "methodcaller",
            "gi_frame",
            "gi_code",
            "gi_yieldfrom",
            "cr_frame",
            "ag_frame",
            "tb_frame",
        ),
        *(
            "tb_next",
            "f_globals",
            "f_locals",
            "f_back",
            "f_builtins",
            "with_traceback",
            "add_note",
            "register",
        ),
    }
)
_DUNDERS = frozenset(
    f"__{name}__"
    for name in (
        *("init", "len", "iter", "next", "contains", "getitem", "setitem", "delitem", "eq", "ne", "lt", "le"),
        *("gt", "ge", "hash", "repr", "str", "bool", "add", "sub", "mul", "call", "enter", "exit"),
    )
)
_REFUSED_NODES = (
    *(ast.Global, ast.Nonlocal, ast.MatchClass),
    *(ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await),
)


def carries_no_state(tree: ast.Module) -> bool:
    """Return whether a program visibly keeps nothing between two calls.

    Args:
        tree: The parsed program.
    """
    top = all(_binds_nothing_mutable(statement, top=True) for statement in tree.body)
    return top and all(_keeps_nothing(node) for node in ast.walk(tree))


def _binds_nothing_mutable(statement: ast.stmt, *, top: bool) -> bool:
    """Judge one statement of a module (`top`) or of a class body."""
    if isinstance(statement, (ast.FunctionDef, ast.Pass)):
        return True
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return top
    if isinstance(statement, ast.ClassDef):
        return top and all(_binds_nothing_mutable(inner, top=False) for inner in statement.body)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        names = all(isinstance(target, ast.Name) for target in statement.targets)
        return names and _is_immutable(statement.value)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.value is not None and _is_immutable(statement.value)
    return False


def _is_immutable(node: ast.expr) -> bool:
    """Return whether an expression is made of constants that nothing can change."""
    stack: list[ast.expr] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Tuple):
            stack.extend(item.elts)
        elif isinstance(item, ast.UnaryOp):
            stack.append(item.operand)
        elif isinstance(item, ast.BinOp):
            stack.extend((item.left, item.right))
        elif not isinstance(item, ast.Constant):
            return False
    return True


def _keeps_nothing(node: ast.AST) -> bool:
    if isinstance(node, _REFUSED_NODES):
        return False
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return _is_plain_function(node)
    if isinstance(node, ast.Name):
        return node.id not in _REACHING_NAMES and not node.id.startswith("__")
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and _is_plain_name(node.attr)
    if isinstance(node, ast.Import):
        return all(alias.name in STATELESS_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return _is_plain_import(node)
    if isinstance(node, ast.ClassDef):
        return not (node.decorator_list or node.keywords) and all(isinstance(b, ast.Name) for b in node.bases)
    return True


def _is_plain_name(name: str) -> bool:
    return name in _DUNDERS or not (name in _REACHING_ATTRIBUTES or name.startswith("_"))


def _is_plain_import(node: ast.ImportFrom) -> bool:
    names = {alias.name for alias in node.names}
    if node.module == "collections":
        return names <= COLLECTIONS
    return node.module in STATELESS_MODULES and all(_is_plain_name(name) and name != "*" for name in names)


def _is_plain_function(node: ast.FunctionDef | ast.Lambda) -> bool:
    defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    if not all(_is_immutable(default) for default in defaults):
        return False
    if isinstance(node, ast.Lambda):
        return True
    if node.name.startswith("__") and node.name not in _DUNDERS:
        return False
    return all(isinstance(d, ast.Name) and d.id in _DECORATORS for d in node.decorator_list)
