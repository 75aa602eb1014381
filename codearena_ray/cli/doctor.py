"""`codearena doctor`: what this machine offers, what is missing, and what to do about it.

It imports none of the heavy packages: versions come from their metadata. It changes nothing and starts no
more than the isolation probe. A problem is something that a part of the project cannot work without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from codearena_ray.cli.machine import Machine, find_machine
from codearena_ray.cli.output import print_json
from codearena_ray.cli.packages import find_packages
from codearena_ray.config import data_dir
from codearena_ray.errors import ConfigError, IsolationError, TaskError
from codearena_ray.policies.builtin import BUILTIN, resolve_model
from codearena_ray.sandbox import detect_isolation
from codearena_ray.taskset.packs import pack_path

GIB = 1 << 30
MIN_MEMORY_BYTES = 6 * GIB
"""Room for an engine, a learner, Ray and two sandbox slots, with a margin; not a measured minimum."""
MIN_SHM_BYTES = GIB // 2
"""Ray's objects and weight files lie in /dev/shm."""
MIN_DISK_BYTES = 2 * GIB
"""Room for rows, checkpoints, logs and compiled kernels, with a margin."""


class Problem(dict[str, str]):
    """What is wrong, and how to put it right."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what=what, fix=fix)


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("doctor")(doctor)


def doctor(
    profile: Annotated[str, typer.Option(help="Isolation to look for: auto, root, user or shared.")] = "auto",
    run_dir: Annotated[Path, typer.Option(help="Where runs will lie: its disk is looked at.")] = Path("."),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
) -> None:
    """Say what this machine offers and what is missing; exit code 1 if something is."""
    report = examine(profile=profile, run_dir=run_dir)
    if as_json:
        print_json(report)
    else:
        _print(report)
    if not report["ok"]:
        raise typer.Exit(1)


def examine(*, profile: str = "auto", run_dir: Path = Path(".")) -> dict[str, Any]:
    """Return the report: `ok`, one section per part, and the problems.

    Args:
        profile: Isolation profile to look for.
        run_dir: Its disk must have room; it need not exist.
    """
    machine, packages = find_machine(run_dir), find_packages()
    isolation, problems = _isolation(profile)
    problems += _machine_problems(machine)
    problems += [Problem(problem.what, problem.fix) for problem in packages.problems]
    shipped, missing = _shipped()
    problems += missing
    return {
        "ok": not problems,
        "isolation": isolation,
        "cpu": {
            "machine": machine.architecture,
            "model": machine.cpu_model,
            "cores": machine.cores,
            "usable_cores": machine.usable_cores,
            "instructions": machine.instructions,
            "memory_bytes": machine.memory_bytes,
            "available_bytes": machine.available_bytes,
            "python": machine.python,
            "compiler": machine.compiler,
            "python_headers": machine.headers,
        },
        "vllm": packages.vllm,
        "ray": packages.ray,
        "disk": {
            "path": machine.disk_path,
            "free_bytes": machine.disk_free_bytes,
            "shm_free_bytes": machine.shm_free_bytes,
            **shipped,
        },
        "problems": problems,
    }


def _isolation(profile: str) -> tuple[dict[str, Any], list[Problem]]:
    try:
        found = detect_isolation(profile)
    except IsolationError as error:
        fix = "use a kernel and container that allow seccomp, and Landlock or user namespaces"
        return {"profile": None, "layers": {}, "refused": {}}, [Problem(f"isolation: {error}", fix)]
    layers = {name: layer for name, layer in found.layers.items()}
    return {"profile": found.profile, "layers": layers, "refused": dict(found.refused)}, []


def _machine_problems(machine: Machine) -> list[Problem]:
    found = []
    if not machine.python_fits:
        found.append(Problem(f"Python {machine.python} is not 3.11 or 3.12", "make .venv with python3.11"))
    if not machine.compiler:
        found.append(
            Problem("no C++ compiler; vLLM compiles kernels when it starts", "install g++ (apt: g++)")
        )
    if not machine.headers:
        found.append(
            Problem("no Python.h; vLLM compiles against it", "install Python's headers (apt: python3.11-dev)")
        )
    found += _too_little("memory", machine.memory_bytes, MIN_MEMORY_BYTES, "use a larger machine or limit")
    found += _too_little(
        "/dev/shm",
        machine.shm_free_bytes,
        MIN_SHM_BYTES,
        "free it, or start the container with --shm-size=2g",
    )
    found += _too_little(
        f"disk at {machine.disk_path}",
        machine.disk_free_bytes,
        MIN_DISK_BYTES,
        "free some, or choose another --run-dir",
    )
    if machine.architecture == "x86_64" and not machine.instructions["avx2"]:
        found.append(
            Problem("the CPU has no AVX2; vLLM's CPU build needs it", "use another machine or a GPU")
        )
    return found


def _too_little(what: str, has: int, needed: int, fix: str) -> list[Problem]:
    if has >= needed:
        return []
    return [Problem(f"{what}: {has / GIB:.1f} GiB, {needed / GIB:.1f} GiB needed", fix)]


def _shipped() -> tuple[dict[str, Any], list[Problem]]:
    """Return where the embedded policy and the task pack lie, and what of them is missing."""
    problems = []
    places: dict[str, Any] = {"policy": None, "pack": None}
    try:
        places["policy"] = str(resolve_model(BUILTIN))
    except ConfigError:
        where = data_dir("models") / BUILTIN
        problems.append(Problem(f"no embedded policy in {where}", f"codearena bootstrap --out {where}"))
    try:
        places["pack"] = str(pack_path("builtin"))
    except TaskError:
        problems.append(Problem(f"no task pack in {data_dir('packs')}", "codearena tasks build"))
    return places, problems


def _print(report: dict[str, Any]) -> None:
    for section in ("isolation", "cpu", "vllm", "ray", "disk"):
        print(section)
        for name, value in report[section].items():
            print(f"  {name:<16} {_text(name, value)}")
    for problem in report["problems"]:
        print(f"problem: {problem['what']}\n    fix: {problem['fix']}")
    print("ok" if report["ok"] else f"{len(report['problems'])} problems")


def _text(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(key, item)}" for key, item in value.items()) or "-"
    if name.endswith("_bytes") and value is not None:
        return f"{value / GIB:.1f} GiB"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value in (None, "") else str(value)
