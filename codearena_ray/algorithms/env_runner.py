"""An RLlib EnvRunner that plays ordered groups against engines and streams them back.

It holds no module: weights live in the engines. No `async def` may stand on this class, Ray would make it an
asyncio actor; the coroutines are those of `rollout.GroupRollout`, run in an event loop of a thread of its
own.

Restart policy: Ray restarts the actor (`max_num_env_runner_restarts`); its groups in flight are lost with it
and queued again by the driver. Nothing in it needs to survive.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gymnasium as gym
import pyarrow as pa
from ray.rllib.env.env_runner import EnvRunner
from ray.rllib.utils.checkpoints import Checkpointable
from ray.tune.registry import ENV_CREATOR, _global_registry

from codearena_ray.algorithms.groups import GroupOrder, GroupResult, PlayedGroup
from codearena_ray.algorithms.rollout import GroupRollout, ObservationCodec
from codearena_ray.config import Config
from codearena_ray.errors import DeadlineError
from codearena_ray.policies.prompt_codec import load_tokenizer

MAX_ENV_THREADS = 64


class TextEnvRunner(EnvRunner, Checkpointable):
    """Plays groups; see the module's docstring."""

    def __init__(self, *, config: Any, **kwargs: Any) -> None:
        super().__init__(config=config, **kwargs)
        self.module = None
        self._rollout: GroupRollout | None = None
        self._executor = ThreadPoolExecutor(MAX_ENV_THREADS, thread_name_prefix="env")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rollout", daemon=True)
        self._thread.start()
        self.make_env()

    def make_env(self) -> None:
        """Resolve the environment that the AlgorithmConfig names and make one to read its spaces."""
        self._creator = env_creator(self.config)
        self.env = self._creator()

    def make_module(self) -> None:
        """Do nothing: engines hold the modules."""

    def assert_healthy(self) -> None:
        """Raise if the runner can't play."""
        if self.env is None or not self._thread.is_alive():
            raise RuntimeError("the runner has no environment or no event loop")

    def ping(self) -> str:
        """Return the name of this runner, once it is ready to play."""
        return self._name

    @property
    def _name(self) -> str:
        return f"runner_{self.worker_index or 0}"

    def play_groups(self, orders: Sequence[GroupOrder], wiring: Any) -> Iterator[GroupResult | pa.Table]:
        """Yield, for each group as it finishes, its result and then its rows.

        Args:
            orders: Groups to play, all at once.
            wiring: `grpo.RolloutWiring`: engine clients, run identity, hashes.
        """
        played: queue.SimpleQueue[PlayedGroup | BaseException] = queue.SimpleQueue()
        rollout = self._get_rollout(wiring)
        concurrent = max(1, self._settings.train.episode_concurrency // max(o.size for o in orders))

        async def one(order: GroupOrder, gate: asyncio.Semaphore) -> None:
            async with gate:
                try:
                    played.put(await rollout.play(order))
                except BaseException as error:
                    played.put(error)
                    raise

        async def everything() -> None:
            gate = asyncio.Semaphore(concurrent)
            await asyncio.gather(*(one(order, gate) for order in orders), return_exceptions=True)

        future = asyncio.run_coroutine_threadsafe(everything(), self._loop)
        try:
            for _ in orders:
                try:
                    item = played.get(timeout=self._settings.deadlines.rollout_s)
                except queue.Empty as error:
                    limit_s = self._settings.deadlines.rollout_s
                    raise DeadlineError(f"waited {limit_s:g} s for a group to finish") from error
                if isinstance(item, BaseException):
                    raise item
                yield item.result
                yield item.rows
        finally:
            future.cancel()

    @property
    def _settings(self) -> Config:
        settings: Config = self.config.codearena
        return settings

    def _get_rollout(self, wiring: Any) -> GroupRollout:
        if self._rollout is None:
            tokenizer = load_tokenizer(wiring.tokenizer_path)
            self._rollout = GroupRollout(
                make_env=self._creator,
                engines=wiring.engines,
                codec=ObservationCodec(tokenizer, self._settings),
                module_of=module_mapping(self.config),
                config=self._settings,
                run=wiring.run,
                policy_hash=wiring.policy_hash,
                executor=self._executor,
                runner=self._name,
            )
        return self._rollout

    def sample(self, **_: Any) -> Any:
        """Return nothing: groups are ordered through `play_groups`."""
        return []

    def get_metrics(self) -> Any:
        """Return RLlib's metrics of this runner."""
        return self.metrics.reduce()

    def get_spaces(self) -> dict[str, tuple[gym.Space[Any], gym.Space[Any]]]:
        """Return spaces of the env under RLlib's keys and of every module."""
        both = (gym.spaces.Dict(self.env.observation_spaces), gym.spaces.Dict(self.env.action_spaces))
        spaces: dict[str, tuple[gym.Space[Any], gym.Space[Any]]] = {"__env__": both, "__env_single__": both}
        module_of = module_mapping(self.config)
        for agent in self.env.possible_agents:
            spaces[module_of(agent)] = (
                self.env.get_observation_space(agent),
                self.env.get_action_space(agent),
            )
        return spaces

    def get_state(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Return nothing: a runner has no state that outlives it."""
        return {}

    def set_state(self, state: Any) -> None:
        """Do nothing."""

    def get_ctor_args_and_kwargs(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return how to construct this runner again."""
        return (), {"config": self.config}

    def get_checkpointable_components(self) -> list[tuple[str, Any]]:
        """Return none."""
        return []

    def stop(self) -> None:
        """Stop the event loop and the threads."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._executor.shutdown(wait=False, cancel_futures=True)


def env_creator(config: Any) -> Callable[[], Any]:
    """Return a zero-argument constructor of the environment that an AlgorithmConfig names."""
    if isinstance(config.env, str):
        registered = _global_registry.get(ENV_CREATOR, config.env)
        return lambda: registered(config.env_config)
    return lambda: config.env(config.env_config)


def module_mapping(config: Any) -> Callable[[str], str]:
    """Return agent id to module id, by the config's `policy_mapping_fn`."""
    mapping = config.policy_mapping_fn
    return lambda agent: mapping(agent, None)
