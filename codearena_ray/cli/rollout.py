"""`codearena rollout`: play episodes with a named policy and say how it did."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from codearena_ray.adapters.rounds import EpisodePlan, PlayedEpisode, plan_episodes, play_episodes
from codearena_ray.adapters.services import Services, local_services
from codearena_ray.cli.output import ProgressCallback, print_json, progress
from codearena_ray.cli.rollout_summary import summarise
from codearena_ray.cli.signals import interruptible
from codearena_ray.config import Config, load_config
from codearena_ray.errors import RunAborted, UserError
from codearena_ray.grading.program import GRADER_VERSION
from codearena_ray.policies.prompted import Sampler
from codearena_ray.policies.protocol import Fixer
from codearena_ray.policies.table import (
    EngineRequest,
    OpenEngine,
    PolicyName,
    open_fixer,
    parse_policy,
    speaking,
)
from codearena_ray.seeding import child_seed
from codearena_ray.taskset import SPLITS, load_pack
from codearena_ray.trajectory.keys import StoreKey
from codearena_ray.trajectory.rows import GroupKey, make_row, rows_table
from codearena_ray.trajectory.runs import RunDirectory, check_unused
from codearena_ray.trajectory.segments import SegmentWriter

_MIN_EPISODES_TO_ABORT = 20
"""Before so many have ended, their unscored share says little."""


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("rollout")(rollout)


def rollout(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML file, or a shipped name: laptop.")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="[section.key=value]...")] = None,
    policy: Annotated[
        str,
        typer.Option(help="tiny, reference, noop, builtin, vllm:PATH or openai:MODEL@URL."),
    ] = "tiny",
    episodes: Annotated[int, typer.Option(min=1, help="Episodes to play.")] = 64,
    split: Annotated[str, typer.Option(help="train, dev or test instead of the configured one.")] = "",
    run_dir: Annotated[
        Path | None, typer.Option(help="Where rows and metrics go; by default runs/NAME-TIME.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Decides tasks and samples.")] = None,
    temperature: Annotated[float, typer.Option(min=0, help="Of a model's samples; 0 is greedy.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")] = False,
) -> None:
    """Play episodes with a policy, on local sandboxes, and report scores and solve rates."""
    name = parse_policy(policy)
    if split and split not in SPLITS:
        raise UserError(f"--split: {split!r} is none of {', '.join(SPLITS)}")
    settings = _configure(config, overrides or [], name, split=split, run_dir=run_dir, seed=seed)
    check_unused(settings.run.dir)
    pack = load_pack(settings.tasks.pack)
    plans = plan_episodes(
        pack.select(settings.tasks),
        count=episodes,
        seed=settings.run.seed,
        rename=settings.tasks.rename,
    )
    with ExitStack() as stack:
        stack.enter_context(interruptible())
        services = stack.enter_context(local_services(settings))
        open_engine = _engine_opener(stack)
        fixer = open_fixer(name, settings, temperature=temperature, open_engine=open_engine)
        stack.callback(fixer.close)
        run = RunDirectory.create(
            settings.run.dir, settings, grader_version=str(GRADER_VERSION), pack_hash=pack.hash
        )
        on_progress = stack.enter_context(progress(f"rollout {name}"))
        record = Recorder(run, settings, policy=str(name))
        result = _play(plans, fixer, services, record, on_progress)
    if as_json:
        print_json(result)
    else:
        _print(result, policy=str(name))
    if record.stopped:
        raise RunAborted(record.stopped)


def _configure(
    path: str,
    overrides: Sequence[str],
    name: PolicyName,
    *,
    split: str,
    run_dir: Path | None,
    seed: int | None,
) -> Config:
    """Return the run's configuration, spoken so that the policy understands it, with its run directory."""
    extra = [*overrides]
    extra += [f"tasks.split={split}"] if split else []
    extra += [f"run.seed={seed}"] if seed is not None else []
    settings = speaking(name, load_config(path, tuple(extra)))
    chosen = str(run_dir) if run_dir is not None else settings.run.dir
    chosen = chosen or f"runs/{settings.run.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    return settings.model_copy(update={"run": settings.run.model_copy(update={"dir": chosen})})


def _engine_opener(stack: ExitStack) -> OpenEngine:
    """Return the function that starts Ray and an engine; both end with the stack."""

    def open_engine(request: EngineRequest) -> Sampler:
        from codearena_ray.cli.cluster import ray_cluster  # Ray and vLLM only where asked for
        from codearena_ray.policies.builtin import model_hash, tokenizer_hash

        config, folder = request.config, request.folder
        engine = config.engine
        stack.enter_context(ray_cluster(num_cpus=math.ceil(engine.num_engines * engine.num_cpus) + 1))
        from codearena_ray.actors.engine_pool import EnginePool
        from codearena_ray.actors.engine_sampler import EngineSampler

        pool = EnginePool(
            module="fixer",
            model_path=str(folder),
            config=engine,
            deadlines=config.deadlines,
            max_model_len=config.model.max_prompt_tokens + config.model.max_completion_tokens,
            seed=child_seed(config.run.seed, "engine") % (1 << 31),
        )
        stack.callback(pool.close)
        pool.start()
        return EngineSampler(
            pool,
            temperature=request.temperature,
            max_tokens=config.model.max_completion_tokens,
            end_ids=request.end_ids,
            model_hash=model_hash(folder),
            tokenizer_hash=tokenizer_hash(folder),
        )

    return open_engine


def _play(
    plans: Sequence[EpisodePlan],
    fixer: Fixer,
    services: Services,
    record: Recorder,
    on_progress: ProgressCallback,
) -> dict[str, Any]:
    """Play, record every episode as it ends, and return the result; what was recorded survives any end."""
    settings = record.settings
    concurrency = min(len(plans), settings.train.episode_concurrency)
    started = time.monotonic()
    record.run.append_event("started", actor="driver", cause="rollout", policy=record.policy)
    on_progress(0, len(plans), "")
    try:
        for played in play_episodes(
            plans, fixer=fixer, config=settings, services=services, concurrency=concurrency
        ):
            record.add(played)
            on_progress(len(record.played), len(plans), "")
            if record.stopped:
                break
    except KeyboardInterrupt:
        record.run.append_event("interrupted", actor="driver", cause="signal", episodes=len(record.played))
        raise
    finally:
        result = record.close(seconds=time.monotonic() - started)
    return result


class Recorder:
    """Writes what ended into a run directory.

    Args:
        run: The run.
        settings: Its configuration.
        policy: Name of the policy, for the rows.
    """

    def __init__(self, run: RunDirectory, settings: Config, *, policy: str) -> None:
        self.run = run
        self.settings = settings
        self.played: list[PlayedEpisode] = []
        self.stopped = ""
        """Why no more episodes should be played."""
        self.policy = policy
        self._writer = SegmentWriter(run.trajectories_path)

    def add(self, played: PlayedEpisode) -> None:
        """Store the rows of an episode, and the event of an unscored one."""
        self.played.append(played)
        group = GroupKey(f"{played.plan.number:06d}", 1, 0, 0, 0)
        rows = [self._row(played, group, index) for index in range(len(played.turns))]
        if rows:
            key = StoreKey(self.run.record.run_id, group.group_id, group.attempt)
            self._writer.write_group(key, rows_table(rows))
        cause = played.episode.unscored_cause
        if cause:
            self.run.append_event(
                "unscored",
                actor="driver",
                cause=cause,
                episode_id=played.episode.episode_id,
                task_id=played.plan.task.id,
                detail=played.unscored_detail,
            )
            self._watch_unscored()

    def close(self, *, seconds: float) -> dict[str, Any]:
        """Close the segments, write the metrics and return the result."""
        env = self.settings.env
        result = summarise(self.played, max_steps=env.max_steps, seed=self.settings.run.seed)
        self._writer.close()
        self.run.append_metrics(0, {"policy": self.policy, "seconds": seconds, **result})
        return {"run_dir": str(self.run.path), **result}

    def _watch_unscored(self) -> None:
        unscored = sum(bool(one.episode.unscored_cause) for one in self.played)
        share, limit = unscored / len(self.played), self.settings.train.max_unscored_share
        if len(self.played) >= _MIN_EPISODES_TO_ABORT and share > limit:
            self.stopped = (
                f"{unscored} of {len(self.played)} episodes are unscored, more than "
                f"train.max_unscored_share={limit:g}; {self.run.path / 'events.jsonl'} says why"
            )
            self.run.append_event("aborted", actor="driver", cause=self.stopped)

    def _row(self, played: PlayedEpisode, group: GroupKey, index: int) -> dict[str, Any]:
        one = played.turns[index]
        return make_row(
            run=self.run.identity,
            group=group,
            task=played.plan.task,
            scenario=played.episode.scenario,
            seed=played.plan.seed,
            reward_mode=self.settings.env.reward_mode,
            turn=one.turn,
            reward=one.turn.reward,
            messages=one.messages,
            tokens=one.tokens,
            module_id=one.turn.role,
            policy=self.policy,
            curriculum_level=0,
            advantage=None,
            started_at=one.started_at,
            unscored_cause=played.episode.unscored_cause,
        )


def _print(result: Mapping[str, Any], *, policy: str) -> None:
    rate = result["intervals"]["solve_rate"]
    print(f"{policy}: {result['episodes']} episodes, rows in {result['run_dir']}")
    print(f"  mean score {_text(result['mean_score'])}")
    print(
        f"  solve rate {_text(result['solve_rate'])}  [{rate['low']:.3f}, {rate['high']:.3f}]  n={rate['n']}"
    )
    by_step = "  ".join(_text(value) for value in result["solve_rate_by_step"])
    print(f"  within 1, 2, … steps  {by_step}")
    for name, one in result["by_category"].items():
        spread = f"[{one['low']:.3f}, {one['high']:.3f}]  n={one['n']}"
        print(f"  {name:<10} {_text(one['solve_rate'])}  {spread}")
    for cause, count in result["unscored"].items():
        print(f"  unscored: {cause} {count}")


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
