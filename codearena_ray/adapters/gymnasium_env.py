"""`CodeArena-v0`: one fixer repairs one program, as a Gymnasium environment.

    import gymnasium
    env = gymnasium.make("codearena_ray:CodeArena-v0")
    observation, info = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step("give up")

An observation is the `Dict` of `adapters.spaces`, an action the text of an answer. `info["turn"]` is the
whole turn. An infrastructure failure never is a reward: the episode ends truncated, and
`info["unscored_cause"]` says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium

from codearena_ray.adapters.play import Player, as_config
from codearena_ray.adapters.services import Services, ServicesFactory
from codearena_ray.adapters.spaces import action_space, observation_space, observation_values
from codearena_ray.config import Config
from codearena_ray.env.prompts import render_messages
from codearena_ray.types import Observation, Task

FIXER_ID = "fixer_0"


class CodeArenaEnv(gymnasium.Env[dict[str, Any], str]):
    """The `solo` scenario."""

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self,
        config: Config | Mapping[str, Any] | None = None,
        *,
        services: Services | ServicesFactory | None = None,
        tasks: Sequence[Task] | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Prepare an environment; the pack and the sandbox start with the first `reset`.

        Args:
            config: Differences from the defaults, or a configuration.
            services: What grades and judges; by default a sandbox of this machine, shared in this process.
            tasks: What episodes draw from; by default what `config.tasks` selects.
            render_mode: `ansi` lets `render` return what the fixer reads.
        """
        self.config = as_config(config)
        self.render_mode = render_mode
        self.observation_space = observation_space(self.config.env)
        self.action_space = action_space(self.config.env)
        self._player = Player(self.config, services, tasks, scenario="solo")
        self._seen: Observation | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Decides which tasks this and the following episodes draw.
            options: `task`, a Task or the id of one, instead of a drawn one.

        Raises:
            TaskError: no such task, or the selection is empty.
        """
        super().reset(seed=seed)
        task = self._player.task(options or {}, self.np_random.integers)
        step = self._player.reset(task)
        self._seen = step.observations[FIXER_ID]
        return observation_values(self._seen), {"task_id": task.id, "unscored_cause": step.unscored_cause}

    def step(self, action: str) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Hand in an answer; returns observation, reward, terminated, truncated and info with the turn."""
        step = self._player.step({FIXER_ID: action})
        self._seen = step.observations[FIXER_ID]
        info = {"turn": step.turns[FIXER_ID], "unscored_cause": step.unscored_cause}
        return (
            observation_values(self._seen),
            float(step.rewards[FIXER_ID]),
            step.terminated,
            step.truncated,
            info,
        )

    def render(self) -> str:
        """Return what the fixer reads now, as text."""
        if self._seen is None:
            return ""
        style, answer_format = self.config.env.prompt_style, self.config.env.answer_format
        messages = render_messages(self._seen, role="fixer", style=style, answer_format=answer_format)
        return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
