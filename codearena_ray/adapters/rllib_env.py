"""`codearena_multi`: the arena as an RLlib `MultiAgentEnv` with the agents `fixer_0` and `reviewer`.

    from codearena_ray.adapters.rllib_env import CodeArenaMultiEnv, register
    register()
    config.environment("codearena_multi", env_config={"config": {"env": {"scenario": "team"}}})

Who acts next is in the observations. `infos[agent]["turn"]` carries each completed turn: the fixer's with the
step that graded it, the reviewer's with the revision that paid for it, so infos may name an agent that does
not act next. At the end everyone who acted gets a last observation. An infrastructure failure ends the
episode truncated, with the cause in the turn.

`step` blocks on the services. One object plays one episode at a time; objects are cheap, and those of a
process share the sandbox that a factory makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import gymnasium
from ray.rllib.env.multi_agent_env import MultiAgentEnv
from ray.tune.registry import register_env

from codearena_ray.adapters.play import Player, as_config
from codearena_ray.adapters.spaces import action_space, observation_space, observation_values
from codearena_ray.config import EnvConfig
from codearena_ray.env.exchange import ArenaStep
from codearena_ray.env.roles import find_scenario
from codearena_ray.errors import ConfigError
from codearena_ray.types import AgentId

ENV_NAME = "codearena_multi"
ENV_CONFIG_KEYS = frozenset({"config", "services", "tasks"})

MultiStep = tuple[
    dict[AgentId, Any], dict[AgentId, float], dict[str, bool], dict[str, bool], dict[AgentId, dict[str, Any]]
]


@lru_cache(maxsize=8)
def _spaces(config: EnvConfig) -> tuple[gymnasium.Space[Any], gymnasium.Space[Any]]:
    """Return observation and action space; all environments of a configuration share them."""
    return observation_space(config), action_space(config)


class CodeArenaMultiEnv(MultiAgentEnv):
    """The scenario of `config.env.scenario` for several agents."""

    def __init__(self, env_config: Mapping[str, Any] | None = None) -> None:
        """Prepare an environment; the pack and the services start with the first `reset`.

        Args:
            env_config: `config`: a Config or a mapping of differences; `services`: a Services or a picklable
                factory of one, by default a sandbox of this machine; `tasks`: a sequence of Task, by default
                what `config.tasks` selects.

        Raises:
            ConfigError: an unknown key or a wrong value.
        """
        given = dict(env_config or {})
        unknown = sorted(set(given) - ENV_CONFIG_KEYS)
        if unknown:
            raise ConfigError(f"env_config.{unknown[0]}: unknown key; known are {sorted(ENV_CONFIG_KEYS)}")
        self.config = as_config(given.get("config"))
        agents = find_scenario(self.config.env.scenario).agents
        self.possible_agents = list(agents)
        self.agents = list(agents)
        observation, action = _spaces(self.config.env)
        self.observation_spaces = dict.fromkeys(agents, observation)
        self.action_spaces = dict.fromkeys(agents, action)
        self._player = Player(self.config, given.get("services"), given.get("tasks"))
        super().__init__()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[AgentId, Any], dict[AgentId, dict[str, Any]]]:
        """Begin an episode.

        Args:
            seed: Decides which tasks this and the following episodes draw.
            options: `task`, a Task or the id of one, instead of a drawn one; `recalled`, what memory tells.

        Raises:
            TaskError: no such task, or the selection is empty.
        """
        gymnasium.Env.reset(self, seed=seed)
        given = options or {}
        task = self._player.task(given, self.np_random.integers)
        step = self._player.reset(task, recalled=given.get("recalled", ""))
        arena = self._player.arena
        baseline = arena.baseline if arena is not None else None
        info = {"task_id": task.id, "baseline": baseline, "unscored_cause": step.unscored_cause}
        return _observed(step), {agent_id: dict(info) for agent_id in step.observations}

    def step(self, action_dict: Mapping[AgentId, str]) -> MultiStep:
        """Hand in the answers of those who were shown something; blocks until they are graded."""
        step = self._player.step(action_dict)
        shown = step.observations
        infos: dict[AgentId, dict[str, Any]] = {agent_id: {} for agent_id in shown}
        for agent_id, turn in step.turns.items():
            infos.setdefault(agent_id, {})["turn"] = turn
        terminated = {**dict.fromkeys(shown, step.terminated), "__all__": step.terminated}
        # Only "__all__": RLlib 2.60 declares an episode *terminated* once each agent is marked truncated.
        truncated = {"__all__": step.truncated}
        rewards = {agent_id: float(reward) for agent_id, reward in step.rewards.items()}
        return _observed(step), rewards, terminated, truncated, infos


def _observed(step: ArenaStep) -> dict[AgentId, Any]:
    return {agent_id: observation_values(shown) for agent_id, shown in step.observations.items()}


def register() -> None:
    """Make `codearena_multi` a name that `AlgorithmConfig.environment` knows."""
    register_env(ENV_NAME, CodeArenaMultiEnv)
