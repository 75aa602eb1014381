"""GRPO drives a fixed set of half-solved tasks to nearly all solved; with shuffled rewards it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from codearena_ray.algorithms.groups import GroupOrder
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.config import load_config
from codearena_ray.grading.program import GRADER_VERSION
from codearena_ray.intervals import Rate, wilson
from codearena_ray.seeding import child_seed
from codearena_ray.trajectory.runs import RunDirectory
from codearena_ray.types import Task

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

NUM_TASKS = 20
ITERATIONS = 40
SETTINGS = (
    "tasks.max_lines=18",
    "tasks.rename=false",
    "env.max_steps=1",
    "env.curriculum=false",
    "algorithm.group_size=8",
    "algorithm.groups_per_step=20",
    "algorithm.learning_rate=3.0e-4",
    f"train.iterations={ITERATIONS}",
    "train.eval_episodes=0",
)


@contextmanager
def algorithm(path: Any, *overrides: str) -> Iterator[Any]:
    settings = load_config("configs/ci.yaml", (*SETTINGS, *overrides))
    run = RunDirectory.create(path, settings, grader_version=str(GRADER_VERSION))
    config = GRPOConfig.from_codearena(settings)
    config.run_path = str(run.path)
    algo = config.build_algo()
    try:
        yield algo
    finally:
        algo.stop()


def sampled(algo: Any, tasks: list[Task], *, size: int, label: str) -> dict[str, Rate]:
    """Return the share of sampled episodes that solve each task; nothing is trained."""
    orders = [
        GroupOrder(
            group_id=f"{label}-{task.id}",
            task=task,
            size=size,
            seed=child_seed(7, label, task.id),
            iteration=algo.iteration,
            min_version=algo._version,
        )
        for task in tasks
    ]
    found = {}
    for played in algo._play(orders):
        scored = [e for e in played.result.episodes if not e.unscored_cause]
        found[played.result.order.task.id] = wilson(sum(e.solved for e in scored), len(scored))
    return found


def pooled(rates: dict[str, Rate]) -> Rate:
    return wilson(sum(r.k for r in rates.values()), sum(r.n for r in rates.values()))


def half_solved(algo: Any) -> list[Task]:
    """Return tasks that the policy solves in 10 to 60 % of 16 samples, of many families if it can be."""
    first: dict[str, Task] = {}
    second: list[Task] = []
    rates = sampled(algo, list(algo._feed.tasks)[:400], size=16, label="choose")
    for task in algo._feed.tasks:
        if task.id in rates and 0.1 <= rates[task.id].value <= 0.6:
            if task.family_id in first:
                second.append(task)
            else:
                first[task.family_id] = task
    return [*first.values(), *second][:NUM_TASKS]


def train_on(algo: Any, tasks: list[Task]) -> Rate:
    algo._feed.tasks = tasks
    for _ in range(ITERATIONS):
        algo.train()
    return pooled(sampled(algo, tasks, size=16, label="after"))


def test_twenty_tasks_are_learned_from_rewards_and_not_from_shuffled_ones(ray_session, tmp_path):
    with algorithm(tmp_path / "real") as algo:
        tasks = half_solved(algo)
        assert len(tasks) == NUM_TASKS, f"only {len(tasks)} tasks are solved in 10 to 60 % of samples"
        before = pooled(sampled(algo, tasks, size=16, label="before"))
        real = train_on(algo, tasks)
    with algorithm(tmp_path / "control", "algorithm.shuffle_rewards=true") as algo:
        control = train_on(algo, tasks)
    print(f"before {before}\nrewards {real}\nshuffled {control}")
    assert real.value >= 0.9, (before, real, control)
    assert control.high < real.low, (before, real, control)
