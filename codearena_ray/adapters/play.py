"""One episode after another over blocking services: what the Gymnasium and the RLlib environment share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any

from codearena_ray.adapters.services import LocalServices, Services, ServicesFactory, shared_services
from codearena_ray.config import Config, TasksConfig, parse_config
from codearena_ray.env.arena import Arena
from codearena_ray.env.exchange import ArenaStep, unscored_turn
from codearena_ray.errors import TaskError, UserError
from codearena_ray.taskforge.rename import rename_task
from codearena_ray.taskset import TaskSet, load_pack
from codearena_ray.types import AgentId, Proposal, Task


def as_config(config: Config | Mapping[str, Any] | None) -> Config:
    """Return a checked configuration of one, of a nested mapping of differences, or of nothing."""
    return config if isinstance(config, Config) else parse_config(dict(config or {}))


@lru_cache(maxsize=8)
def configured_tasks(config: TasksConfig) -> TaskSet:
    """Return the tasks that a configuration selects, loaded once per process."""
    return load_pack(config.pack).select(config)


class Player:
    """Runs episodes for one environment object: draws a task, blocks on the services, keeps the arena."""

    def __init__(
        self,
        config: Config,
        services: Services | ServicesFactory | None = None,
        tasks: Sequence[Task] | None = None,
        *,
        scenario: str | None = None,
    ) -> None:
        """Prepare; neither the pack nor the services are touched before the first episode.

        Args:
            config: Everything.
            services: What resolves requests, or a factory; by default local ones, shared in this process.
            tasks: What episodes draw from; by default what `config.tasks` selects.
            scenario: By default `config.env.scenario`.
        """
        self.config = config
        self.scenario = scenario or config.env.scenario
        self.arena: Arena | None = None
        self._services: Services | ServicesFactory = services or LocalServices.of(config)
        self._tasks = tasks
        self._last: ArenaStep | None = None

    def task(self, options: Mapping[str, Any], draw: Any) -> Task:
        """Return the task of the next episode: `options["task"]`, a Task or an id, or a drawn one.

        A drawn task gets fresh identifiers where `config.tasks.rename` asks for them.

        Args:
            options: Options of a reset.
            draw: Called with a count, returns an index below it.

        Raises:
            TaskError: no such id, or no tasks.
        """
        wanted = options.get("task")
        if isinstance(wanted, Task):
            return wanted
        tasks = self._tasks if self._tasks is not None else configured_tasks(self.config.tasks)
        if wanted is not None:
            known = tasks if isinstance(tasks, TaskSet) else TaskSet(tasks)
            return known.by_id(str(wanted))
        if not len(tasks):
            raise TaskError(
                "tasks: the selection is empty; loosen tasks.split, categories, bug_types or max_lines"
            )
        task = tasks[int(draw(len(tasks)))]
        return rename_task(task, Random(int(draw(1 << 62)))) if self.config.tasks.rename else task

    def reset(self, task: Task, *, recalled: str = "") -> ArenaStep:
        """Begin an episode; one whose buggy program could not be graded is unscored from the start."""
        services = shared_services(self._services)
        self.arena = Arena(
            task,
            scenario=self.scenario,
            config=self.config.env,
            judge_axes=services.judge_axes,
            efficiency_applies=services.efficiency_applies,
            recalled=recalled,
        )
        self._last = self.arena.receive(services.resolve(self.arena.start()))
        return self._last

    def step(self, answers: Mapping[AgentId, str]) -> ArenaStep:
        """Hand in answers, block on what they need, return what follows."""
        arena, last = self.arena, self._last
        if arena is None or last is None:
            raise UserError("step: call reset first")
        if last.unscored_cause and not arena.turns:
            return self._never_started(last, answers)
        self._last = arena.receive(shared_services(self._services).resolve(arena.submit(answers)))
        return self._last

    def _never_started(self, last: ArenaStep, answers: Mapping[AgentId, str]) -> ArenaStep:
        """Return the step after a failed start: every answer becomes an unscored turn."""
        turns = {
            agent_id: unscored_turn(
                agent_id,
                observation=last.observations[agent_id],
                proposal=Proposal(raw_output=text, answer_format="malformed", code=None),
                step=1,
                best=0.0,
                cause=last.unscored_cause,
            )
            for agent_id, text in answers.items()
        }
        rewards = dict.fromkeys(turns, 0.0)
        return ArenaStep(last.observations, rewards, False, True, turns, last.unscored_cause)
