"""Training plays the environment and asks the engines that the AlgorithmConfig names: nothing is bypassed.

Runners, dispatcher, sandbox and engine are the real ones; the policy is random.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from builders.episodes import BUGGY, FIXED, HALF, WORSE, full, make_task
from builders.trainers import Trainer
from ray.rllib.env.env_runner_group import EnvRunnerGroup

from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import Completion, WeightSpan
from codearena_ray.actors.sandbox_host import HostServices, start_hosts, stop_hosts
from codearena_ray.adapters.rllib_env import CodeArenaMultiEnv
from codearena_ray.adapters.services import LocalServices
from codearena_ray.algorithms.dispatch import GroupDispatcher
from codearena_ray.algorithms.groups import GroupOrder, PlayedGroup
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.algorithms.task_feed import TaskFeed
from codearena_ray.algorithms.wiring import RolloutWiring
from codearena_ray.config import Config, parse_config
from codearena_ray.policies.prompt_codec import load_tokenizer
from codearena_ray.policies.tiny_model import train_tokenizer
from codearena_ray.seeding import child_seed
from codearena_ray.trajectory.rows import RunIdentity

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]

SIZE = 3
STEPS = 2
BONUS = 0.5
TASKS = tuple(make_task(id=f"double-{i}") for i in range(4))
MEASURED = {"queue_s", "generate_s", "sandbox_s", "grade_s", "judge_s", "started_at", "sandbox", "efficiency"}
Runners = tuple[EnvRunnerGroup, Path]


def settings(**sections: Any) -> Config:
    tree: dict[str, Any] = {
        "env": {"max_steps": STEPS},
        "judge": {"kind": "none"},
        "sandbox": {"num_slots": 1, "efficiency": False},
        "model": {"max_prompt_tokens": 900, "max_completion_tokens": 16},
        "algorithm": {"group_size": SIZE},
        "train": {"num_env_runners": 0, "episode_concurrency": 2 * SIZE},
        "deadlines": {"generate_s": 300, "sandbox_s": 120},
    }
    return parse_config({name: tree.get(name, {}) | sections.get(name, {}) for name in tree | sections})


@pytest.fixture(scope="module")
def engine(engine_pool: EnginePool, tiny_random_model: Callable[[bool], Path]) -> EngineClient:
    """The shared engine, serving verified weights."""
    Trainer(tiny_random_model(True)).push(engine_pool)
    return engine_pool.client()


@pytest.fixture(scope="module")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer that reads whatever the engine samples."""
    folder = tmp_path_factory.mktemp("tokenizer")
    texts = [make_task().statement, BUGGY, FIXED, *Path(__file__).read_text().splitlines()]
    train_tokenizer(texts).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def host(ray_session: None) -> Iterator[HostServices]:
    """Services of a sandbox host actor."""
    config = settings()
    hosts = start_hosts("contract", config.sandbox, config.judge, start_s=120)
    yield HostServices("contract", config.deadlines, efficiency=False)
    stop_hosts(hosts, limit_s=30)


@pytest.fixture(scope="module")
def two_runners(
    host: HostServices, engine: EngineClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runners]:
    """Two runner processes with a user's environment, and the folder where it leaves its traces."""
    folder = tmp_path_factory.mktemp("traces")
    config = settings(train={"num_env_runners": 2, "episode_concurrency": 2 * SIZE})
    runners = start_runners(config, recording_env(folder), host)
    yield runners, folder
    runners.stop()


def recording_env(folder: Path) -> type[CodeArenaMultiEnv]:
    """Return a user's environment: it pays more, leaves a line per call, and waits while `hold` exists."""

    class Recording(CodeArenaMultiEnv):
        def note(self, line: str) -> None:
            with (folder / f"{os.getpid()}.log").open("a") as log:
                log.write(f"{line}\n")

        def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
            self.episode_seed = seed
            self.note(f"reset {seed}")
            return super().reset(seed=seed, options=options)

        def step(self, action_dict: Any) -> Any:
            self.note(f"step {self.episode_seed}")
            while (folder / "hold").exists():
                time.sleep(0.05)
            observations, rewards, *rest = super().step(action_dict)
            return observations, {agent: reward + BONUS for agent, reward in rewards.items()}, *rest

    return Recording


def traces(folder: Path) -> dict[int, list[str]]:
    """Return the lines of every process."""
    return {int(file.stem): file.read_text().splitlines() for file in sorted(folder.glob("*.log"))}


def start_runners(
    config: Config, env: type[CodeArenaMultiEnv], services: Any, **multi_agent: Any
) -> EnvRunnerGroup:
    rllib = GRPOConfig.from_codearena(config)
    rllib.environment(env, env_config={"config": config, "services": services})
    if multi_agent:
        rllib.multi_agent(**multi_agent)
    return EnvRunnerGroup(config=rllib, local_env_runner=rllib.create_local_env_runner)


def orders_for(tasks: Sequence[Any], *, prefix: str = "g", size: int = SIZE) -> list[GroupOrder]:
    return [
        GroupOrder(f"{prefix}{i}", task, size=size, seed=child_seed(7, prefix, i), iteration=0)
        for i, task in enumerate(tasks)
    ]


def wire(engines: dict[str, Any], tokenizer_path: Path) -> RolloutWiring:
    return RolloutWiring(engines, RunIdentity("run", "code", "grader"), {}, str(tokenizer_path))


def play(
    runners: EnvRunnerGroup,
    orders: Sequence[GroupOrder],
    wiring: RolloutWiring,
    *,
    report: Callable[[str, str, str], None] = lambda *_: None,
) -> list[PlayedGroup]:
    dispatcher = GroupDispatcher(runners, chunk=2, idle_limit_s=300, report=report, max_restarts=3)
    return list(dispatcher.play(orders, wiring))


def play_here(
    env: type[CodeArenaMultiEnv],
    orders: Sequence[GroupOrder],
    wiring: RolloutWiring,
    *,
    services: Any,
    config: Config | None = None,
    **multi_agent: Any,
) -> list[PlayedGroup]:
    """Play on the local runner of a group without remote ones."""
    runners = start_runners(config or settings(), env, services, **multi_agent)
    try:
        return play(runners, orders, wiring)
    finally:
        runners.stop()


def seeds_of(orders: Sequence[GroupOrder]) -> list[int]:
    return sorted(child_seed(o.seed, "episode", i) for o in orders for i in range(o.size))


def wait_until(condition: Callable[[], bool], *, limit_s: float = 120.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def assert_played_by_the_subclass(
    played: Sequence[PlayedGroup], orders: Sequence[GroupOrder], lines: Sequence[str]
) -> None:
    assert sorted(p.result.order.group_id for p in played) == sorted(o.group_id for o in orders)
    rows = [row for p in played for row in p.rows.to_pylist()]
    assert all(not row["unscored_cause"] for row in rows)
    for row in rows:
        own = row["best_after"] - row["best_before"] - row["penalty_step"] - row["penalty_repeat"]
        assert row["reward"] == pytest.approx(own + BONUS)
    assert sorted(int(line.split()[1]) for line in lines if line.startswith("reset")) == seeds_of(orders)
    steps = Counter(int(line.split()[1]) for line in lines if line.startswith("step"))
    assert steps == Counter(row["seed"] for row in rows)


def test_a_users_subclass_plays_and_pays_every_episode_of_the_local_runner(
    engine: EngineClient, tokenizer_path: Path, host: HostServices, tmp_path: Path
) -> None:
    orders = orders_for(TASKS[:2])
    played = play_here(
        recording_env(tmp_path), orders, wire({"fixer": engine}, tokenizer_path), services=host
    )
    assert list(traces(tmp_path)) == [os.getpid()]
    assert_played_by_the_subclass(played, orders, traces(tmp_path)[os.getpid()])


def test_two_runners_share_the_groups_and_play_them_with_the_users_subclass(
    two_runners: Runners, engine: EngineClient, tokenizer_path: Path
) -> None:
    runners, folder = two_runners
    before = {pid: len(lines) for pid, lines in traces(folder).items()}
    orders = orders_for(TASKS, prefix="shared")
    played = play(runners, orders, wire({"fixer": engine}, tokenizer_path))
    new = {pid: lines[before.get(pid, 0) :] for pid, lines in traces(folder).items()}
    assert len([pid for pid, lines in new.items() if lines]) == 2
    assert os.getpid() not in new
    assert_played_by_the_subclass(played, orders, [line for lines in new.values() for line in lines])


def test_a_runner_killed_in_mid_call_loses_no_group_and_doubles_none(
    two_runners: Runners, engine: EngineClient, tokenizer_path: Path
) -> None:
    runners, folder = two_runners
    wiring = wire({"fixer": engine}, tokenizer_path)
    events: list[tuple[str, str, str]] = []
    orders = orders_for(TASKS, prefix="killed")
    seeds = {str(seed) for seed in seeds_of(orders)}

    def stepping() -> list[int]:
        return [pid for pid, lines in traces(folder).items() if seeds & {s.split()[1] for s in lines}]

    (folder / "hold").touch()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(play, runners, orders, wiring, report=lambda *event: events.append(event))
        try:
            wait_until(lambda: len(stepping()) == 2)
            victim = stepping()[0]
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: bool(events))
        finally:
            (folder / "hold").unlink()
        played = future.result(300)
    assert sorted(p.result.order.group_id for p in played) == [o.group_id for o in orders]
    assert all(len(p.result.scored) == SIZE for p in played)
    assert [kind for kind, _, _ in events] == ["runner_lost"]

    wait_until(
        lambda: bool(runners.probe_unhealthy_env_runners()) or runners.num_healthy_remote_workers() == 2
    )
    again = play(runners, orders_for(TASKS, prefix="after"), wiring)
    assert len(again) == len(TASKS)
    assert len(traces(folder)) == 3  # the successor of the killed runner plays, too


class Named:
    """An engine that notes when it is asked."""

    def __init__(self, name: str, engine: Any, calls: list[str]) -> None:
        self._name, self._engine, self._calls = name, engine, calls

    async def generate(self, prompt_token_ids: Sequence[int], **given: Any) -> list[Completion]:
        self._calls.append(self._name)
        found: list[Completion] = await self._engine.generate(prompt_token_ids, **given)
        return found


def test_the_policy_mapping_decides_which_engine_is_asked(
    engine: EngineClient, tokenizer_path: Path, host: HostServices
) -> None:
    calls: list[str] = []
    played = play_here(
        CodeArenaMultiEnv,
        orders_for(TASKS[:1]),
        wire({name: Named(name, engine, calls) for name in ("writer", "critic")}, tokenizer_path),
        services=host,
        config=settings(env={"scenario": "team", "max_steps": STEPS}),
        policies={"writer", "critic"},
        policy_mapping_fn=lambda agent, *_: "critic" if agent == "reviewer" else "writer",
    )
    rows = played[0].rows.to_pylist()
    assert {(row["role"], row["module_id"]) for row in rows} == {("fixer", "writer"), ("reviewer", "critic")}
    # the group's draft is one call for all, everything after it one call per episode
    assert Counter(calls) == {"writer": 1 + SIZE, "critic": SIZE}


@pytest.mark.parametrize("where", ["reset", "step"])
def test_an_env_that_raises_ends_only_that_episode_unscored_with_its_cause(
    engine: EngineClient, tokenizer_path: Path, host: HostServices, where: str
) -> None:
    (order,) = orders_for(TASKS[:1])
    broken_seed = child_seed(order.seed, "episode", 1)

    class Broken(CodeArenaMultiEnv):
        def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
            self.broken = seed == broken_seed
            if self.broken and where == "reset":
                raise KeyError("broken on purpose")
            return super().reset(seed=seed, options=options)

        def step(self, action_dict: Any) -> Any:
            if self.broken:
                raise KeyError("broken on purpose")
            return super().step(action_dict)

    (played,) = play_here(Broken, [order], wire({"fixer": engine}, tokenizer_path), services=host)
    assert [e.unscored_cause for e in played.result.episodes] == ["", "env_keyerror", ""]
    assert "broken on purpose" in played.result.episodes[1].unscored_detail
    assert played.result.scored == {0, 2}
    assert {row["sample_index"] for row in played.rows.to_pylist()} == {0, 2}


class Coach:
    """An engine that puts known answers in place of its first ones and keeps all it said, by prompt."""

    def __init__(self, engine: Any, answers: Sequence[Sequence[int]]) -> None:
        self._engine, self._answers = engine, list(answers)
        self.said: dict[tuple[int, ...], list[Completion]] = defaultdict(list)

    async def generate(self, prompt_token_ids: Sequence[int], **given: Any) -> list[Completion]:
        found = await self._engine.generate(prompt_token_ids, **given)
        for i, sampled in enumerate(found):
            if self._answers:
                ids = tuple(self._answers.pop(0))
                spans = (WeightSpan(sampled.oldest_version, 0, len(ids)),)
                found[i] = Completion(
                    ids,
                    (-1.0,) * len(ids),
                    "stop",
                    spans,
                    sampled.engine_id,
                    sampled.queue_s,
                    sampled.generate_s,
                )
        self.said[tuple(prompt_token_ids)] += found
        return list(found)


class Recorded:
    """Says again what a coach kept."""

    def __init__(self, said: dict[tuple[int, ...], list[Completion]]) -> None:
        self._said = {prompt: list(found) for prompt, found in said.items()}

    async def generate(self, prompt_token_ids: Sequence[int], *, n: int = 1, **_: Any) -> list[Completion]:
        waiting = self._said[tuple(prompt_token_ids)]
        found, waiting[:n] = waiting[:n], []
        return found


def graded(played: PlayedGroup) -> list[dict[str, Any]]:
    """Return the rows without what was measured."""
    rows = [{k: v for k, v in row.items() if k not in MEASURED} for row in played.rows.to_pylist()]
    for row in rows:
        for cases in ("visible", "hidden"):
            for case in row[cases] or ():
                del case["cpu_s"]
    return sorted(rows, key=lambda row: (row["sample_index"], row["step"]))


def test_recorded_completions_earn_the_same_grades_in_another_sandbox(
    engine: EngineClient, tokenizer_path: Path, host: HostServices
) -> None:
    tokenizer = load_tokenizer(tokenizer_path)
    answers = [tokenizer(full(code))["input_ids"] for code in (HALF, WORSE, FIXED)]
    coach = Coach(engine, answers)
    config = settings()
    orders = orders_for(TASKS[:1], size=4)  # the fourth answer is the engine's own
    (first,) = play_here(CodeArenaMultiEnv, orders, wire({"fixer": coach}, tokenizer_path), services=host)
    (second,) = play_here(
        CodeArenaMultiEnv,
        orders,
        wire({"fixer": Recorded(coach.said)}, tokenizer_path),
        services=LocalServices.of(config),
        config=config,
    )
    rows = graded(first)
    assert [row["score"] for row in rows if row["step"] == 1][:3] == pytest.approx([0.3, 0.3, 1.0])
    assert [e.solved_first for e in first.result.episodes] == [False, False, True, False]
    assert graded(second) == rows


def test_the_same_seed_gives_the_same_tasks_names_and_first_prompts(
    engine: EngineClient, tokenizer_path: Path, host: HostServices
) -> None:
    def first_prompts(seed: int) -> list[tuple[str, str, tuple[int, ...]]]:
        config = settings(run={"seed": seed}, tasks={"max_lines": 8, "rename": True}, env={"max_steps": 1})
        feed = TaskFeed(config, prompt_tokens=lambda task: len(task.buggy_code))
        orders = feed.training(3, count=2, min_version=-1)
        played = play_here(
            CodeArenaMultiEnv, orders, wire({"fixer": engine}, tokenizer_path), services=host, config=config
        )
        found = {
            (p.result.order.group_id, row["task_hash"], tuple(row["prompt_token_ids"]))
            for p in played
            for row in p.rows.to_pylist()
        }
        assert len(found) == len(orders)  # all episodes of a group read the same first prompt
        return sorted(found)

    one = first_prompts(1)
    assert first_prompts(1) == one
    assert {task_hash for _, task_hash, _ in first_prompts(2)} != {task_hash for _, task_hash, _ in one}
