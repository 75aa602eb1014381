"""`codearena train`: run the loop of a configuration, with a live table, checkpoints and an honest end.

Ctrl-C and SIGTERM abandon the iteration under way, save a checkpoint and leave nothing behind.
"""

from __future__ import annotations

import os
import time
from typing import Annotated, Any

import typer

from codearena_ray.cli.cluster import ray_cluster
from codearena_ray.cli.live_table import LiveTable
from codearena_ray.cli.output import print_json
from codearena_ray.cli.signals import interruptible
from codearena_ray.config import Config, dump_config, load_config
from codearena_ray.errors import ConfigError, InfrastructureError, RunAborted
from codearena_ray.grading.program import GRADER_VERSION
from codearena_ray.policies.builtin import resolve_model
from codearena_ray.taskset import load_pack
from codearena_ray.trajectory.runs import RunDirectory


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("train")(train)


def train(
    config: Annotated[str, typer.Argument(help="A YAML file, or the name of a shipped configuration.")],
    overrides: Annotated[list[str] | None, typer.Argument(help="section.key=value …")] = None,
    run_dir: Annotated[str, typer.Option(help="Where the run lies; default runs/NAME-TIME.")] = "",
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint of --run-dir.")] = False,
    dry_run: Annotated[
        bool, typer.Option(help="Check everything that needs no start, and print the plan.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
) -> None:
    """Train a code-repair policy."""
    settings = load_config(config, tuple(overrides or ()))
    tasks = load_pack(settings.tasks.pack)
    if not tasks.select(settings.tasks):
        raise ConfigError(f"tasks: nothing in pack {settings.tasks.pack} matches; see codearena tasks list")
    if settings.model.path == "builtin" or not settings.model.random_weights:
        resolve_model(settings.model.path)
    if dry_run:
        _print_plan(settings, len(tasks.select(settings.tasks)), as_json=as_json)
        return
    run = _open_run(settings, run_dir, resume=resume, pack_hash=tasks.hash)
    result = run_training(settings, run, resume=resume, quiet=as_json)
    if as_json:
        print_json(result)
    else:
        _print_end(result)
    if result["status"] == "interrupted":
        raise typer.Exit(130)
    if result["status"] == "aborted":
        raise typer.Exit(1)


def _open_run(settings: Config, run_dir: str, *, resume: bool, pack_hash: str) -> RunDirectory:
    """Return the run's directory, made or taken up again."""
    path = run_dir or settings.run.dir
    if resume:
        if not path:
            raise ConfigError("--resume: needs --run-dir, the directory of the run to go on with")
        run = RunDirectory.resume(path, settings)
        run.drop_after((run.checkpoints.iterations() or [0])[-1] - 1)
        return run
    path = path or f"runs/{settings.run.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    return RunDirectory.create(path, settings, grader_version=str(GRADER_VERSION), pack_hash=pack_hash)


def run_training(settings: Config, run: RunDirectory, *, resume: bool, quiet: bool) -> dict[str, Any]:
    """Train to the last iteration and return the result; the cluster is joined or started here."""
    from codearena_ray.algorithms.grpo_config import GRPOConfig

    table = LiveTable(settings, quiet=quiet)
    status, cause, algorithm = "", "", None
    with interruptible(), ray_cluster(num_cpus=_logical_cpus(settings)):
        try:
            table.note("starting sandbox, engines and learners")
            rllib = GRPOConfig.from_codearena(settings)
            rllib.run_path = str(run.path)
            algorithm = rllib.build_algo()
            if resume:
                _take_up(algorithm, run)
            _iterate(algorithm, settings, table)
            status = "finished"
        except KeyboardInterrupt:
            status, cause = "interrupted", "interrupted"
        except RunAborted as error:
            status, cause = "aborted", str(error)
            run.append_event("aborted", actor="driver", cause=cause)
        except Exception as error:
            run.append_event("failed", actor="driver", cause=f"{type(error).__name__}: {str(error)[:500]}")
            if type(error).__module__.startswith("ray.exceptions"):
                raise InfrastructureError(" ".join(str(error).split())[:500]) from error
            raise
        finally:
            try:
                if algorithm is not None and algorithm.iteration > 0 and status and algorithm.consistent:
                    algorithm.save_run_checkpoint()
            finally:
                if algorithm is not None:
                    algorithm.stop()
                table.close()
    return summarise_run(run, status=status, cause=cause)


def _take_up(algorithm: Any, run: RunDirectory) -> None:
    iterations = run.checkpoints.iterations()
    if not iterations:
        return
    algorithm.restore_from_path(str(run.checkpoints.path_of(iterations[-1])))


def _iterate(algorithm: Any, settings: Config, table: LiveTable) -> None:
    section = settings.train
    evaluates = section.eval_episodes > 0
    if evaluates and algorithm.iteration == 0:
        table.note("evaluating the policy before training")
        algorithm.log_dev(algorithm.evaluate_dev(0))
        table.dev(algorithm.last_dev)
    while algorithm.iteration < section.iterations:
        algorithm.train()
        last = algorithm.iteration == section.iterations
        if evaluates and last and algorithm.last_report.dev_solve_rate is None:
            algorithm.log_dev(algorithm.evaluate_dev(algorithm.iteration))
        table.row(algorithm.last_report, algorithm.last_dev)
        every = section.checkpoint_every
        if every and algorithm.iteration % every == 0 and not last:
            algorithm.save_run_checkpoint()


def summarise_run(run: RunDirectory, *, status: str, cause: str = "") -> dict[str, Any]:
    """Return the final record of a run: values of the last iteration, sums of counts."""
    records = list(run.metrics.read())
    rows = [r for r in records if "solve_rate" in r]
    dev = [r["dev_solve_rate"] for r in records if (r.get("dev_solve_rate") or {}).get("n")]
    last: dict[str, Any] = rows[-1] if rows else {}
    unscored: dict[str, int] = {}
    for row in rows:
        for why, count in row["unscored"].items():
            unscored[why] = unscored.get(why, 0) + count
    learner = [numbers for row in rows for numbers in row["learner"].values()]
    rate: dict[str, Any] = last.get("solve_rate", {})
    return {
        "run_dir": str(run.path),
        "status": status,
        **({"cause": cause} if cause else {}),
        "iterations": last.get("iteration", -1) + 1 if last else 0,
        "mean_score": last.get("mean_score", 0.0),
        "solve_rate": rate.get("value", 0.0),
        "solve_rate_interval": [rate.get("low", 0.0), rate.get("high", 1.0)],
        "solve_rate_step1": last.get("solve_rate_step1", {}).get("value", 0.0),
        "dev_solve_rate": dev[-1]["value"] if dev else None,
        "dev_solve_rate_before": dev[0]["value"] if dev else None,
        "dev_solve_rate_interval": [dev[-1]["low"], dev[-1]["high"]] if dev else None,
        "tokens_per_s": last.get("tokens_per_s", 0.0),
        "samples_per_s": last.get("samples_per_s", 0.0),
        "max_abs_dlogp": max((n.get("max_abs_dlogp", 0.0) for n in learner), default=0.0),
        "ratio_mean": learner[-1].get("ratio_mean", 1.0) if learner else 1.0,
        "staleness_max": max((r["staleness_max"] for r in rows), default=0),
        "unscored": unscored,
        "seconds": {
            name: round(sum(r["seconds"][name] for r in rows), 3)
            for name in ("rollout", "learn", "sync", "grade", "idle")
        },
    }


def _print_plan(settings: Config, num_tasks: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"status": "dry_run", "tasks": num_tasks, "config": settings.model_dump(mode="json")})
        return
    print(dump_config(settings), end="")
    print(f"# {num_tasks} tasks match; nothing was started")


def _print_end(result: dict[str, Any]) -> None:
    low, high = result["solve_rate_interval"]
    print(f"\n{result['status']} after {result['iterations']} iterations")
    print(f"  solve rate of the last iteration {result['solve_rate']:.1%} [{low:.1%}, {high:.1%}]")
    if result["dev_solve_rate"] is not None:
        low, high = result["dev_solve_rate_interval"]
        first = result["dev_solve_rate_before"]
        print(
            f"  dev, greedy: {first:.1%} before, {result['dev_solve_rate']:.1%} [{low:.1%}, {high:.1%}] after"
        )
    if result["unscored"]:
        print(f"  unscored episodes: {result['unscored']}")
    if result.get("cause"):
        print(f"  {result['cause']}")
    print(f"  the run lies in {result['run_dir']}: metrics.jsonl, events.jsonl, trajectories/, checkpoints/")
    print(f"  go on: codearena train CONFIG --run-dir {result['run_dir']} --resume train.iterations=N")


def _logical_cpus(settings: Config) -> int:
    """Return enough logical CPUs for every part; the machine's cores, if there are more."""
    modules = 1 if settings.model.shared or settings.env.scenario == "solo" else 2
    engines = modules * settings.engine.num_engines * settings.engine.num_cpus
    needed = engines + settings.train.num_env_runners * 0.1 + settings.train.num_learners + 1
    return max(os.cpu_count() or 1, int(needed + 0.999))
