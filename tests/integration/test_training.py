"""One run of the whole loop, watched closely: what it trains on, and what killing parts of it costs."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest

from codearena_ray.algorithms.fleet import on_learners
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.config import load_config
from codearena_ray.grading.program import GRADER_VERSION
from codearena_ray.trajectory.reading import read_rows
from codearena_ray.trajectory.runs import RunDirectory

OVERRIDES = (
    "train.iterations=20",
    "train.num_env_runners=2",
    "train.eval_episodes=0",
    "algorithm.groups_per_step=6",
    "algorithm.group_size=6",
    "tasks.bug_types=[keyword,colon,container_call,wrong_container,comparison,arithmetic,boolean]",
    "deadlines.generate_s=240",
    "deadlines.rollout_s=400",
)


@pytest.fixture(scope="module")
def algo(ray_session: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A set-up algorithm with two runners, one engine and the shipped policy."""
    settings = load_config("configs/ci.yaml", OVERRIDES)
    run = RunDirectory.create(
        tmp_path_factory.mktemp("run") / "run", settings, grader_version=str(GRADER_VERSION)
    )
    config = GRPOConfig.from_codearena(settings)
    config.run_path = str(run.path)
    algorithm = config.build_algo()
    yield algorithm
    algorithm.stop()


def rows_of(algo: Any, iteration: int) -> list[dict[str, Any]]:
    algo._sink.flush()
    return [r for r in read_rows(algo.run.path).to_pylist() if r["iteration"] == iteration]


def events_of(algo: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(algo.run.path) / "events.jsonl").read_text().splitlines()]


def processes(name: str) -> list[psutil.Process]:
    """Return this session's Ray workers whose title names an actor class."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if name in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.ZombieProcess, psutil.NoSuchProcess):
            continue
    return found


def train_while(algo: Any, strike: Callable[[], None], *, after_s: float = 0.7) -> list[dict[str, Any]]:
    """Run one iteration, strike in the middle of it, and return its rows."""
    iteration = algo.iteration
    failed: list[BaseException] = []

    def later() -> None:
        time.sleep(after_s)
        try:
            strike()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=later)
    thread.start()
    algo.train()
    thread.join()
    assert not failed, failed
    return rows_of(algo, iteration)


def assert_whole_groups(rows: list[dict[str, Any]], *, groups: int, size: int) -> None:
    """Every group is there once, with every episode, and no row twice."""
    episodes = {(r["group_id"], r["attempt"], r["sample_index"]) for r in rows}
    per_group = Counter((group, attempt) for group, attempt, _ in episodes)
    assert len(per_group) == groups
    assert set(per_group.values()) == {size}
    keys = [(r["group_id"], r["attempt"], r["sample_index"], r["step"], r["agent_id"]) for r in rows]
    assert len(keys) == len(set(keys))


def train_until_learned(algo: Any) -> Any:
    """Run iterations until one had a group with a signal, and return its report."""
    for _ in range(6):
        algo.train()
        if algo.last_report.learner:
            return algo.last_report
    raise AssertionError("no group gave a signal in six iterations")


def test_the_learner_sees_exactly_what_the_engine_sampled(algo):
    report = train_until_learned(algo)
    assert report.learner["fixer"]["max_abs_ratio_error"] <= 2e-4
    assert report.learner["fixer"]["ratio_mean"] == pytest.approx(1.0, abs=1e-5)
    assert report.parity <= 2e-4
    assert report.staleness_max == 0


def test_rows_of_an_iteration_are_complete_and_add_up(algo):
    iteration = algo.iteration
    algo.train()
    rows = rows_of(algo, iteration)
    report = algo.last_report
    assert_whole_groups(rows, groups=6, size=6)
    assert len(rows) == report.samples
    parts = ("compile", "tests", "efficiency", "judge_correctness", "judge_security", "judge_quality")
    for row in rows:
        assert row["score"] == pytest.approx(sum(row[f"{p}_paid"] or 0.0 for p in parts))
        penalties = row["penalty_step"] + row["penalty_repeat"]
        assert row["reward"] == pytest.approx(max(0.0, row["score"] - row["best_before"]) - penalties)
        assert len(row["completion_token_ids"]) == len(row["logprobs"]) == len(row["loss_mask"])
    trained = pq.read_table(algo.run.path / "trained_groups.parquet").to_pylist()
    mine = [t for t in trained if t["iteration"] == iteration]
    assert sum(t["rows"] for t in mine) == sum(r["advantage"] is not None for r in rows)
    assert sum(t["rows"] for t in mine) == report.trained_samples


def test_a_group_without_a_signal_trains_nothing_and_is_counted(algo):
    groups = algo.last_report.groups
    assert groups["live"] + groups["all_solved"] + groups["all_failed"] == groups["played"]


def test_a_killed_runner_loses_no_group_and_doubles_none(algo):
    rows = train_while(algo, lambda: processes("TextEnvRunner")[0].send_signal(signal.SIGKILL))
    assert_whole_groups(rows, groups=6, size=6)
    assert any(e["kind"] == "runner_lost" for e in events_of(algo))


def test_a_killed_sandbox_slot_costs_no_episode_its_score(algo):
    def strike() -> None:
        slots = processes("sandbox/boot.py")
        assert slots
        slots[0].send_signal(signal.SIGKILL)

    rows = train_while(algo, strike)
    assert_whole_groups(rows, groups=6, size=6)
    assert all(not r["unscored_cause"] for r in rows)


def test_a_killed_sink_loses_no_row_and_doubles_none(algo):
    rows = train_while(algo, lambda: processes("ray::Sink")[0].send_signal(signal.SIGKILL))
    assert_whole_groups(rows, groups=6, size=6)
    assert any(e["kind"] == "sink_lost" for e in events_of(algo))


def test_a_killed_engine_is_replaced_with_the_current_weights(algo):
    rows = train_while(algo, lambda: processes("VLLM::")[0].send_signal(signal.SIGKILL))
    assert_whole_groups(rows, groups=6, size=6)
    assert any(e["kind"] == "engine_lost" for e in events_of(algo))
    assert train_until_learned(algo).learner["fixer"]["max_abs_ratio_error"] <= 2e-4


def test_twenty_syncs_of_the_same_weights_drift_nowhere(algo):
    sequence = algo.fleet._probes["fixer"][0]
    before = on_learners(algo.learner_group, "probe_logprobs", "fixer", [sequence])[0]
    parities = []
    for _ in range(20):
        algo._version += 1
        parities.append(algo.fleet.sync(algo.learner_group, algo._version).parity)
    assert max(parities) <= 2e-4
    assert max(parities) == pytest.approx(min(parities), abs=1e-7)
    assert on_learners(algo.learner_group, "probe_logprobs", "fixer", [sequence])[0] == before


def test_a_checkpoint_brings_back_weights_version_and_curriculum(algo):
    path = algo.save_run_checkpoint()
    sequence = algo.fleet._probes["fixer"][0]
    saved = on_learners(algo.learner_group, "probe_logprobs", "fixer", [sequence])[0]
    version, seen = algo._version, algo._feed.curriculum.counters()
    algo.train()
    algo.restore_from_path(str(path))
    assert on_learners(algo.learner_group, "probe_logprobs", "fixer", [sequence])[0] == saved
    assert algo._version > version
    assert algo._feed.curriculum.counters() == seen
    assert (path / "learner_group" / "learner" / "policy" / "fixer" / "model.safetensors").is_file()


def test_shared_memory_holds_at_most_the_current_weights(algo):
    files = list(Path(algo._node.weights).glob("*.safetensors"))
    assert len(files) <= 1
    assert os.path.commonpath([algo._node.path, *files]) == str(algo._node.path)
