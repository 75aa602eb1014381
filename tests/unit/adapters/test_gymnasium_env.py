"""The Gymnasium environment over a table of reports."""

from __future__ import annotations

import subprocess
import sys

import gymnasium
import pytest
from builders.episodes import BUGGY, FIXED, HALF, full, make_task
from builders.graders import TableGrader, TableJudge, table_services
from gymnasium.utils.env_checker import check_env

from codearena_ray.adapters.gymnasium_env import CodeArenaEnv
from codearena_ray.adapters.services import Services
from codearena_ray.errors import ConfigError, SandboxError, TaskError, UserError

TASKS = (make_task(), make_task(id="double-2"), make_task(id="double-3"))


def make_env(**kwargs):
    return CodeArenaEnv(**{"services": table_services, "tasks": TASKS, **kwargs})


def test_it_passes_gymnasiums_own_check():
    env = gymnasium.make("CodeArena-v0", services=table_services, tasks=TASKS)
    check_env(env.unwrapped)
    env.close()


@pytest.mark.parametrize(
    "order",
    [
        "import codearena_ray, gymnasium",
        "import gymnasium, codearena_ray",
        "import gymnasium.envs.registration",
    ],
)
def test_the_id_is_known_whatever_is_imported_first(order):
    code = f"{order}\nimport codearena_ray, gymnasium\nprint(gymnasium.spec('CodeArena-v0').entry_point)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.strip() == "codearena_ray.adapters.gymnasium_env:CodeArenaEnv"


def test_the_id_is_found_through_the_package_alone():
    code = "import gymnasium\nprint(type(gymnasium.make('codearena_ray:CodeArena-v0').unwrapped).__name__)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.strip() == "CodeArenaEnv"


def test_importing_the_package_does_not_import_gymnasium():
    code = "import sys, codearena_ray\nassert 'gymnasium' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_episode_pays_as_the_arena_does_and_carries_the_turn():
    env = make_env()
    observation, info = env.reset(seed=1, options={"task": "double-2"})
    assert info["task_id"] == "double-2"
    assert observation["code"] == BUGGY
    observation, reward, terminated, truncated, info = env.step(full(HALF))
    assert reward == pytest.approx(0.65 - 0.44 - 0.01)
    assert (terminated, truncated) == (False, False)
    assert observation["steps_left"] == 4
    _, reward, terminated, _, info = env.step(full(FIXED))
    assert reward == pytest.approx(0.34)
    assert terminated
    assert info["turn"].stop_reason == "solved"


def test_a_seed_decides_which_tasks_are_drawn():
    def drawn(seed):
        env = make_env()
        return [env.reset(seed=seed if i == 0 else None)[1]["task_id"] for i in range(8)]

    assert drawn(3) == drawn(3)
    assert len({tuple(drawn(seed)) for seed in range(4)}) > 1


def test_an_unscored_episode_ends_truncated_with_its_cause():
    grader = TableGrader()
    grader.failing[HALF] = SandboxError("slot died")
    env = make_env(services=Services(grader, TableJudge()))
    env.reset(seed=1)
    _, reward, terminated, truncated, info = env.step(full(HALF))
    assert (reward, terminated, truncated) == (0.0, False, True)
    assert info["unscored_cause"] == info["turn"].unscored_cause == "sandbox"


def test_an_episode_whose_start_failed_says_so_and_ends_with_the_first_step():
    grader = TableGrader()
    grader.failing[BUGGY] = SandboxError("slot died")
    env = make_env(services=Services(grader, TableJudge()))
    observation, info = env.reset(seed=1)
    assert observation in env.observation_space
    assert info["unscored_cause"] == "sandbox"
    _, _, terminated, truncated, info = env.step(full(FIXED))
    assert (terminated, truncated) == (False, True)
    assert info["turn"].unscored_cause == "sandbox"


def test_an_unknown_task_is_the_users_fault():
    with pytest.raises(TaskError, match="double-1"):
        make_env().reset(options={"task": "doubel-1"})


def test_an_empty_selection_is_the_users_fault():
    with pytest.raises(TaskError, match="empty"):
        make_env(tasks=()).reset()


def test_stepping_before_a_reset_is_the_users_fault():
    with pytest.raises(UserError, match="reset"):
        make_env().step("give up")


def test_an_unknown_setting_is_the_users_fault():
    with pytest.raises(ConfigError, match=r"env\.max_stepz"):
        make_env(config={"env": {"max_stepz": 3}})


def test_rendering_shows_what_the_fixer_reads():
    env = make_env(render_mode="ansi")
    assert env.render() == ""
    env.reset(seed=1)
    assert "Return twice the value." in env.render()


def test_drawn_tasks_get_fresh_names_where_asked_and_given_ones_do_not():
    env = make_env(config={"tasks": {"rename": True}})
    drawn = [env.reset(seed=seed)[0]["code"] for seed in (1, 1, 2)]
    assert BUGGY not in drawn
    assert drawn[0] == drawn[1] != drawn[2]
    assert env.reset(options={"task": "double-1"})[0]["code"] == BUGGY
