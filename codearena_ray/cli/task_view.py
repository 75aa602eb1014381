"""A task on the terminal."""

from __future__ import annotations

import difflib

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from codearena_ray.types import Effects, Fixture, Step, Task, TestCase

MAX_VALUE_CHARS = 300


def show_task(task: Task, *, spoiler: bool) -> None:
    """Print a task to stdout; the fix, the hidden cases and the proof only with `spoiler`."""
    console = Console(highlight=False)
    _heading(console, task.id)
    facts = [
        task.category.value,
        task.bug_type,
        f"level {task.difficulty}",
        task.split,
        f"family {task.family_id}",
    ]
    console.print(Text(" · ".join([*facts, task.cwe] if task.cwe else facts)))
    console.print()
    console.print(Text(task.statement))
    _heading(console, "Program")
    _code(console, task.buggy_code, numbered=True)
    _heading(console, f"Visible cases ({len(task.visible_cases)}; {len(task.hidden_cases)} more are hidden)")
    _cases(console, task.visible_cases)
    if not spoiler:
        return
    _heading(console, "Fix")
    old, new = task.buggy_code.splitlines(), task.reference_code.splitlines()
    diff = "\n".join(difflib.unified_diff(old, new, "buggy", "reference", lineterm=""))
    console.print(Syntax(diff, "diff", background_color="default", word_wrap=True))
    _heading(console, "Hidden cases")
    _cases(console, task.hidden_cases)
    _heading(console, "Proof")
    for key, value in task.validation.items():
        console.print(Text(f"{key}: {value}"))
    console.print(Text(f"content_hash: {task.content_hash}"))


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _code(console: Console, code: str, *, numbered: bool) -> None:
    console.print(Syntax(code, "python", line_numbers=numbered, background_color="default", word_wrap=True))


def _cases(console: Console, cases: tuple[TestCase, ...]) -> None:
    for case in cases:
        for line in _world(case.fixture, case.effects):
            console.print(Text(f"  {line}"))
        for step in case.steps:
            console.print(Text(f"  {_step(step)}"))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARS else text[:MAX_VALUE_CHARS] + "…"


def _step(step: Step) -> str:
    arguments = [repr(value) for value in step.args]
    arguments += [f"{name}={value!r}" for name, value in step.kwargs.items()]
    call = _cut(f"{step.call}({', '.join(arguments)})")
    if step.bind:
        return f"{step.bind} = {call}"
    if step.raises:
        return f"{call} raises {step.raises}"
    if not step.check:
        return call
    result = f"{call} → {_cut(repr(step.expect))}"
    if step.args_after:
        result += f", arguments then {_cut(repr(list(step.args_after)))}"
    return result


def _world(fixture: Fixture | None, effects: Effects | None) -> list[str]:
    lines = []
    if fixture is not None:
        lines += [f"environment {name}={value}" for name, value in fixture.env.items()]
        lines += [f"file {name}: {_cut(repr(text))}" for name, text in fixture.files.items()]
        lines += [f"app.db: {_cut(' '.join(fixture.sqlite.split()))}"] if fixture.sqlite else []
        lines += [f"input: {_cut(repr(fixture.stdin))}"] if fixture.stdin else []
        lines += [f"program {' '.join(p.argv)} → exit {p.exit_code}" for p in fixture.processes]
    if effects is not None:
        lines += [f"afterwards file {name}: {_cut(repr(text))}" for name, text in effects.files.items()]
        if effects.spawns is not None:
            lines.append(f"programs started: {[list(argv) for argv in effects.spawns]}")
        lines += [f"output: {_cut(repr(effects.stdout))}"] if effects.stdout is not None else []
    return lines
