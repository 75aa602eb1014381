"""The multi-agent environment against RLlib's own episode and checks; the grader is a table."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders.episodes import BUGGY, FIXED, HALF, WORSE, full, make_task
from builders.graders import TableGrader, TableJudge, table_services
from ray.rllib.env.env_context import EnvContext
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.utils.pre_checks.env import check_multiagent_environments
from ray.tune.registry import ENV_CREATOR, _global_registry

from codearena_ray.adapters.rllib_env import ENV_NAME, CodeArenaMultiEnv, register
from codearena_ray.adapters.services import LocalServices, Services
from codearena_ray.config import parse_config
from codearena_ray.errors import ConfigError, SandboxError

TASKS = (make_task(), make_task(id="double-2"))


def make_env(scenario="team", cls=CodeArenaMultiEnv, services=table_services, **env):
    config = {"env": {"scenario": scenario, **env}}
    return cls({"config": config, "services": services, "tasks": TASKS})


def record(env, script):
    """Play a script of (agent, answer) and feed RLlib's episode with it, as a runner does."""
    observations, infos = env.reset(seed=1)
    episode = MultiAgentEpisode(
        observation_space=env.observation_spaces,
        action_space=env.action_spaces,
        agent_to_module_mapping_fn=lambda agent_id, _: agent_id,
    )
    episode.add_env_reset(observations=observations, infos=infos)
    turns = []
    for agent_id, answer in script:
        assert set(observations) == {agent_id}
        assert all(seen in env.observation_spaces[who] for who, seen in observations.items())
        observations, rewards, terminated, truncated, infos = env.step({agent_id: answer})
        episode.add_env_step(
            observations,
            {agent_id: answer},
            rewards,
            infos,
            terminateds=terminated,
            truncateds=truncated,
        )
        turns += [info["turn"] for info in infos.values() if "turn" in info]
    return episode, turns


def test_rllibs_own_check_passes():
    for scenario in ("solo", "team"):
        check_multiagent_environments(make_env(scenario))


def test_a_team_episode_lands_in_rllibs_episode_with_each_agents_reward():
    script = [
        ("fixer_0", full(WORSE)),
        ("reviewer", "Return twice the value."),
        ("fixer_0", full(HALF)),
        ("reviewer", "Twice is a product."),
        ("fixer_0", full(FIXED)),
    ]
    episode, turns = record(make_env(), script)
    assert episode.is_terminated
    assert episode.agent_episodes["fixer_0"].get_return() == pytest.approx(1.0 - 0.44 - 0.03)
    assert episode.agent_episodes["reviewer"].get_return() == pytest.approx((0.65 - 0.30) + (1.0 - 0.65))
    assert len(episode.agent_episodes["reviewer"]) == 2
    assert sorted((turn.agent_id, turn.step) for turn in turns) == [
        ("fixer_0", 1),
        ("fixer_0", 2),
        ("fixer_0", 3),
        ("reviewer", 1),
        ("reviewer", 2),
    ]


def test_a_draft_that_solves_ends_the_episode_before_any_review():
    episode, turns = record(make_env(), [("fixer_0", full(FIXED))])
    assert episode.is_terminated
    assert [turn.agent_id for turn in turns] == ["fixer_0"]
    assert "reviewer" not in episode.agent_episodes


def test_a_solo_episode_has_one_agent():
    env = make_env("solo", max_steps=2)
    assert env.possible_agents == ["fixer_0"]
    episode, _ = record(env, [("fixer_0", "nonsense"), ("fixer_0", full(HALF))])
    assert episode.is_terminated
    assert episode.get_return() == pytest.approx(-0.01 + 0.65 - 0.44 - 0.01)


def test_an_unscored_episode_is_truncated_for_everyone_who_acted():
    grader = TableGrader()
    grader.failing[FIXED] = SandboxError("slot died")
    env = make_env(services=Services(grader, TableJudge()))
    episode, turns = record(
        env, [("fixer_0", full(HALF)), ("reviewer", "A product."), ("fixer_0", full(FIXED))]
    )
    assert episode.is_truncated
    assert not episode.is_terminated
    assert {turn.agent_id: turn.unscored_cause for turn in turns[1:]} == {
        "fixer_0": "sandbox",
        "reviewer": "sandbox",
    }


def test_a_start_that_failed_is_named_and_truncates_the_first_step():
    grader = TableGrader()
    grader.failing[BUGGY] = SandboxError("slot died")
    env = make_env(services=Services(grader, TableJudge()))
    _, infos = env.reset(seed=1)
    assert infos["fixer_0"]["unscored_cause"] == "sandbox"
    episode, turns = record(env, [("fixer_0", full(FIXED))])
    assert episode.is_truncated
    assert turns[0].unscored_cause == "sandbox"


def test_the_task_can_be_given():
    env = make_env()
    task = make_task(id="elsewhere")
    assert env.reset(options={"task": task})[1]["fixer_0"]["task_id"] == "elsewhere"
    assert env.reset(options={"task": "double-2"})[1]["fixer_0"]["task_id"] == "double-2"
    assert env.reset(options={"task": task, "recalled": "so far"})[0]["fixer_0"]["agent_view"] == "so far"


def test_a_subclass_changes_what_its_driver_sees():
    class Generous(CodeArenaMultiEnv):
        def step(self, action_dict):
            observations, rewards, *rest = super().step(action_dict)
            return observations, {agent_id: reward + 1 for agent_id, reward in rewards.items()}, *rest

    env = make_env("solo", cls=Generous)
    env.reset(seed=1)
    assert env.step({"fixer_0": full(HALF)})[1]["fixer_0"] == pytest.approx(1.20)


def test_hundreds_of_environments_play_in_threads_over_one_sandbox():
    def play(seed):
        env = make_env("solo")
        env.reset(seed=seed)
        first = env.step({"fixer_0": full(HALF)})[1]["fixer_0"]
        return first + env.step({"fixer_0": full(FIXED)})[1]["fixer_0"]

    with ThreadPoolExecutor(32) as pool:
        returns = list(pool.map(play, range(200)))
    assert returns == pytest.approx([1.0 - 0.44 - 0.02] * 200)


def test_an_environment_is_cheap_to_make_after_the_first():
    config = parse_config({"env": {"scenario": "team"}})
    given = {"config": config, "services": table_services, "tasks": TASKS}
    CodeArenaMultiEnv(given)
    started = time.perf_counter()
    for _ in range(100):
        CodeArenaMultiEnv(given)
    print(f"\n{10 * (time.perf_counter() - started):.3f} ms an environment")
    assert time.perf_counter() - started < 1.0


def test_what_an_env_config_holds_travels_to_another_process():
    config = parse_config({"env": {"scenario": "team"}})
    given = EnvContext(
        {"config": config, "services": LocalServices.of(config), "tasks": TASKS}, worker_index=1
    )
    copied = pickle.loads(pickle.dumps(given))
    assert CodeArenaMultiEnv(copied).possible_agents == ["fixer_0", "reviewer"]


def test_an_unknown_key_of_the_env_config_is_the_users_fault():
    with pytest.raises(ConfigError, match="grader"):
        CodeArenaMultiEnv({"grader": 1})


def test_the_name_is_registered_on_request():
    register()
    assert _global_registry.get(ENV_CREATOR, ENV_NAME) is CodeArenaMultiEnv
