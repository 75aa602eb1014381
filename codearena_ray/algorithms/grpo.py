"""GRPO over text policies as an RLlib Algorithm.

One iteration, top to bottom, is `training_step`: order groups, play them, credit them, update the learners,
push the new weights, and evaluate now and then. What each part does lies in a module of its own; this one
connects them.

Not covered: sampling while learning (groups are played by the current weights only), and learners that
survive the death of one of them (restart from a checkpoint).
"""

from __future__ import annotations

import contextlib
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch
from ray.rllib.utils.metrics import LEARNER_RESULTS, NUM_ENV_STEPS_SAMPLED_LIFETIME
from ray.tune import PlacementGroupFactory

from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.ray_cluster import RayCluster
from codearena_ray.actors.sandbox_host import HostServices, start_hosts, stop_hosts
from codearena_ray.actors.sink import start_sink
from codearena_ray.actors.sink_client import SinkClient
from codearena_ray.algorithms.batch import Sample, build_shards
from codearena_ray.algorithms.collect import Collected, collect
from codearena_ray.algorithms.dispatch import GroupDispatcher
from codearena_ray.algorithms.fleet import EngineFleet
from codearena_ray.algorithms.groups import EpisodeSummary, GroupOrder, PlayedGroup
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.algorithms.iteration import (
    IterationReport,
    describe,
    dev_rate,
    learner_numbers,
    rate_record,
)
from codearena_ray.algorithms.rollout import ObservationCodec
from codearena_ray.algorithms.task_feed import TaskFeed
from codearena_ray.algorithms.watch import RunWatch
from codearena_ray.algorithms.wiring import RolloutWiring
from codearena_ray.config import Config
from codearena_ray.env.curriculum import Curriculum
from codearena_ray.errors import DeadlineError, RunAborted
from codearena_ray.grading.program import GRADER_VERSION
from codearena_ray.intervals import Rate
from codearena_ray.policies.builtin import model_hash, tokenizer_hash
from codearena_ray.policies.prompt_codec import load_tokenizer
from codearena_ray.seeding import child_rng
from codearena_ray.taskset import load_pack
from codearena_ray.trajectory.runs import RunDirectory
from codearena_ray.trajectory.trained import TrainedGroup
from codearena_ray.types import Observation, Task

STATE_KEY = "codearena"


class GRPO(Algorithm):
    """Group-relative policy optimisation; `GRPOConfig.from_codearena(config).build_algo()`."""

    @classmethod
    def get_default_config(cls) -> GRPOConfig:
        """Return the configuration for the defaults of the project."""
        return GRPOConfig()

    @classmethod
    def default_resource_request(cls, config: Any) -> PlacementGroupFactory:
        """Return RLlib's bundles with one more for every engine, so that Tune reserves them."""
        if isinstance(config, dict):  # Tune passes one
            config = cls.get_default_config().update_from_dict(config)
        base = super().default_resource_request(config)
        settings = config.codearena
        bundle = {"CPU": settings.engine.num_cpus, "GPU": settings.engine.num_gpus}
        engines = len(config.policies) * settings.engine.num_engines
        return PlacementGroupFactory(base.bundles + [bundle] * engines, strategy=config.placement_strategy)

    # ---- life

    def setup(self, config: Any) -> None:
        """Start hosts, sink and engines, then RLlib's runners and learners, then push version 0."""
        settings: Config = config.codearena
        self._settings = settings
        self._version = 0
        self._fleet: EngineFleet | None = None
        self._sink: SinkClient | None = None
        self._hosts: list[Any] = []
        self._node: NodeDirectory | None = None
        self.last_report: IterationReport | None = None
        self.last_dev: Rate | None = None
        self.consistent = True
        """False while weights belong to an iteration that is not counted yet: no time for a checkpoint."""
        try:
            self.run = self._open_run(config, settings)
            self._watch = RunWatch(self.run, settings)
            self._start_parts(config, settings)
            super().setup(config)
            self._connect(settings)
        except BaseException:
            self._close_parts()
            raise

    def _open_run(self, config: Any, settings: Config) -> RunDirectory:
        """Return the run that the caller made (`GRPOConfig.run_path`), or a new one."""
        if config.run_path:
            return RunDirectory.attach(config.run_path)
        path = Path(settings.run.dir or Path(self.logdir) / "run")
        if (path / "run.json").is_file():  # a trial that Tune tries again
            return RunDirectory.resume(path, settings)
        return RunDirectory.create(
            path,
            settings,
            grader_version=str(GRADER_VERSION),
            pack_hash=load_pack(settings.tasks.pack).hash,
        )

    def _start_parts(self, config: Any, settings: Config) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "-", settings.run.name[:16]) + f"-{uuid.uuid4().hex[:8]}"
        self._node = NodeDirectory(name)
        if config.services is None:
            self._hosts = start_hosts(
                name, settings.sandbox, settings.judge, start_s=settings.deadlines.engine_start_s
            )
            services: Any = HostServices(name, settings.deadlines, settings.sandbox.efficiency)
        else:
            services = config.services
        # RLlib hands `setup` a copy; runners are made from `self.config`.
        self.config.env_config.update({"config": settings, "services": services})
        self._sink = start_sink(
            self.run.trajectories_path,
            name=f"sink-{name}",
            deadline_s=settings.deadlines.sink_s,
            on_event=self._watch.event,
            max_restarts=settings.train.max_restarts,
        )
        self._model_path = config.model_path()
        group = ray.util.get_current_placement_group()
        self._fleet = EngineFleet(
            dict.fromkeys(sorted(config.policies), self._model_path),
            config=settings,
            node=self._node,
            on_event=self._watch.engine_event,
            cluster=RayCluster(group) if group is not None else None,
        )
        self._fleet.start()

    def _connect(self, settings: Config) -> None:
        codec = ObservationCodec(load_tokenizer(self._model_path), settings)
        self._feed = TaskFeed(
            settings,
            prompt_tokens=lambda task: len(codec.read(_first_view(task), role="fixer")[1]),
            life=self.run.record.num_resumes,
        )
        self._identity = self.run.identity
        self._trained = self.run.trained_groups()
        self._dispatcher = GroupDispatcher(
            self.env_runner_group,
            chunk=max(1, settings.train.episode_concurrency // settings.algorithm.group_size),
            idle_limit_s=settings.deadlines.rollout_s,
            report=self._watch.event,
            max_restarts=settings.train.max_restarts,
        )
        probe = [codec.read(_first_view(task), role="fixer")[1] for task in self._feed.tasks[:8]]
        for module_id in self.fleet.pools:
            self.fleet.set_probe(module_id, probe)
        self.fleet.sync(self.learner_group, self._version)
        self._wiring = RolloutWiring(
            engines=self.fleet.clients(),
            run=self._identity,
            policy_hash={
                **dict.fromkeys(self.fleet.pools, model_hash(self._model_path)),
                "tokenizer": tokenizer_hash(self._model_path),
            },
            tokenizer_path=str(self._model_path),
        )

    @property
    def fleet(self) -> EngineFleet:
        """The engines; only between `setup` and `cleanup`."""
        if self._fleet is None:
            raise RuntimeError("the algorithm is not set up")
        return self._fleet

    def cleanup(self) -> None:
        """Stop runners and learners, then sink, engines and hosts; nothing is left behind."""
        try:
            runners = getattr(self, "env_runner_group", None)
            if runners is not None and runners.num_remote_env_runners():
                runners._worker_manager.clear()  # kills: `stop` would wait behind groups in play
            super().cleanup()
        finally:
            self._close_parts()

    def _close_parts(self) -> None:
        sink, self._sink = self._sink, None
        fleet, self._fleet = self._fleet, None
        hosts, self._hosts = self._hosts, []
        node, self._node = self._node, None
        with contextlib.ExitStack() as closing:  # each part ends, whatever another one raises
            if node is not None:
                closing.callback(node.close)
            if hosts:
                closing.callback(stop_hosts, hosts, limit_s=self._settings.deadlines.stop_s)
            if fleet is not None:
                closing.callback(fleet.close)
            if sink is not None:
                closing.callback(sink.close)

    def restore_env_runners(self, env_runner_group: Any) -> list[int]:
        """Return the runners that came back; they need nothing but orders."""
        restored: list[int] = env_runner_group.probe_unhealthy_env_runners()
        return restored

    # ---- one iteration

    def training_step(self) -> None:
        """Run one iteration; its numbers are in `last_report` and in RLlib's metrics."""
        settings = self._settings
        iteration = self.iteration
        start, busy_s = time.perf_counter(), self._busy_s()
        found = self._collect(iteration)
        rolled = time.perf_counter()
        report = describe(iteration, self._version, found)
        try:
            self._watch.unscored(found)
        except RunAborted:
            self._log(report)
            raise
        self.consistent = False
        if found.trained:
            report.learner = self._learn(found)
        learned = time.perf_counter()
        if found.trained:
            self._version += 1
            sync = self.fleet.sync(self.learner_group, self._version)
            report.parity = sync.parity
        done = time.perf_counter()
        self._feed.learned(found.episodes)
        report.curriculum_level = self._feed.curriculum.snapshot().level
        report.tokens_per_s = report.tokens / max(1e-9, rolled - start)
        report.samples_per_s = report.samples / max(1e-9, rolled - start)
        report.seconds = {
            "rollout": rolled - start,
            "learn": learned - rolled,
            "sync": done - learned,
            "grade": self._busy_s() - busy_s,
            "idle": max(0.0, time.perf_counter() - done),
        }
        every = settings.train.eval_every
        if every and settings.train.eval_episodes and (iteration + 1) % every == 0:
            report.dev_solve_rate = self.last_dev = self.evaluate_dev(iteration + 1)
        self._log(report)
        self.consistent = True

    def _collect(self, iteration: int) -> Collected:
        settings = self._settings
        version = self._version

        def more(round_: int, count: int) -> Sequence[GroupOrder]:
            return self._feed.training(iteration, count=count, round_=round_, min_version=version)

        return collect(
            first=more(0, settings.algorithm.groups_per_step),
            more=more,
            play=self._play,
            accept=self._accept,
            settings=settings.algorithm,
            shuffle=child_rng(settings.run.seed, "shuffle", iteration)
            if settings.algorithm.shuffle_rewards
            else None,
        )

    def _busy_s(self) -> float:
        """Return how long the hosts' slots were busy so far, per slot; 0 where they cannot be asked."""
        try:
            stats = ray.get(
                [host.stats.remote() for host in self._hosts], timeout=self._settings.deadlines.sandbox_s
            )
        except ray.exceptions.RayError:
            return 0.0
        slots = self._settings.sandbox.num_slots * max(1, len(stats))
        return float(sum(s.busy_s for s in stats)) / slots

    def _play(self, orders: Sequence[GroupOrder]) -> Iterator[PlayedGroup]:
        return self._dispatcher.play(orders, self._wiring)

    def _accept(self, played: PlayedGroup, advantages: Sequence[float | None]) -> None:
        """Store an accepted group with its advantages: the one time its rows are written."""
        column = pa.array(advantages, type=played.rows.schema.field("advantage").type)
        index = played.rows.schema.get_field_index("advantage")
        rows = played.rows.set_column(index, played.rows.schema.field("advantage"), column)
        order = played.result.order
        assert self._sink is not None
        self._sink.write_group((self._identity.run_id, order.group_id, order.attempt), rows)

    def _learn(self, found: Collected) -> dict[str, dict[str, float]]:
        """Update the learners on what was collected; return their numbers by module."""
        settings = self._settings
        shards = max(1, settings.train.num_learners)
        by_module: dict[str, list[Sample]] = {}
        for trained in found.trained:
            by_module.setdefault(trained.module_id, []).extend(trained.samples)
        arrays = {
            module_id: build_shards(
                samples, num_shards=shards, max_tokens=settings.algorithm.micro_batch_tokens
            )
            for module_id, samples in by_module.items()
        }
        batches = [
            MultiAgentBatch({m: SampleBatch(parts[shard]) for m, parts in arrays.items()}, found.num_turns)
            for shard in range(shards)
        ]
        results = self._update(batches)
        self.metrics.aggregate(results, key=LEARNER_RESULTS)
        numbers = learner_numbers(self.metrics.peek(LEARNER_RESULTS), by_module)
        self._mark_trained(found)
        self._watch.parity(numbers)
        for module_id, samples in by_module.items():
            longest = sorted(samples, key=lambda s: -len(s.completion_ids))[:4]
            self.fleet.set_probe(module_id, [s.prompt_ids[-32:] + s.completion_ids for s in longest])
        return numbers

    def _update(self, batches: Sequence[MultiAgentBatch]) -> Any:
        timesteps = {NUM_ENV_STEPS_SAMPLED_LIFETIME: 0}
        if not self.learner_group.is_remote:
            return self.learner_group.update(batch=batches[0], timesteps=timesteps, num_epochs=1)
        refs = [ray.put(batch) for batch in batches]
        limit_s = self._settings.deadlines.update_s
        waiter = ThreadPoolExecutor(1, thread_name_prefix="update")
        future = waiter.submit(self.learner_group.update, batch_refs=refs, timesteps=timesteps, num_epochs=1)
        try:
            return future.result(limit_s)
        except FutureTimeout as error:
            raise DeadlineError(f"waited {limit_s:g} s for the learners to update") from error
        finally:
            waiter.shutdown(wait=False)

    def _mark_trained(self, found: Collected) -> None:
        self._trained.append(
            [
                TrainedGroup(
                    iteration=self.iteration,
                    group_id=t.group_id,
                    module=t.module_id,
                    rows=len(t.samples),
                    tokens=sum(len(s.completion_ids) for s in t.samples),
                    version=self._version,
                )
                for t in found.trained
            ]
        )

    def evaluate_dev(self, iteration: int) -> Rate:
        """Play the fixed dev tasks greedily; return the solve rate with its interval."""
        orders = self._feed.evaluation(iteration, min_version=self._version)
        episodes: list[tuple[GroupOrder, EpisodeSummary]] = []
        for played in self._play(orders) if orders else ():
            if played.rows.num_rows:
                self._accept(played, [None] * played.rows.num_rows)
            episodes.extend((played.result.order, e) for e in played.result.episodes)
        self._watch.evaluation(e for _, e in episodes)
        return dev_rate(episodes)

    def log_dev(self, rate: Rate) -> None:
        """Record an evaluation outside an iteration: before the first, or after the last."""
        self.last_dev = rate
        self.run.append_metrics(self.iteration, {"dev_solve_rate": rate_record(rate)})

    def _log(self, report: IterationReport) -> None:
        self.last_report = report
        self.run.append_metrics(report.iteration, report.record())
        self.metrics.log_dict(
            {
                "mean_score": report.mean_score,
                "solve_rate": report.solve_rate.value if report.solve_rate.n else 0.0,
                "num_unscored": float(sum(report.unscored.values())),
            },
            key="arena",
            window=1,
        )

    # ---- state

    def get_state(self, components: Any = None, *, not_components: Any = None, **kwargs: Any) -> Any:
        """Return RLlib's state and ours: weight version and curriculum counters."""
        state = super().get_state(components, not_components=not_components, **kwargs)
        state[STATE_KEY] = {"version": self._version, "curriculum": self._feed.curriculum.counters()}
        return state

    def set_state(self, state: Any) -> None:
        """Take over a state that `get_state` returned."""
        own = state.get(STATE_KEY)
        if own is not None:
            self._version = max(self._version, own["version"])
            self._feed.curriculum = Curriculum(own["curriculum"])
        super().set_state(state)

    def restore_from_path(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Restore a checkpoint and push its weights to the engines as a new version."""
        super().restore_from_path(path, *args, **kwargs)
        self._version += 1
        self.fleet.sync(self.learner_group, self._version)

    def save_run_checkpoint(self) -> Path:
        """Write `checkpoints/NNNNNN` of the run, all of it or nothing, and return its path."""
        with self.run.checkpoints.writing(self.iteration) as folder:
            self.save_to_path(str(folder))
        return self.run.checkpoints.path_of(self.iteration)


def _first_view(task: Task) -> Observation:
    """Return what a fixer sees first, but for the error, whose length hardly varies."""
    return Observation(
        statement=task.statement,
        code=task.buggy_code,
        error_log="WrongAnswer line 10: ",
        test_results="",
        feedback="",
        steps_left=5,
        best_score=0.0,
        agent_view="",
    )
