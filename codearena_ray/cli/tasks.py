"""`codearena tasks`: list, show, validate and build repair tasks."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer

from codearena_ray.cli.output import ProgressCallback, print_json, progress
from codearena_ray.cli.task_view import show_task
from codearena_ray.config import data_dir
from codearena_ray.errors import SandboxError, TaskError, UserError
from codearena_ray.taskset import SPLITS, TaskSet, load_pack, save_pack, task_to_record
from codearena_ray.types import Category, Task

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
Pack = Annotated[str, typer.Option("--pack", help="`builtin`, or a .jsonl, .jsonl.gz or .parquet file.")]
Slots = Annotated[int, typer.Option("--slots", min=1, help="Sandbox slots to use at once.")]
_DEADLINE_S = 600.0


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    tasks = typer.Typer(help="List, show, validate and build repair tasks.", no_args_is_help=False)
    tasks.command("list")(list_tasks)
    tasks.command("show")(show)
    tasks.command("validate")(validate)
    tasks.command("build")(build)
    app.add_typer(tasks, name="tasks")


def list_tasks(
    pack: Pack = "builtin",
    split: Annotated[str, typer.Option(help="Only this split: train, dev or test.")] = "",
    category: Annotated[str, typer.Option(help="Only this category.")] = "",
    family: Annotated[str, typer.Option(help="Only this problem family.")] = "",
    as_json: Json = False,
) -> None:
    """List the tasks of a pack, one per line."""
    _check_choice("--split", split, SPLITS)
    _check_choice("--category", category, [c.value for c in Category])
    chosen = [
        task
        for task in load_pack(pack)
        if split in ("", task.split)
        and category in ("", task.category.value)
        and family in ("", task.family_id)
    ]
    if as_json:
        print_json({"tasks": [_summary(task) for task in chosen]})
        return
    width = max((len(task.id) for task in chosen), default=0)
    for task in chosen:
        kind = f"{task.category.value:<9} {task.bug_type:<22}"
        print(f"{task.id:<{width}}  {task.split:<5} {kind} level {task.difficulty}")


def _check_choice(option: str, value: str, known: Sequence[str]) -> None:
    if value and value not in known:
        raise UserError(f"{option}: {value!r} is none of {', '.join(known)}")


def _summary(task: Task) -> dict[str, object]:
    return {
        "id": task.id,
        "family_id": task.family_id,
        "split": task.split,
        "category": task.category.value,
        "bug_type": task.bug_type,
        "cwe": task.cwe,
        "difficulty": task.difficulty,
        "n_bugs": task.n_bugs,
        "lines": task.buggy_code.count("\n"),
        "is_canary": task.is_canary,
    }


def show(
    task_id: Annotated[str, typer.Argument(metavar="ID", help="A task's id.")],
    pack: Pack = "builtin",
    spoiler: Annotated[
        bool, typer.Option("--spoiler", help="Show the fix and the hidden cases too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one task: what the program should do, the buggy program and its visible cases."""
    task = load_pack(pack).by_id(task_id)
    if as_json:
        record = task_to_record(task)
        if not spoiler:
            for secret in ("reference_code", "hidden_cases", "fault_lines", "checker", "scaling"):
                del record[secret]
        print_json(record)
        return
    show_task(task, spoiler=spoiler)


def validate(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="`builtin` or a file.")] = "builtin",
    efficiency: Annotated[
        bool, typer.Option("--efficiency", help="Prove efficiency too: about a second for each such task.")
    ] = False,
    slots: Slots = 2,
    as_json: Json = False,
) -> None:
    """Prove again what every task of a pack claims: sound references, real bugs."""
    from codearena_ray.taskforge.validate import describe_pack

    tasks = load_pack(pack)
    report = describe_pack(tasks)
    with progress("validating") as on_progress:
        report.invalid += _prove_all(tasks, slots=slots, efficiency=efficiency, on_progress=on_progress)
    result = {
        "tasks": report.tasks,
        "families": report.families,
        "by_category": dict(report.by_category),
        "by_split": dict(report.by_split),
        "cwes": list(report.cwes),
        "canaries": report.canaries,
        "several_bugs": report.several_bugs,
        "hash": tasks.hash,
        "invalid": [{"task": task, "why": why} for task, why in report.invalid],
    }
    if as_json:
        print_json(result)
    else:
        for key, value in result.items():
            if key != "invalid":
                print(f"{key}: {_text(value)}")
        for task, why in report.invalid:
            print(f"invalid: {task}: {why}")
    if report.invalid:
        first, why = report.invalid[0]
        raise TaskError(
            f"{pack}: {len(report.invalid)} of {len(tasks)} tasks are invalid, first {first}: {why}"
        )


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _prove_all(
    tasks: TaskSet, *, slots: int, efficiency: bool, on_progress: ProgressCallback
) -> list[tuple[str, str]]:
    """Return the tasks that do not hold, with the reason; families in parallel, a family's tasks in turn."""
    from codearena_ray.grading.efficiency import measure_efficiency
    from codearena_ray.sandbox import SlotPool, detect_isolation
    from codearena_ray.taskforge.validate import Proof, prove_task

    measure = functools.partial(measure_efficiency, secret=0) if efficiency else None
    families: dict[str, list[Task]] = {}
    for task in tasks:
        if not task.is_canary:
            families.setdefault(task.family_id, []).append(task)

    def prove_family(members: list[Task], pool: SlotPool) -> list[tuple[str, str]]:
        references: dict[str, Proof] = {}
        with pool.slot(deadline_s=_DEADLINE_S) as slot:
            found = [(t.id, prove_task(slot, t, references=references, measure=measure)) for t in members]
        return [(name, why) for name, why in found if why]

    def once_more(members: list[Task], pool: SlotPool) -> list[tuple[str, str]]:
        try:
            return prove_family(members, pool)
        except SandboxError:
            return prove_family(members, pool)

    invalid: list[tuple[str, str]] = []
    with (
        SlotPool(detect_isolation(), slots) as pool,
        ThreadPoolExecutor(slots, thread_name_prefix="validate") as workers,
    ):
        futures = {workers.submit(once_more, members, pool): name for name, members in families.items()}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                invalid += future.result()
                on_progress(done, len(futures), futures[future])
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    order = {task.id: position for position, task in enumerate(tasks)}
    return sorted(invalid, key=lambda item: order[item[0]])


def build(
    problems: Annotated[Path | None, typer.Option(help="Folder of problem files.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the pack goes.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides inputs and the choice of mutants.")] = 0,
    family: Annotated[list[str] | None, typer.Option(help="Only this family; may be given again.")] = None,
    slots: Slots = 2,
    as_json: Json = False,
) -> None:
    """Build a pack from problem files: run references, plant bugs, keep what can be proven."""
    from codearena_ray.grading.efficiency import measure_efficiency
    from codearena_ray.sandbox import SlotPool, detect_isolation
    from codearena_ray.taskforge.authoring import load_problems
    from codearena_ray.taskforge.build import build_tasks

    folder = problems or data_dir("packs").parent / "problems"
    loaded = load_problems(folder)
    if family:
        known = {problem.family_id for problem in loaded}
        for name in family:
            _check_choice("--family", name, sorted(known))
        loaded = [problem for problem in loaded if problem.family_id in family]
    target = out or data_dir("packs") / "builtin.jsonl.gz"
    if family and out is None:
        raise UserError("--family builds a part of a pack: say where it goes with --out")
    with progress("building") as on_progress, SlotPool(detect_isolation(), slots) as pool:
        built = build_tasks(
            loaded,
            pool,
            seed=seed,
            measure=functools.partial(measure_efficiency, secret=0),
            num_workers=slots,
            on_progress=on_progress,
        )
    if not built.tasks:
        raise TaskError(f"{folder}: no task could be proven; first problem: {built.problems[0]}")
    save_pack(built.tasks, target)
    result = {
        "path": str(target),
        "tasks": len(built.tasks),
        "families": len({task.family_id for task in built.tasks}),
        "hash": TaskSet(built.tasks).hash,
        "dropped": built.dropped(),
        "problems": built.problems,
    }
    if as_json:
        print_json(result)
        return
    for key, value in result.items():
        if key != "problems":
            print(f"{key}: {_text(value)}")
    for line in built.problems:
        print(f"problem: {line}")
