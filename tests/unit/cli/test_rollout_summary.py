"""Rates of a rollout against numbers worked out by hand."""

from __future__ import annotations

import pytest
from builders.episodes import make_task

from codearena_ray.adapters.rounds import EpisodePlan, PlayedEpisode, plan_episodes
from codearena_ray.cli.rollout_summary import summarise
from codearena_ray.types import Category, Episode


def played(
    number: int, *, solved_at: int = 0, score: float = 0.5, cause: str = "", category: str = "logic"
) -> PlayedEpisode:
    task = make_task(category=Category(category), family_id=f"family-{number % 2}")
    episode = Episode(f"{number}", task, "solo", (), solved_at > 0, cause)
    return PlayedEpisode(EpisodePlan(number, task, 0), episode, (), 0.2, score, solved_at)


def test_rates_count_scored_episodes_and_carry_wilson_intervals() -> None:
    episodes = [
        played(0, solved_at=1, score=1.0),
        played(1, solved_at=3, score=1.0, category="syntax"),
        played(2, score=0.4),
        played(3, score=0.0),
        played(4, cause="sandbox", score=0.9),
        played(5, cause="deadline"),
        played(6, cause="sandbox"),
    ]
    result = summarise(episodes, max_steps=4, seed=0)
    assert result["episodes"] == 7
    assert result["mean_score"] == pytest.approx(0.6)
    assert result["solve_rate"] == 0.5
    assert result["solve_rate_by_step"] == [0.25, 0.25, 0.5, 0.5]
    # Wilson for 2 of 4: centre 0.5, half width z sqrt(1/16 + z²/64) / (1 + z²/4) = 0.349961
    assert result["intervals"]["solve_rate"] == {"n": 4, "k": 2, "low": 0.150039, "high": 0.849961}
    assert result["solve_rate_interval"] == [0.150039, 0.849961]
    # Wilson for 1 of 3: low 0.061492, high 0.79234
    logic = result["by_category"]["logic"]
    assert (logic["n"], logic["k"], logic["low"], logic["high"]) == (3, 1, 0.061492, 0.79234)
    assert result["by_category"]["syntax"]["solve_rate"] == 1.0
    assert result["unscored"] == {"sandbox": 2, "deadline": 1}
    spread = result["intervals"]["mean_score"]
    assert (spread["n"], spread["families"]) == (4, 2)
    assert spread["low"] <= 0.6 <= spread["high"]


def test_without_a_scored_episode_there_is_no_rate_rather_than_zero() -> None:
    result = summarise([played(0, cause="engine")], max_steps=2, seed=0)
    assert result["mean_score"] is None
    assert result["solve_rate"] is None
    assert result["solve_rate_by_step"] == [None, None]
    assert result["intervals"]["solve_rate"] == {"n": 0, "k": 0, "low": 0.0, "high": 1.0}
    assert result["by_category"] == {}


def test_plans_play_every_task_once_before_any_twice() -> None:
    tasks = [make_task(id=f"t{i}") for i in range(5)]
    plans = plan_episodes(tasks, count=12, seed=1)
    names = [plan.task.id for plan in plans]
    assert sorted(names[:5]) == sorted(names[5:10]) == [f"t{i}" for i in range(5)]
    assert [plan.number for plan in plans] == list(range(12))
    assert len({plan.seed for plan in plans}) == 12
    assert plans == plan_episodes(tasks, count=12, seed=1)
    assert names != [plan.task.id for plan in plan_episodes(tasks, count=12, seed=2)]


def test_a_longer_plan_begins_with_the_shorter_one() -> None:
    tasks = [make_task(id=f"t{i}") for i in range(4)]
    assert plan_episodes(tasks, count=9, seed=1)[:3] == plan_episodes(tasks, count=3, seed=1)
