"""Fresh identifiers for a program, so that a policy can't learn it by heart.

Renaming works on the text: it keeps formatting, comments and strings, and takes programs that do not parse.
A name is renamed everywhere or nowhere. Left alone are: attributes, classes and what their bodies define,
imported names, builtins, keyword arguments, names inside f-strings, names on a line with a broken string, and
every name of a program that looks at its own names (`locals`, `globals`, `vars`, …).

It does not touch comments and strings: a docstring may speak of a parameter by its former name.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from codearena_ray.python_source import parse_python
from codearena_ray.taskforge.name_pool import FUNCTION_NOUNS, FUNCTION_VERBS, LETTERS, VARIABLES
from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.types import Step, Task, TestCase

_SCAN = re.compile(
    r"(?P<string>[A-Za-z]{0,2}(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:[^\"\\\n]|\\[\s\S])*\"|'(?:[^'\\\n]|\\[\s\S])*'))"
    r"|(?P<broken>[A-Za-z]{0,2}(?:\"\"\"[\s\S]*|'''[\s\S]*|[\"'][^\n]*))"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<name>(?<![\w.])[A-Za-z_]\w*)"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_REFLECTIVE = frozenset(
    {"locals", "globals", "vars", "dir", "eval", "exec", "__name__", "__qualname__", "inspect"}
)
_RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self", "cls", "_", "__"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Bound:
    """What one program binds, and what has to stay as it is."""

    functions: tuple[str, ...]
    variables: tuple[str, ...]
    kept: frozenset[str]


@lru_cache(maxsize=4096)
def _bound_names(code: str) -> _Bound | None:
    """Return the names that a program binds; None if it does not parse."""
    try:
        tree = parse_python(code)
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions: dict[str, None] = {}
    variables: dict[str, None] = {}
    kept: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, Function):
            functions.setdefault(node.name)
        elif isinstance(node, ast.arg):
            variables.setdefault(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            variables.setdefault(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            variables.setdefault(node.name)
        kept.update(_fixed_names(node))
    return _Bound(tuple(functions), tuple(v for v in variables if v not in functions), frozenset(kept))


def _fixed_names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.ClassDef):
        yield node.name
        for item in node.body:
            if isinstance(item, Function):
                yield item.name
            else:
                yield from (
                    n.id for n in ast.walk(item) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                )
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.name.split(".")[0]
            if alias.asname:
                yield alias.asname
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


@lru_cache(maxsize=8192)
def _scan(code: str) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """Return the text cut at its free-standing names (odd places), all words, and those that must stay."""
    pieces: list[str] = []
    words: set[str] = set(_WORD.findall(code))
    kept: set[str] = set()
    last = 0
    for match in _SCAN.finditer(code):
        kind, text = match.lastgroup, match.group()
        if kind == "name":
            pieces.append(code[last : match.start()])
            pieces.append(text)
            last = match.end()
        elif kind == "broken" or (kind == "string" and "f" in text[: text.find(text[-1])].lower()):
            kept.update(_WORD.findall(text))
    pieces.append(code[last:])
    return tuple(pieces), frozenset(words), frozenset(kept)


def rename_code(
    codes: Sequence[str], rng: random.Random, *, keep: Iterable[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """Return the programs with fresh identifiers, and the mapping from old to new names.

    All programs get the same names. At least one must parse: its bindings say what may be renamed. Takes some
    tens of microseconds once a program has been seen before.

    Args:
        codes: Versions of one program, such as a bug and its reference.
        rng: Decides the names; the same state gives the same names.
        keep: Names to leave alone.
    """
    scans = [_scan(code) for code in codes]
    bound = [b for b in map(_bound_names, codes) if b is not None]
    kept = set(keep) | _RESERVED
    words: set[str] = set()
    for _, used, fixed in scans:
        words |= used
        kept |= fixed
    for names in bound:
        kept |= names.kept
    if not bound or words & _REFLECTIVE:
        return list(codes), {}
    taken = words | _RESERVED
    mapping: dict[str, str] = {}
    for name in dict.fromkeys(f for names in bound for f in names.functions):
        if name not in kept and not name.startswith("__"):
            mapping[name] = _fresh_function(rng, taken)
    for name in dict.fromkeys(v for names in bound for v in names.variables):
        if name not in kept and name not in mapping and not name.startswith("__"):
            mapping[name] = _fresh_variable(rng, taken, short=len(name) == 1)
    return [_substitute(pieces, mapping) for pieces, _, _ in scans], mapping


def _substitute(pieces: Sequence[str], mapping: Mapping[str, str]) -> str:
    out = list(pieces)
    for position in range(1, len(out), 2):
        out[position] = mapping.get(out[position], out[position])
    return "".join(out)


def _fresh_function(rng: random.Random, taken: set[str]) -> str:
    while True:
        name = f"{rng.choice(FUNCTION_VERBS)}_{rng.choice(FUNCTION_NOUNS)}"
        if name not in taken:
            taken.add(name)
            return name


def _fresh_variable(rng: random.Random, taken: set[str], *, short: bool) -> str:
    for attempt in range(1000):
        if short and attempt < 20 and rng.random() < 0.8:
            name = rng.choice(LETTERS)
        else:
            name = rng.choice(VARIABLES)
            if attempt >= 5 or rng.random() < 0.15:
                name = f"{name}_{rng.choice(VARIABLES)}"
        if name not in taken:
            taken.add(name)
            return name
    raise AssertionError("the pool of names is exhausted")  # 1000 draws from > 40,000 pairs


def rename_task(task: Task, rng: random.Random) -> Task:
    """Return the task with fresh identifiers in both programs, its cases, scaling and statement.

    It has an id of its own (`ID.rename-…`), its parent's family and split, and its own content hash.
    Classes, methods and everything a case passes by keyword keep their names.

    Args:
        task: Any task; one whose programs look at their own names comes back with the same names.
        rng: Decides the names; the same state gives the same task.
    """
    cases = (*task.visible_cases, *task.hidden_cases)
    keywords = {name for case in cases for step in case.steps for name in step.kwargs}
    (buggy, reference), mapping = rename_code((task.buggy_code, task.reference_code), rng, keep=keywords)
    entries = {name: mapping[name] for name in task.entry_points if name in mapping}
    scaling = task.scaling
    if scaling is not None:
        scaling = replace(scaling, entry_point=entries.get(scaling.entry_point, scaling.entry_point))
    renamed = replace(
        task,
        id=f"{task.id[:100]}.rename-{rng.getrandbits(40):010x}",
        parent_id=task.id,
        statement=_rename_prose(task.statement, mapping, entries),
        entry_points=tuple(entries.get(name, name) for name in task.entry_points),
        buggy_code=buggy,
        reference_code=reference,
        visible_cases=tuple(_rename_case(case, entries) for case in task.visible_cases),
        hidden_cases=tuple(_rename_case(case, entries) for case in task.hidden_cases),
        scaling=scaling,
        operator=f"{task.operator}+rename",
        validation={},
    )
    return with_content_hash(renamed)


def _rename_case(case: TestCase, entries: Mapping[str, str]) -> TestCase:
    handles: set[str] = set()
    steps: list[Step] = []
    for step in case.steps:
        base, dot, method = step.call.partition(".")
        if base in entries and base not in handles:
            step = replace(step, call=entries[base] + dot + method)
        steps.append(step)
        if step.bind:
            handles.add(step.bind)
    return replace(case, steps=tuple(steps))


def _rename_prose(statement: str, mapping: Mapping[str, str], entries: Mapping[str, str]) -> str:
    """Return the statement with names replaced where they can't be ordinary words.

    Entry points are replaced if they hold an underscore, precede a bracket or stand in backticks; other names
    only in backticks.
    """

    def in_code(match: re.Match[str]) -> str:
        return _WORD.sub(lambda word: mapping.get(word.group(), word.group()), match.group())

    statement = re.sub(r"`[^`\n]*`", in_code, statement)
    for old, new in entries.items():
        pattern = rf"(?<![\w.`]){re.escape(old)}(?![\w`])" + ("" if "_" in old else r"(?=\()")
        statement = re.sub(pattern, new, statement)
    return statement
