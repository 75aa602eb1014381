"""Which code a run was made by."""

from __future__ import annotations

import subprocess
from pathlib import Path

import codearena_ray

_GIT_TIMEOUT_S = 10.0


def code_version(root: Path | None = None) -> str:
    """Return the package's version, and in a clone the commit, marked `.changed` where tracked code differs.

    Args:
        root: Where a clone would lie; by default the folder that holds the package.
    """
    root = root or Path(codearena_ray.__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return codearena_ray.__version__
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return codearena_ray.__version__
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", "codearena_ray")
    return f"{codearena_ray.__version__}+{commit}{'.changed' if changed else ''}"


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints; nothing where there is no git or it fails: a version must not stop a run."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=_GIT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
