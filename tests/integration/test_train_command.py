"""`codearena train` as a user calls it: in a process of its own, with good and bad input, interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from codearena_ray.trajectory.reading import read_rows

ROOT = Path(__file__).parents[2]
SMALL = (
    "algorithm.groups_per_step=4",
    "algorithm.group_size=4",
    "tasks.bug_types=[keyword,colon,container_call,wrong_container,comparison,arithmetic,boolean]",
    "train.eval_episodes=4",
)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "codearena_ray", "train", *words]


def run(*words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )


def records(run_dir: Path) -> list[dict[str, object]]:
    lines = (run_dir / "metrics.jsonl").read_text().splitlines()
    return [r for r in map(json.loads, lines) if "solve_rate" in r]


def test_two_iterations_end_with_one_json_object_and_a_run_that_can_be_resumed(tmp_path):
    done = run("configs/ci.yaml", *SMALL, "--run-dir", str(tmp_path / "r"), "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout)
    assert result["status"] == "finished"
    assert result["iterations"] == 2
    assert result["max_abs_dlogp"] < 2e-4
    assert result["unscored"] == {}
    assert set(result["seconds"]) == {"rollout", "learn", "sync", "grade", "idle"}
    rows = read_rows(tmp_path / "r").to_pylist()
    assert sum(r["split"] == "train" for r in rows) == sum(int(r["samples"]) for r in records(tmp_path / "r"))

    again = run(
        "configs/ci.yaml",
        *SMALL,
        "train.iterations=3",
        "--run-dir",
        str(tmp_path / "r"),
        "--resume",
        "--json",
    )
    assert again.returncode == 0, again.stderr[-3000:]
    assert [r["iteration"] for r in records(tmp_path / "r")] == [0, 1, 2]
    versions = [int(r["version"]) for r in records(tmp_path / "r")]
    assert versions == sorted(versions)


def test_sigterm_saves_a_checkpoint_closes_the_rows_and_leaves_nothing_behind(tmp_path):
    before = {p.pid for p in psutil.process_iter()}
    shm = set(os.listdir("/dev/shm"))
    process = subprocess.Popen(
        command(
            "configs/ci.yaml", *SMALL, "train.iterations=500", "--run-dir", str(tmp_path / "r"), "--json"
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 240
    while not (tmp_path / "r" / "metrics.jsonl").is_file() or not records(tmp_path / "r"):
        assert process.poll() is None, process.stderr.read()[-3000:] if process.stderr else ""
        assert time.monotonic() < deadline, "no iteration finished"
        time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err[-3000:]
    assert json.loads(out)["status"] == "interrupted"
    assert list((tmp_path / "r" / "checkpoints").glob("[0-9]*"))
    assert not list((tmp_path / "r" / "trajectories").glob("*.partial"))
    time.sleep(3)
    left = [p for p in psutil.process_iter(["cmdline"]) if p.pid not in before and _ours(p)]
    assert not left, [p.info["cmdline"] for p in left]
    assert not [name for name in set(os.listdir("/dev/shm")) - shm if name.startswith("codearena")]


def _ours(process: psutil.Process) -> bool:
    line = " ".join(process.info["cmdline"] or [])
    return any(word in line for word in ("codearena_ray", "ray::", "VLLM::", "raylet", "gcs_server"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("configs/none.yaml",), "no such config file"),
        (("configs/ci.yaml", "train.iteration=2"), "train.iteration: unknown key"),
        (("configs/ci.yaml", "train.iterations=many"), "train.iterations"),
        (("configs/ci.yaml", "tasks.pack=/nowhere/pack.jsonl"), "/nowhere/pack.jsonl"),
        (("configs/ci.yaml", "tasks.ids=[nothing-like-it]"), "nothing-like-it"),
        (("configs/ci.yaml", "model.path=/nowhere"), "model.path"),
        (("configs/ci.yaml", "--resume"), "--run-dir"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two_with_nothing_written(tmp_path, words, message):
    target = tmp_path / "r"
    extra = () if "--resume" in words else ("--run-dir", str(target))
    done = run(*words, *extra, timeout=60)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not target.exists()


def test_a_directory_that_holds_another_run_is_refused(tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "notes.txt").write_text("mine")
    done = run("configs/ci.yaml", "--run-dir", str(tmp_path / "r"), timeout=60)
    assert done.returncode == 2
    assert "holds other files" in done.stderr
    assert [f.name for f in (tmp_path / "r").iterdir()] == ["notes.txt"]


def test_a_dry_run_prints_the_plan_and_starts_nothing(tmp_path):
    done = run("configs/laptop.yaml", "--dry-run", "--json", timeout=60)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["status"] == "dry_run"
    assert plan["tasks"] > 0
