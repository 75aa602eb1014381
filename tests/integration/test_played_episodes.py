"""Whole episodes through the environments with real sandbox slots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import gymnasium
import pytest
from builders.episodes import BUGGY, FIXED, HALF, full, make_task
from gymnasium.utils.env_checker import check_env

from codearena_ray.adapters.gymnasium_env import CodeArenaEnv
from codearena_ray.adapters.rllib_env import CodeArenaMultiEnv
from codearena_ray.adapters.services import Services, local_services
from codearena_ray.config import parse_config
from codearena_ray.types import Limits, Scaling, Step, TestCase, Verdict

pytestmark = pytest.mark.sandbox

CONFIG = {"sandbox": {"num_slots": 2}, "judge": {"kind": "none"}}
CRASHES = "import os\ndef double(value):\n    os._exit(3)\n"
HANGS = "def double(value):\n    while True:\n        pass\n"
BROKEN = "def double(value)\n    return 2\n"


@pytest.fixture(scope="module")
def services():
    with local_services(parse_config(CONFIG)) as running:
        yield running


def make_env(services: Services, task=None) -> CodeArenaEnv:
    env = CodeArenaEnv(CONFIG, services=services, tasks=(task or make_task(),))
    env.reset(seed=1)
    return env


def test_a_bug_is_repaired_step_by_step(services):
    env = CodeArenaEnv(CONFIG, services=services, tasks=(make_task(),))
    observation, info = env.reset(seed=1)
    assert info["unscored_cause"] == ""
    assert observation["code"] == BUGGY
    assert observation["best_score"][0] == pytest.approx(0.30, abs=1e-6)
    assert observation["test_results"].startswith("1 of 2 visible tests pass")
    assert "double(3)" in observation["feedback"]
    assert observation["error_log"].startswith("WrongAnswer: ")
    observation, reward, terminated, _, info = env.step(full(FIXED))
    assert terminated
    assert reward == pytest.approx(0.70 - 0.01)
    assert info["turn"].stop_reason == "solved"
    assert observation["error_log"] == ""


@pytest.mark.parametrize(
    ("program", "error_class"), [(CRASHES, "Crashed"), (HANGS, "Timeout"), (BROKEN, "SyntaxError line 1")]
)
def test_what_a_program_does_to_itself_is_a_verdict(services, program, error_class):
    env = make_env(services, make_task(limits=Limits(cpu_s=0.3)))
    observation, reward, terminated, truncated, info = env.step(full(program))
    assert (terminated, truncated) == (False, False)
    assert info["turn"].unscored_cause == ""
    assert observation["error_log"].startswith(f"{error_class}: ")
    assert reward == pytest.approx(-0.01)
    assert all(case.verdict is not Verdict.PASS for case in info["turn"].report.hidden)


def test_the_same_answers_earn_the_same_twice(services):
    def rewards():
        env = make_env(services)
        return [env.step(text)[1] for text in (full(HALF), "hm", full(HALF), full(FIXED))]

    assert rewards() == rewards()


def test_a_slow_solution_is_told_so_and_a_fast_one_solves(services):
    slow = (
        "def total(values):\n"
        "    result = 0\n"
        "    for i in range(len(values)):\n"
        "        result = sum(values[: i + 1])\n"
        "    return result\n"
    )
    fast = "def total(values):\n    return sum(values)\n"
    scaling = "def scaling(n, rng, adverse):\n    return [[rng.randrange(100) for _ in range(n)]]\n"
    cases = tuple(
        TestCase(id=f"c{n}", steps=(Step(call="total", args=(list(range(n)),), expect=sum(range(n))),))
        for n in range(10)
    )
    task = make_task(
        id="total",
        content_hash="total",
        entry_points=("total",),
        buggy_code=slow,
        reference_code=fast,
        visible_cases=cases[:2],
        hidden_cases=cases[2:],
        scaling=Scaling(code=scaling, entry_point="total", sizes=(1000, 2000, 4000, 8000)),
    )
    env = CodeArenaEnv(CONFIG, services=services, tasks=(task,))
    observation, _ = env.reset(seed=1)
    assert observation["error_log"].startswith("Slow: ")
    *_, info = env.step(full(fast))
    assert info["turn"].stop_reason == "solved"


def test_the_registered_environment_passes_gymnasiums_check_with_a_real_sandbox(services):
    env = gymnasium.make("CodeArena-v0", config=CONFIG, services=services, tasks=(make_task(),))
    check_env(env.unwrapped)


def test_many_environments_share_the_slots_from_many_threads(services):
    def play(i):
        program = f"def double(value):\n    return value * 2 + {i % 4}\n"
        env = CodeArenaMultiEnv({"config": CONFIG, "services": services, "tasks": (make_task(),)})
        env.reset(seed=i)
        _, rewards, terminated, _, infos = env.step({"fixer_0": full(program)})
        assert infos["fixer_0"]["turn"].unscored_cause == ""
        return terminated["__all__"], round(rewards["fixer_0"], 6)

    with ThreadPoolExecutor(16) as pool:
        played = list(pool.map(play, range(64)))
    assert played == [(i % 4 == 0, 0.69 if i % 4 == 0 else -0.01) for i in range(64)]
