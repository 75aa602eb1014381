"""`codearena rollout` on real sandboxes: yardsticks earn what they must, mistakes leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from builders.packs import save_config

from codearena_ray.cli.app import run
from codearena_ray.trajectory.reading import read_rows


def rollout(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> dict[str, Any]:
    """Return the JSON object of a rollout that ends well."""
    code = run(["rollout", str(config), *words, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    assert out.count("\n") == 1
    return json.loads(out)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the one line that a rollout with a mistake says; exit code 2."""
    assert run(["rollout", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.sandbox
@pytest.mark.parametrize("answer_format", ["full", "edit"])
def test_the_reference_solves_every_episode_in_its_first_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answer_format: str
) -> None:
    config = save_config(tmp_path, env={"answer_format": answer_format})
    words = ("--policy", "reference", "--episodes", "7", "--run-dir", str(tmp_path / "run"))
    result = rollout(capsys, config, *words)
    assert result["episodes"] == 7
    assert result["solve_rate"] == result["mean_score"] == 1.0
    assert result["solve_rate_by_step"] == [1.0] * 5
    assert result["intervals"]["solve_rate"] == {"n": 7, "k": 7, "low": 0.64567, "high": 1.0}  # 7 / (7 + z²)
    assert result["unscored"] == {}
    assert sum(one["n"] for one in result["by_category"].values()) == 7
    rows = read_rows(tmp_path / "run").to_pylist()
    assert len(rows) == 7
    assert {row["answer_format"] for row in rows} == {answer_format}
    assert all(row["solved"] and row["policy"] == "reference" for row in rows)
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {
        "config.yaml", "metrics.jsonl", "events.jsonl", "trajectories",
    }  # fmt: skip


@pytest.mark.sandbox
def test_doing_nothing_solves_nothing_and_takes_every_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--policy", "noop", "--episodes", "5", "--run-dir", str(tmp_path / "run"), "env.max_steps=3")
    result = rollout(capsys, save_config(tmp_path), *words)
    assert result["solve_rate"] == 0.0
    assert result["solve_rate_by_step"] == [0.0] * 3
    rows = read_rows(tmp_path / "run").to_pylist()
    assert len(rows) == 15
    assert all(row["penalty_repeat"] > 0 for row in rows)


@pytest.mark.sandbox
def test_rules_alone_repair_the_hand_made_tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--policy", "builtin", "--episodes", "5", "--run-dir", str(tmp_path / "run"))
    result = rollout(capsys, save_config(tmp_path), *words)
    assert result["by_category"]["syntax"]["solve_rate"] == 1.0
    assert result["solve_rate"] >= 0.8


@pytest.mark.sandbox
def test_the_same_seed_plays_the_same_tasks_and_another_one_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = save_config(tmp_path, tasks={"rename": True})
    played = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        words = ("--policy", "reference", "--episodes", "6", "--run-dir", str(tmp_path / name))
        rollout(capsys, config, *words, "--seed", str(seed))
        rows = read_rows(tmp_path / name).to_pylist()
        played.append([(row["task_id"], row["task_hash"], row["messages"]) for row in rows])
    assert played[0] == played[1]
    assert played[0] != played[2]


@pytest.mark.sandbox
def test_a_team_writes_rows_of_both_roles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = save_config(tmp_path, env={"scenario": "team", "max_steps": 2})
    rollout(capsys, config, "--policy", "noop", "--episodes", "2", "--run-dir", str(tmp_path / "run"))
    rows = read_rows(tmp_path / "run").to_pylist()
    assert sorted(row["role"] for row in rows) == ["fixer"] * 4 + ["reviewer"] * 2


def test_an_unknown_policy_is_named_with_a_near_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(
        capsys, str(save_config(tmp_path)), "--policy", "referense", "--run-dir", str(tmp_path / "r")
    )
    assert "'referense'" in line
    assert "did you mean reference?" in line
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-config"], "no such config file"),
        (["CONFIG", "env.max_step=3"], "env.max_step: unknown key"),
        (["CONFIG", "env.max_steps=many"], "env.max_steps"),
        (["CONFIG", "tasks.pack=/nowhere/pack.jsonl"], "no pack"),
        (["CONFIG", "--split", "validation"], "'validation' is none of train, dev, test"),
        (["CONFIG", "--split", "dev"], "no task of split dev"),
        (["CONFIG", "tasks.ids=[clamp]"], "no task 'clamp'"),
        (["CONFIG", "--episodes", "0"], "--episodes"),
        (["CONFIG", "--policy", "vllm:/nowhere/model"], "is no model directory"),
        (["CONFIG", "--policy", "openai:m@ftp://host"], "openai:MODEL@URL"),
        (["CONFIG", "sandbox.profile=none"], "sandbox.profile"),
    ],
)
def test_a_mistake_costs_one_line_and_leaves_no_run_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    config = str(save_config(tmp_path))
    spoken = [config if word == "CONFIG" else word for word in words]
    policy = [] if "--policy" in words else ["--policy", "noop"]
    line = refused(capsys, *spoken, *policy, "--run-dir", str(tmp_path / "run"))
    assert said in line
    assert not (tmp_path / "run").exists()


@pytest.mark.sandbox
def test_an_endpoint_that_nobody_serves_is_the_users_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = f"openai:some-model@http://127.0.0.1:{free_port()}/v1"
    words = ("--policy", policy, "--run-dir", str(tmp_path / "run"))
    line = refused(capsys, str(save_config(tmp_path)), *words)
    assert "nobody answers there" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.sandbox
def test_the_directory_of_another_run_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = save_config(tmp_path)
    words = ("--policy", "noop", "--episodes", "1", "--run-dir", str(tmp_path / "run"), "env.max_steps=1")
    rollout(capsys, config, *words)
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert "holds run" in refused(capsys, str(config), *words)
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_rollout_keeps_what_was_played_and_exits_130(
    tmp_path: Path, kind: signal.Signals
) -> None:
    config = save_config(tmp_path, train={"episode_concurrency": 2})
    words = [
        "rollout",
        str(config),
        "--policy",
        "noop",
        "--episodes",
        "5000",
        "--run-dir",
        str(tmp_path / "run"),
    ]
    program = "import sys; from codearena_ray.cli.app import run; sys.exit(run(sys.argv[1:]))"
    child = subprocess.Popen(
        [sys.executable, "-c", program, *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        text=True,
    )
    try:
        open_segment = tmp_path / "run" / "trajectories" / "000001.arrow.partial"
        until = time.monotonic() + 60
        while not open_segment.exists() and time.monotonic() < until and child.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)
        child.send_signal(kind)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert (child.returncode, out, err) == (130, "", "interrupted\n")
    trajectories = tmp_path / "run" / "trajectories"
    assert not list(trajectories.glob("*.partial"))
    rows = read_rows(tmp_path / "run", include_open=False).to_pylist()
    assert rows
    assert {row["group_id"] for row in rows if row["terminated"]} == {row["group_id"] for row in rows}
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert events[-1]["kind"] == "interrupted"
