"""Which task each group plays: drawn from a pack by the curriculum, the same for the same seed and history.

A group's order depends on the run's seed, the iteration, its place in it and the frozen curriculum snapshot;
never on which runner plays it or when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from codearena_ray.algorithms.groups import EpisodeSummary, GroupOrder
from codearena_ray.config import Config, TasksConfig
from codearena_ray.env.curriculum import Curriculum, level_of
from codearena_ray.errors import ConfigError
from codearena_ray.seeding import child_rng, child_seed
from codearena_ray.taskforge.rename import rename_task
from codearena_ray.taskset import load_pack
from codearena_ray.types import Task


class TaskFeed:
    """Orders for training and evaluation.

    Args:
        config: The run's configuration.
        prompt_tokens: Length of a task's first prompt in tokens; tasks that do not fit are left out.
        life: How often the run was resumed: groups played again after a checkpoint have ids of their own.

    Raises:
        ConfigError: the selection is empty.
    """

    def __init__(self, config: Config, *, prompt_tokens: Callable[[Task], int], life: int = 0) -> None:
        self._config = config
        self._limit = config.tasks.max_prompt_tokens or config.model.max_prompt_tokens
        self._prompt_tokens = prompt_tokens
        self.tasks = self._select(config.tasks)
        dev = config.tasks.model_copy(update={"split": "dev", "ids": ()})
        self.dev_tasks = self._select(dev, required=False)
        self.curriculum = Curriculum()
        self._prefix = f"{life}." if life else ""
        self._origins: dict[str, Task] = {}
        self.pack_hash = load_pack(config.tasks.pack).hash

    def _select(self, section: TasksConfig, *, required: bool = True) -> Sequence[Task]:
        tasks = [
            task
            for task in load_pack(section.pack).select(section)
            if self._prompt_tokens(task) <= self._limit
        ]
        if required and not tasks:
            raise ConfigError(
                f"tasks: no task of split {section.split} matches and fits {self._limit} prompt tokens; "
                "loosen tasks.categories, bug_types, max_lines or model.max_prompt_tokens"
            )
        return tasks

    def training(self, iteration: int, *, count: int, round_: int = 0, min_version: int) -> list[GroupOrder]:
        """Return the orders of one round of an iteration; round 0 is the first, later ones fill up."""
        rng = child_rng(self._config.run.seed, "tasks", iteration, round_)
        snapshot = self.curriculum.snapshot()
        if self._config.env.curriculum:
            drawn = snapshot.draw(self.tasks, rng=rng, count=count)
        else:
            drawn = [rng.choice(self.tasks) for _ in range(count)]
        return [
            self._order(task, iteration, f"{self._prefix}{iteration:06d}-{round_}-{place:04d}", min_version)
            for place, task in enumerate(drawn)
        ]

    def _order(self, task: Task, iteration: int, group_id: str, min_version: int) -> GroupOrder:
        seed = child_seed(self._config.run.seed, "group", group_id.removeprefix(self._prefix))
        self._origins[group_id] = task
        if self._config.tasks.rename:
            task = rename_task(task, child_rng(seed, "rename"))
        return GroupOrder(
            group_id=group_id,
            task=task,
            size=self._config.algorithm.group_size,
            seed=seed,
            iteration=iteration,
            min_version=min_version,
            curriculum_level=level_of(task),
        )

    def evaluation(self, iteration: int, *, min_version: int) -> list[GroupOrder]:
        """Return the orders of a dev evaluation: the same tasks and names each time, one greedy episode."""
        count = self._config.train.eval_episodes
        tasks = list(self.dev_tasks)
        child_rng(self._config.run.seed, "dev").shuffle(tasks)
        orders = []
        for place, task in enumerate(tasks[:count]):
            seed = child_seed(self._config.run.seed, "dev", place)
            shown = rename_task(task, child_rng(seed, "rename")) if self._config.tasks.rename else task
            orders.append(
                GroupOrder(
                    group_id=f"{self._prefix}dev-{iteration:06d}-{place:04d}",
                    task=shown,
                    size=1,
                    seed=seed,
                    iteration=iteration,
                    greedy=True,
                    min_version=min_version,
                    curriculum_level=level_of(task),
                )
            )
        return orders

    def learned(self, episodes: Iterable[tuple[GroupOrder, EpisodeSummary]]) -> None:
        """Count scored episodes towards the curriculum, under the task that was drawn."""
        for order, episode in episodes:
            task = self._origins.get(order.group_id, order.task)
            self.curriculum.record(task, best=episode.score, baseline=episode.baseline, solved=episode.solved)
        self._origins.clear()
