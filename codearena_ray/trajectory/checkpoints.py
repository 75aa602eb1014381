"""The checkpoints of a run: folders that have their name only when they are complete."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codearena_ray.trajectory.durable import PARTIAL, sync_directory

_NAME = re.compile(r"\d{6,}")
_OLD = re.compile(r"\.(\d{6,})\.old" + re.escape(PARTIAL))


class CheckpointFolder:
    """`checkpoints/NNNNNN/`, the number being the iterations done.

    Args:
        path: An existing folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, iteration: int) -> Path:
        """Return where the checkpoint after so many iterations lies, or would."""
        return self.path / f"{iteration:06d}"

    def iterations(self) -> list[int]:
        """Return the iterations that have a complete checkpoint, ascending."""
        names = [entry.name for entry in self.path.iterdir() if entry.is_dir()]
        return sorted(int(name) for name in names if _NAME.fullmatch(name))

    @contextmanager
    def writing(self, iteration: int) -> Iterator[Path]:
        """Yield an empty folder that becomes the checkpoint when the block ends without an error.

        An older checkpoint of that iteration is replaced: moved aside, then deleted; `repair` puts it back if
        the process ends in between.
        """
        final = self.path_of(iteration)
        staging = self.path / f".{final.name}.{os.getpid()}{PARTIAL}"
        aside = self.path / f".{final.name}.old{PARTIAL}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
            _sync_tree(staging)
            if final.exists():
                final.rename(aside)
            staging.rename(final)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            self._put_back(aside, final)
            raise
        sync_directory(self.path)
        shutil.rmtree(aside, ignore_errors=True)

    def repair(self) -> None:
        """Put back what was moved aside, remove what was never finished. No writer may be at work."""
        for leftover in self.path.glob(f".*{PARTIAL}"):
            if match := _OLD.fullmatch(leftover.name):
                self._put_back(leftover, self.path / match[1])
            if leftover.exists():
                shutil.rmtree(leftover)

    @staticmethod
    def _put_back(aside: Path, final: Path) -> None:
        if aside.exists() and not final.exists():
            aside.rename(final)


def _sync_tree(root: Path) -> None:
    for directory, _, names in os.walk(root):
        for name in names:
            with (Path(directory) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_directory(Path(directory))
