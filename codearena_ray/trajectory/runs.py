"""A run directory: one run, its configuration, metrics, events, rows and checkpoints.

    run.json                 who the run is: id, code and grader version, how often it was resumed
    config.yaml              the resolved configuration
    metrics.jsonl            one object per iteration
    events.jsonl             restarts, unscored episodes, warnings: time, kind, actor, cause
    trajectories/            rows (`trajectory.layout`)
    trained_groups.parquet   what the learner used
    checkpoints/NNNNNN/      after that many iterations

A directory is made whole or not at all, and never taken over from another run.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from codearena_ray.config import Config, dump_config, load_config
from codearena_ray.errors import UserError
from codearena_ray.trajectory.checkpoints import CheckpointFolder
from codearena_ray.trajectory.code_version import code_version
from codearena_ray.trajectory.durable import PARTIAL, replacing, sync_directory
from codearena_ray.trajectory.jsonl import JsonLines
from codearena_ray.trajectory.rows import RunIdentity
from codearena_ray.trajectory.trained import TrainedGroups

_RECORD = "run.json"
_CONFIG = "config.yaml"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What run.json holds."""

    run_id: str
    code_version: str
    grader_version: str
    pack_hash: str
    created_at: float
    """Seconds since the epoch."""
    num_resumes: int = 0


class RunDirectory:
    """An existing run directory; made by `create` or `resume`."""

    def __init__(self, path: Path, record: RunRecord, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.record = record
        self._clock = clock
        self.metrics = JsonLines(path / "metrics.jsonl")
        self.events = JsonLines(path / "events.jsonl")
        self.checkpoints = CheckpointFolder(path / "checkpoints")

    @classmethod
    def create(
        cls,
        path: str | Path,
        config: Config,
        *,
        grader_version: str,
        pack_hash: str = "",
        clock: Callable[[], float] = time.time,
    ) -> RunDirectory:
        """Return a new run's directory.

        Args:
            path: Missing or empty.
            config: Resolved.
            grader_version: Version of the grading rules.
            pack_hash: Hash of the task pack.
            clock: Seconds since the epoch.

        Raises:
            UserError: the directory holds another run or other files, or cannot be made.
        """
        path = Path(path).absolute()
        _refuse_used(path)
        record = RunRecord(
            run_id=f"{config.run.name}-{uuid.uuid4().hex[:12]}",
            code_version=code_version(),
            grader_version=grader_version,
            pack_hash=pack_hash,
            created_at=clock(),
        )
        staging = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{PARTIAL}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            staging.mkdir()
            (staging / "trajectories").mkdir()
            (staging / "checkpoints").mkdir()
            (staging / _CONFIG).write_text(dump_config(config), encoding="utf-8")
            _write_record(staging, record)
            staging.rename(path)
        except OSError as error:
            shutil.rmtree(staging, ignore_errors=True)
            _refuse_used(path)  # somebody else was faster
            raise UserError(f"run.dir={path}: cannot be made ({error.strerror}); choose another") from error
        sync_directory(path.parent)
        return cls(path, record, clock=clock)

    @classmethod
    def attach(cls, path: str | Path) -> RunDirectory:
        """Return the directory of a run that `create` or `resume` opened; nothing is changed.

        Raises:
            UserError: there is no run in the directory.
        """
        return cls(Path(path).absolute(), _need_record(Path(path)))

    @classmethod
    def resume(
        cls, path: str | Path, config: Config | None = None, *, clock: Callable[[], float] = time.time
    ) -> RunDirectory:
        """Return the directory of a run that goes on; half-written checkpoints are removed.

        Args:
            path: A directory made by `create`.
            config: If given it is saved as the run's, and what it changes becomes an event.
            clock: Seconds since the epoch.

        Raises:
            UserError: there is no run in the directory.
        """
        path = Path(path).absolute()
        record = _need_record(path)
        now = replace(record, num_resumes=record.num_resumes + 1, code_version=code_version())
        run = cls(path, now, clock=clock)
        _write_record(path, run.record)
        run.checkpoints.repair()
        run.append_event("resumed", actor="driver", cause="resume", num_resumes=run.record.num_resumes)
        if run.record.code_version != record.code_version:
            versions = f"{record.code_version} -> {run.record.code_version}"
            run.append_event("code_changed", actor="driver", cause=versions)
        if config is not None:
            run._take_config(config)
        return run

    @property
    def identity(self) -> RunIdentity:
        """What every row says about the run."""
        return RunIdentity(self.record.run_id, self.record.code_version, self.record.grader_version)

    @property
    def trajectories_path(self) -> Path:
        """Where the sink writes."""
        return self.path / "trajectories"

    def read_config(self) -> Config:
        """Return the run's configuration."""
        return load_config(self.path / _CONFIG)

    def trained_groups(self) -> TrainedGroups:
        """Return the writer of trained_groups.parquet."""
        return TrainedGroups(self.path / "trained_groups.parquet")

    def append_metrics(self, iteration: int, metrics: dict[str, Any]) -> None:
        """Add the metrics of an iteration."""
        self.metrics.append({"iteration": iteration, "time": self._clock(), **metrics})

    def append_event(self, kind: str, *, actor: str, cause: str, **details: Any) -> None:
        """Add an event: what happened, to whom, why; `details` may bring its own `time`."""
        self.events.append({"time": self._clock(), "kind": kind, "actor": actor, "cause": cause} | details)

    def drop_after(self, iteration: int) -> None:
        """Forget metrics and trained groups of iterations after a checkpoint; they are going to be redone.

        Rows stay: they happened. Groups sampled again need ids of their own; `record.num_resumes` tells the
        lives of a run apart.
        """
        self.metrics.keep(lambda record: int(record["iteration"]) <= iteration)
        self.trained_groups().drop_after(iteration)

    def _take_config(self, config: Config) -> None:
        old, new = (_flat(c.model_dump(mode="json")) for c in (self.read_config(), config))
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        if changed:
            with replacing(self.path / _CONFIG) as file:
                file.write(dump_config(config).encode())
            self.append_event("config_changed", actor="driver", cause=", ".join(changed))


def check_unused(path: str | Path) -> None:
    """Check that `RunDirectory.create` would take this path, before anything slow starts.

    Raises:
        UserError: it holds another run or other files, or is a file.
    """
    _refuse_used(Path(path).absolute())


def _refuse_used(path: Path) -> None:
    record = _read_record(path)
    if record is not None:
        raise UserError(
            f"run.dir={path}: holds run {record.run_id}; add --resume or choose another --run-dir"
        )
    if path.exists() and not path.is_dir():
        raise UserError(f"run.dir={path}: is a file; choose another --run-dir")
    if path.is_dir() and any(path.iterdir()):
        raise UserError(f"run.dir={path}: holds other files; choose another --run-dir")


def _need_record(path: Path) -> RunRecord:
    record = _read_record(path)
    if record is None:
        raise UserError(f"run.dir={path}: holds no run; leave --resume out to start one")
    return record


def _read_record(path: Path) -> RunRecord | None:
    file = path / _RECORD
    if not file.is_file():
        return None
    try:
        return RunRecord(**json.loads(file.read_bytes()))
    except (ValueError, TypeError) as error:
        raise UserError(f"{file}: damaged ({error}); choose another --run-dir") from error


def _write_record(path: Path, record: RunRecord) -> None:
    with replacing(path / _RECORD) as file:
        file.write(json.dumps(asdict(record), indent=1).encode() + b"\n")


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat.update(
            _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
        )
    return flat
