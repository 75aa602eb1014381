"""Problem files: percent cells read as text, never imported.

A file `tasks/problems/AREA/FAMILY.py` holds a statement (module docstring), then cells that begin with
`# %% KIND`: `meta`, `reference`, `cases`, optionally `checker`, `scaling`, and any number of
`bug NAME key=value …`. Meta is read with `ast.literal_eval`, assignment by assignment; the code cells run
only in a sandbox.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from codearena_ray.errors import TaskError
from codearena_ray.python_source import parse_python
from codearena_ray.types import Category, Comparator

COMPARATORS = ("exact", "float", "unordered", "any_of", "checker")
_MARK = re.compile(r"^# %%[ \t]*(.*)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CWE = re.compile(r"CWE-\d+")
_META: Mapping[str, type | tuple[type, ...]] = {
    "entry_points": list, "categories": list, "comparator": str, "allowed_imports": list, "bootstrap": bool,
    "rel_tol": (int, float), "abs_tol": (int, float), "nan_equal": bool, "cpu_s": (int, float),
    "memory_mb": int, "few_cases": str,
}  # fmt: skip
_CELLS = ("meta", "reference", "cases", "checker", "scaling", "bug")
_BUG_KEYS = ("category", "cwe", "bug_type", "bugs")


class Cell(NamedTuple):
    """One cell and where it begins."""

    kind: str
    words: tuple[str, ...]
    text: str
    line: int
    """1-based line of the cell's mark."""


@dataclass(frozen=True, slots=True)
class AuthoredBug:
    """A buggy program that somebody wrote by hand."""

    name: str
    category: Category
    code: str
    line: int
    """1-based line of its cell in the file."""
    bug_type: str
    cwe: str = ""
    n_bugs: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One authored problem: what its file says."""

    path: Path
    area: str
    family_id: str
    statement: str
    entry_points: tuple[str, ...]
    categories: tuple[str, ...]
    comparator: Comparator
    allowed_imports: tuple[str, ...]
    reference: str
    cases: str
    """Source of `visible()` and `hidden(rng)`. Task code."""
    bugs: tuple[AuthoredBug, ...] = ()
    checker: str = ""
    scaling: str = ""
    """Source of `scaling(n, rng, adverse)`, without the sizes; empty: efficiency has no meaning."""
    sizes: tuple[int, ...] = ()
    bootstrap: bool = True
    """Whether the tiny policy may learn from it before training."""
    cpu_s: float = 0.0
    """CPU limit of one case if the default does not fit; 0: the default."""
    memory_mb: int = 0
    few_cases: str = ""
    """Why fewer than eight hidden cases are enough."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """1-based line of each cell."""


def load_problem(path: Path) -> Problem:
    """Return the problem of one file.

    Raises:
        TaskError: something is missing or wrong; the message is one line with file, line and fix.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path}: cannot be read: {error}") from error
    return parse_problem(text, path=path)


def load_problems(folder: Path) -> list[Problem]:
    """Return all problems below a folder, ordered by family.

    Raises:
        TaskError: a file is wrong, two files share a family name, or there is none.
    """
    files = sorted(p for p in folder.glob("*/*.py") if not p.name.startswith("_"))
    if not files:
        raise TaskError(f"{folder}: no problem files (AREA/FAMILY.py) here")
    problems = sorted((load_problem(file) for file in files), key=lambda p: p.family_id)
    for before, after in itertools.pairwise(problems):
        if before.family_id == after.family_id:
            raise TaskError(f"{after.path}: family {after.family_id!r} exists already in {before.path}")
    return problems


def parse_problem(text: str, *, path: Path) -> Problem:
    """Return the problem that a file's text describes; the path names area and family.

    Raises:
        TaskError: as `load_problem`.
    """
    family, area = path.stem, path.parent.name
    if not _NAME.fullmatch(family):
        raise _wrong(path, 1, f"file name {family!r} must be a lower-case identifier")
    text = text.replace("\r\n", "\n")
    marks = list(_MARK.finditer(text))
    if not marks:
        raise _wrong(path, 1, "no cells; a cell begins with a line `# %% KIND`")
    statement = _statement(path, text[: marks[0].start()])
    single: dict[str, Cell] = {}
    bugs: list[AuthoredBug] = []
    for cell in _cells(path, text, marks):
        if cell.kind == "bug":
            bugs.append(_bug(path, cell))
        elif cell.kind in single:
            raise _wrong(path, cell.line, f"a second {cell.kind} cell")
        else:
            single[cell.kind] = cell
    for kind in ("meta", "reference", "cases"):
        if kind not in single:
            raise _wrong(path, 1, f"no {kind} cell")
    names = [bug.name for bug in bugs]
    for bug in bugs:
        if names.count(bug.name) > 1:
            raise _wrong(path, bug.line, f"two bugs are called {bug.name!r}")
    meta = _meta(path, single["meta"])
    _check_cells(path, single, meta)
    scaling, sizes = _scaling(path, single.get("scaling"))
    return Problem(
        path=path,
        area=area,
        family_id=family,
        statement=statement,
        entry_points=tuple(meta["entry_points"]),
        categories=tuple(meta.get("categories", [])),
        comparator=Comparator(
            kind=meta.get("comparator", "exact"),
            rel_tol=float(meta.get("rel_tol", 1e-9)),
            abs_tol=float(meta.get("abs_tol", 0.0)),
            nan_equal=meta.get("nan_equal", False),
        ),
        allowed_imports=tuple(meta.get("allowed_imports", [])),
        reference=single["reference"].text,
        cases=single["cases"].text,
        bugs=tuple(bugs),
        checker=single["checker"].text if "checker" in single else "",
        scaling=scaling,
        sizes=sizes,
        bootstrap=meta.get("bootstrap", True),
        cpu_s=float(meta.get("cpu_s", 0.0)),
        memory_mb=meta.get("memory_mb", 0),
        few_cases=meta.get("few_cases", ""),
        lines={kind: cell.line for kind, cell in single.items()},
    )


def _wrong(path: Path, line: int, what: str) -> TaskError:
    return TaskError(f"{path}:{line}: {what}")


def _statement(path: Path, head: str) -> str:
    try:
        statement = ast.get_docstring(parse_python(head))
    except SyntaxError as error:
        raise _wrong(
            path, error.lineno or 1, f"the text before the first cell does not parse: {error.msg}"
        ) from error
    if not statement:
        raise _wrong(path, 1, 'no statement; the file begins with a """docstring"""')
    return statement


def _cells(path: Path, text: str, marks: list[re.Match[str]]) -> Iterator[Cell]:
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        line = text.count("\n", 0, mark.start()) + 1
        kind, *words = mark.group(1).split() or [""]
        if kind not in _CELLS:
            raise _wrong(path, line, f"unknown cell {kind!r}; known: {', '.join(_CELLS)}")
        yield Cell(kind, tuple(words), text[mark.end() : end].strip("\n") + "\n", line)


def _bug(path: Path, cell: Cell) -> AuthoredBug:
    name, *pairs = cell.words or ("",)
    if not _NAME.fullmatch(name):
        raise _wrong(path, cell.line, f"a bug needs a lower-case name, got {name!r}")
    options: dict[str, str] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if key not in _BUG_KEYS or not value:
            raise _wrong(path, cell.line, f"unknown bug option {pair!r}; known: {', '.join(_BUG_KEYS)}")
        options[key] = value
    category = options.get("category", "")
    if category not in [c.value for c in Category]:
        raise _wrong(
            path, cell.line, f"bug {name}: category must be one of {', '.join(Category)}, got {category!r}"
        )
    cwe = options.get("cwe", "")
    if cwe and not _CWE.fullmatch(cwe):
        raise _wrong(path, cell.line, f"bug {name}: cwe must look like CWE-95, got {cwe!r}")
    if category == Category.SECURITY and not cwe:
        raise _wrong(path, cell.line, f"bug {name}: a security bug names its weakness (cwe=CWE-95)")
    bugs = options.get("bugs", "1")
    if not bugs.isdigit() or not 1 <= int(bugs) <= 9:
        raise _wrong(path, cell.line, f"bug {name}: bugs must be a number from 1 to 9, got {bugs!r}")
    return AuthoredBug(
        name, Category(category), cell.text, cell.line, options.get("bug_type", name), cwe, int(bugs)
    )


def _meta(path: Path, cell: Cell) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for statement in _parsed(path, cell).body:
        line = cell.line + statement.lineno
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            raise _wrong(path, line, "meta holds plain assignments only")
        name = statement.targets[0].id
        if name not in _META:
            raise _wrong(path, line, f"unknown meta field {name!r}; known: {', '.join(_META)}")
        try:
            values[name] = ast.literal_eval(statement.value)
        except ValueError as error:
            raise _wrong(path, line, f"meta field {name} must be a literal") from error
        if not isinstance(values[name], _META[name]):
            raise _wrong(path, line, f"meta field {name} has the wrong type: {values[name]!r}")
        if isinstance(values[name], list) and not all(isinstance(item, str) for item in values[name]):
            raise _wrong(path, line, f"meta field {name} must be a list of names, got {values[name]!r}")
    if not values.get("entry_points"):
        raise _wrong(path, cell.line, 'meta needs entry_points = ["function", …]')
    if values.get("comparator", "exact") not in COMPARATORS:
        raise _wrong(path, cell.line, f"comparator must be one of {', '.join(COMPARATORS)}")
    return values


def _parsed(path: Path, cell: Cell) -> ast.Module:
    try:
        return parse_python(cell.text)
    except SyntaxError as error:
        raise _wrong(
            path, cell.line + (error.lineno or 0), f"{cell.kind} does not parse: {error.msg}"
        ) from error


def _defined(module: ast.Module) -> dict[str, ast.stmt]:
    return {
        n.name: n for n in module.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def _check_cells(path: Path, cells: Mapping[str, Cell], meta: Mapping[str, Any]) -> None:
    """Check that the code cells parse and define what others call."""
    wanted = {"reference": meta["entry_points"], "cases": ["visible", "hidden"]}
    if "checker" in cells or meta.get("comparator") == "checker":
        if "checker" not in cells or meta.get("comparator") != "checker":
            raise _wrong(path, cells["meta"].line, 'comparator = "checker" and a checker cell go together')
        wanted["checker"] = ["check"]
    if "scaling" in cells:
        wanted["scaling"] = ["scaling"]
    for kind, names in wanted.items():
        module = _parsed(path, cells[kind])
        defined = _defined(module)
        for name in names:
            assigned = kind == "reference" and any(
                isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
                for n in module.body
            )
            if name not in defined and not assigned:
                raise _wrong(path, cells[kind].line, f"{kind} does not define {name!r}")


def _scaling(path: Path, cell: Cell | None) -> tuple[str, tuple[int, ...]]:
    """Return the scaling source without its `sizes` line, and the sizes."""
    if cell is None:
        return "", ()
    for statement in _parsed(path, cell).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "sizes":
            sizes = ast.literal_eval(statement.value)
            if not (
                isinstance(sizes, list | tuple)
                and len(sizes) >= 2
                and all(type(n) is int and n > 0 for n in sizes)
                and list(sizes) == sorted(set(sizes))
            ):
                raise _wrong(
                    path, cell.line + statement.lineno, f"sizes must ascend, at least two, got {sizes!r}"
                )
            lines = cell.text.splitlines(keepends=True)
            code = "".join(lines[: statement.lineno - 1] + lines[statement.end_lineno or statement.lineno :])
            return code.strip("\n") + "\n", tuple(sizes)
    raise _wrong(path, cell.line, "scaling needs sizes = [500, 1000, …]")
