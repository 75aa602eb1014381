"""`codearena bootstrap`: make the embedded tiny policy from nothing."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Annotated

import typer

from codearena_ray.cli.output import print_json, progress
from codearena_ray.config import SandboxConfig
from codearena_ray.errors import UserError
from codearena_ray.taskset import load_pack


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("bootstrap")(bootstrap)


def bootstrap(
    seconds: Annotated[
        float, typer.Option(min=1, help="Training time in all, interruptions not counted.")
    ] = 1500,
    out: Annotated[Path, typer.Option(help="Folder for the policy; holds unfinished work too.")] = Path(
        "tiny"
    ),
    pack: Annotated[str, typer.Option(help="`builtin` or a pack file.")] = "builtin",
    seed: Annotated[int, typer.Option()] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of the training stage.")] = 2,
    slots: Annotated[int, typer.Option(min=1, help="Sandbox slots.")] = 2,
    hidden: Annotated[int, typer.Option(min=64, help="Model width, a multiple of 64.")] = 256,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
) -> None:
    """Train the tiny code-repair policy on single-line mutants of the pack's train families.

    Interrupted, the same command goes on where it stopped.
    """
    if hidden % 64:
        raise UserError(f"--hidden: {hidden} is no multiple of 64")
    import torch

    from codearena_ray.policies.bootstrap import bootstrap as make
    from codearena_ray.policies.bootstrap import references
    from codearena_ray.policies.model_card import model_card
    from codearena_ray.policies.supervised import Recipe

    torch.set_num_threads(threads)
    tasks = load_pack(pack)
    recipe = Recipe(seconds=seconds, seed=seed)
    sandbox = SandboxConfig(num_slots=slots)
    with progress("bootstrap") as bar:
        result = make(
            tasks,
            out=out,
            recipe=recipe,
            sandbox=sandbox,
            report=lambda what, done, total: bar(done, total, what),
            hidden=hidden,
        )
    families = [task.family_id for task in references(tasks)["train"]]
    machine = f"{threads} CPU threads of {platform.machine()}"
    card = model_card(result, recipe=recipe, pack_hash=tasks.hash, families=families, machine=machine)
    (out / "README.md").write_text(card, encoding="utf-8")
    exact = {
        name: {"n": r.n, "k": r.k, "low": round(r.low, 4), "high": round(r.high, 4)}
        for name, r in result.exact.items()
    }
    if as_json:
        print_json(
            {
                "path": result.path,
                "params": result.params,
                "tokens": result.tokens,
                "seconds": result.seconds,
                "exact": exact,
            }
        )
        return
    print(f"{result.path}: {result.params:,} parameters, {result.tokens:,} tokens, {result.seconds:.0f} s")
    for name, rate in result.exact.items():
        print(f"  exact repair {name:<12} {rate.value:6.1%}  [{rate.low:.1%}, {rate.high:.1%}]  n={rate.n}")
