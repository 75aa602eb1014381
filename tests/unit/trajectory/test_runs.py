"""A run directory is made whole or not at all, never taken from another run, and can be gone on with."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import codearena_ray
from codearena_ray.config import Config, load_config
from codearena_ray.errors import SinkError, UserError
from codearena_ray.trajectory.checkpoints import CheckpointFolder
from codearena_ray.trajectory.code_version import code_version
from codearena_ray.trajectory.jsonl import JsonLines
from codearena_ray.trajectory.runs import RunDirectory
from codearena_ray.trajectory.trained import TrainedGroup, TrainedGroups


def create(path: Path, *overrides: str) -> RunDirectory:
    config = load_config(None, ("run.name=demo", *overrides))
    return RunDirectory.create(path, config, grader_version="7", pack_hash="p", clock=lambda: 1000.0)


def test_a_new_run_has_its_configuration_identity_and_folders(tmp_path: Path) -> None:
    run = create(tmp_path / "deep" / "run", "train.iterations=3")
    assert sorted(path.name for path in run.path.iterdir()) == [
        "checkpoints", "config.yaml", "run.json", "trajectories",
    ]  # fmt: skip
    assert run.read_config().train.iterations == 3
    assert run.identity.run_id.startswith("demo-")
    assert (run.identity.grader_version, run.record.pack_hash, run.record.num_resumes) == ("7", "p", 0)
    assert run.identity.code_version.startswith(codearena_ray.__version__)
    assert RunDirectory.attach(run.path).record == run.record
    assert list((tmp_path / "deep").iterdir()) == [run.path]


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    assert create(tmp_path).path == tmp_path


def test_a_directory_that_holds_another_run_is_refused_with_the_fix_and_left_alone(tmp_path: Path) -> None:
    first = create(tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in first.path.rglob("*")}
    with pytest.raises(
        UserError, match=r"holds run demo-\w+; add --resume or choose another --run-dir"
    ) as refused:
        create(tmp_path / "run")
    assert "\n" not in str(refused.value)
    assert {path: path.stat().st_mtime_ns for path in first.path.rglob("*")} == before


def test_other_files_a_file_and_an_impossible_place_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="holds other files"):
        create(tmp_path)
    with pytest.raises(UserError, match="is a file"):
        create(tmp_path / "notes.txt")
    with pytest.raises(UserError, match="cannot be made"):
        create(tmp_path / "notes.txt" / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_resuming_counts_and_says_what_changed(tmp_path: Path) -> None:
    run = create(tmp_path / "run")
    config = load_config(None, ("run.name=demo", "train.iterations=40", "env.max_steps=3"))
    again = RunDirectory.resume(run.path, config, clock=lambda: 2000.0)
    assert (again.record.num_resumes, again.record.run_id) == (1, run.record.run_id)
    assert again.read_config().train.iterations == 40
    events = list(again.events.read())
    assert [event["kind"] for event in events] == ["resumed", "config_changed"]
    assert events[1]["cause"] == "env.max_steps, train.iterations"
    assert RunDirectory.resume(run.path).record.num_resumes == 2


def test_a_directory_without_a_run_cannot_be_resumed(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UserError, match="holds no run; leave --resume out"):
            RunDirectory.resume(path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(UserError, match=r"run\.json: damaged"):
        RunDirectory.attach(tmp_path)


def test_events_say_when_what_who_and_why(tmp_path: Path) -> None:
    run = create(tmp_path / "run")
    run.append_event("engine_lost", actor="fixer-0", cause="exit 137", restarts=1)
    assert json.loads((run.path / "events.jsonl").read_text()) == {
        "time": 1000.0, "kind": "engine_lost", "actor": "fixer-0", "cause": "exit 137", "restarts": 1,
    }  # fmt: skip


def test_metrics_and_trained_groups_of_redone_iterations_are_dropped(tmp_path: Path) -> None:
    run = create(tmp_path / "run")
    trained = run.trained_groups()
    for iteration in range(4):
        run.append_metrics(iteration, {"mean_score": math.nan if iteration == 0 else 0.5})
        trained.append([TrainedGroup(iteration, f"g{iteration}", "fixer", 8, 96, iteration)])
    run.drop_after(1)
    assert [record["iteration"] for record in run.metrics.read()] == [0, 1]
    assert [record["mean_score"] for record in run.metrics.read()] == [None, 0.5]
    assert pq.read_table(run.path / "trained_groups.parquet").column("group_id").to_pylist() == ["g0", "g1"]
    run.append_metrics(2, {"mean_score": 0.75})
    assert len(list(JsonLines(run.path / "metrics.jsonl").read())) == 3


def test_trained_groups_grow_across_writers_and_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "trained_groups.parquet"
    TrainedGroups(path).append([TrainedGroup(0, "a", "fixer", 8, 90, 0)])
    second = TrainedGroups(path)
    second.append([])
    second.append([TrainedGroup(1, "a", "fixer", 8, 90, 1), TrainedGroup(1, "b", "reviewer", 4, 30, 1)])
    rows = pq.read_table(path).to_pylist()
    assert rows[2] == {
        "iteration": 1, "group_id": "b", "module": "reviewer", "rows": 4, "tokens": 30, "version": 1,
    }  # fmt: skip
    path.write_bytes(b"PAR1")
    with pytest.raises(SinkError, match="damaged"):
        TrainedGroups(path)


def test_a_torn_line_is_cut_off_and_never_read(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"iteration": 0}\n{"iterat')
    lines = JsonLines.__new__(JsonLines)
    lines.path = path
    assert list(lines.read()) == [{"iteration": 0}]
    JsonLines(path).append({"iteration": 1, "values": [1.0, math.inf]})
    assert path.read_text() == '{"iteration": 0}\n{"iteration": 1, "values": [1.0, null]}\n'


def test_a_checkpoint_appears_when_it_is_complete_and_not_before(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    with folder.writing(7) as path:
        (path / "module").mkdir()
        (path / "module" / "weights").write_bytes(b"1")
        assert folder.iterations() == []
    with pytest.raises(ZeroDivisionError), folder.writing(8) as path:
        (path / "weights").write_bytes(b"2" * (1 // 0))
    assert folder.iterations() == [7]
    assert [entry.name for entry in tmp_path.iterdir()] == ["000007"]
    assert (folder.path_of(7) / "module" / "weights").read_bytes() == b"1"


def test_a_checkpoint_is_replaced_by_a_newer_one_and_survives_a_failed_one(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for content in (b"1", b"2"):
        with folder.writing(7) as path:
            (path / "weights").write_bytes(content)
    with pytest.raises(KeyboardInterrupt), folder.writing(7):
        raise KeyboardInterrupt
    assert (folder.path_of(7) / "weights").read_bytes() == b"2"


def test_repair_puts_back_what_was_moved_aside_and_removes_what_was_not_finished(tmp_path: Path) -> None:
    for name in ("000002", ".000003.99.partial", ".000004.old.partial", ".000002.old.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights").write_text(name)
    folder = CheckpointFolder(tmp_path)
    folder.repair()
    assert folder.iterations() == [2, 4]
    assert (folder.path_of(2) / "weights").read_text() == "000002"
    assert (folder.path_of(4) / "weights").read_text() == ".000004.old.partial"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_code_version_names_the_commit_and_whether_code_changed(tmp_path: Path) -> None:
    assert code_version(tmp_path) == codearena_ray.__version__
    (tmp_path / "codearena_ray").mkdir()
    code = tmp_path / "codearena_ray" / "x.py"
    code.write_text("1")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], check=True, timeout=30)
    commit = subprocess.run(
        [*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True
    )
    assert code_version(tmp_path) == f"{codearena_ray.__version__}+{commit.stdout.strip()}"
    code.write_text("2")
    assert code_version(tmp_path).endswith(".changed")
    (tmp_path / ".git" / "HEAD").unlink()
    assert code_version(tmp_path) == codearena_ray.__version__


def test_a_configuration_survives_the_run_directory(tmp_path: Path) -> None:
    assert create(tmp_path / "run").read_config() == load_config(None, ("run.name=demo",)) != Config()
