"""Flags on a report: what a program seems to have tried. Evidence for people, never part of a score.

A flag that the task's own reference would earn too is not raised, so honest tasks that need the flagged
feature stay clean. Flags are hints: their absence proves nothing, the isolation and the comparison have to
hold anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codearena_ray.grading.compare import equal_values
from codearena_ray.grading.normalise import parse_bounded
from codearena_ray.types import Comparator, RunReport, Task, Verdict

MAX_NODES = 20_000
"""Larger programs are flagged as such and not searched."""

_NAMES = {
    "reaches interpreter": frozenset(
        (
            "ctypes",
            "gc",
            "_getframe",
            "settrace",
            "setprofile",
            "currentframe",
            "__subclasses__",
            "__globals__",
        )
    ),
    "replaces builtins": frozenset(("__builtins__", "builtins", "sitecustomize", "meta_path", "path_hooks")),
    "leaves early": frozenset(("_exit", "abort", "exit", "quit", "SystemExit", "kill")),
    "imitates values": frozenset(("__class__", "__reduce__", "__reduce_ex__", "__instancecheck__")),
    "reads the grader": frozenset(("CHANNEL_FD", "codearena_ray", "linecache", "fdopen")),
}
_TEXTS = {"reads /proc": "/proc/", "names the grader": "codearena"}

_EXACT = Comparator(nan_equal=True)
_TRIVIAL_CHARS = 2


def find_flags(task: Task, code: str, report: RunReport) -> tuple[str, ...]:
    """Return the flags of a program, sorted.

    Args:
        task: The task; its reference and buggy program define what is usual.
        code: The program.
        report: What it showed.
    """
    flags = _source_flags(code) - _source_flags(task.reference_code) - _source_flags(task.buggy_code)
    if report.sandbox.limit:
        flags.add(f"limit: {report.sandbox.limit}")
    flags.update(f"denied: {name}" for name in report.sandbox.denied)
    verdicts = {case.verdict for case in (*report.visible, *report.hidden)}
    if Verdict.PROTOCOL in verdicts:
        flags.add("protocol")
    if _answers_from_a_table(task, code, report):
        flags.add("answers from a table")
    return tuple(sorted(flags))


def _source_flags(code: str) -> set[str]:
    tree = parse_bounded(code)
    if tree is None:
        return set()
    flags: set[str] = set()
    for count, node in enumerate(ast.walk(tree)):
        if count > MAX_NODES:
            return flags | {"very large"}
        names = set(_names_in(node))
        flags |= {flag for flag, wanted in _NAMES.items() if names & wanted}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            flags |= {flag for flag, text in _TEXTS.items() if text in node.value}
    return flags


def _names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield from alias.name.split(".")
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from node.module.split(".")


def _answers_from_a_table(task: Task, code: str, report: RunReport) -> bool:
    """Return whether a program that fails hidden cases spells out visible arguments and their answers."""
    passes_visible = bool(report.visible) and all(case.verdict is Verdict.PASS for case in report.visible)
    if not passes_visible or report.tests_passed or not report.hidden:
        return False
    tree = parse_bounded(code)
    if tree is None:
        return False
    literals = _literals(tree)
    usual = [*_literals(parse_bounded(task.buggy_code)), *_literals(parse_bounded(task.reference_code))]
    for case in task.visible_cases:
        for step in case.steps:
            said = [
                value for value in (*step.args, step.expect) if not _is_trivial(value) and value not in usual
            ]
            if len(said) >= 2 and all(_is_among(value, literals) for value in said):
                return True
    return False


def _literals(tree: ast.Module | None) -> list[object]:
    """Return the values that a program spells out, outermost containers included."""
    values: list[object] = []
    if tree is None:
        return values
    for count, node in enumerate(ast.walk(tree)):
        if count > MAX_NODES or len(values) > 500:
            break
        if isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp)):
            try:
                values.append(ast.literal_eval(node))
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                continue
    return values


def _is_trivial(value: object) -> bool:
    """Return whether a value is too short to tell anything: any honest program may spell it out."""
    return value is None or isinstance(value, bool) or len(str(value)[:8]) <= _TRIVIAL_CHARS


def _is_among(value: object, literals: list[object]) -> bool:
    return any(equal_values(value, literal, comparator=_EXACT, budget=10_000) for literal in literals)
