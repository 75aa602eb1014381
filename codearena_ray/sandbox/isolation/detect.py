"""Which isolation layers this machine offers, and the profile that follows.

The layers are tried, not guessed from versions: a throw-away process (`probe`) does what a zygote would
do. The floor is seccomp, and besides it Landlock or namespaces; below it nothing runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from codearena_ray.errors import IsolationError

PROFILES = ("root", "user", "shared")
_PROBE_S = 60.0


@dataclass(frozen=True, slots=True)
class Isolation:
    """A profile and the layers behind it, as tried on this machine."""

    profile: str
    """`root`: namespaces, a user id per slot; `user`: user namespaces; `shared`: Landlock and seccomp."""
    layers: Mapping[str, bool | str] = field(default_factory=dict)
    """Layer to False, True or what exactly is in use."""
    landlock_abi: int = 0
    """ABI in use, 0 without."""
    python: str = ""
    """The interpreter that children run."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Profiles that do not work here, and why."""


def detect_isolation(profile: str = "auto", *, landlock_abi: int | None = None) -> Isolation:
    """Return the strongest isolation that works here, or the one asked for.

    Args:
        profile: `auto`, `root`, `user` or `shared`.
        landlock_abi: Pretend that the kernel has at most this Landlock ABI; None: what it has.

    Raises:
        IsolationError: below the floor, or the asked profile does not work; the message says why.
    """
    if profile not in {"auto", *PROFILES}:
        raise IsolationError(f"no isolation profile {profile!r}; there are auto, {', '.join(PROFILES)}")
    found = dict(_probe(_interpreter()))
    if landlock_abi is not None:
        found["landlock"] = min(found["landlock"], landlock_abi)
    refused = {name: why for name in PROFILES if (why := _obstacle(name, found))}
    wanted = [name for name in PROFILES if profile in {"auto", name}]
    for name in wanted:
        if name not in refused:
            others = {other: why for other, why in refused.items() if other != name}
            return Isolation(name, _layers(name, found), found["landlock"], _interpreter(), others)
    raise IsolationError("; ".join(f"profile {name}: {refused[name]}" for name in wanted))


def _interpreter() -> str:
    return os.path.realpath(sys.executable)


@lru_cache(maxsize=4)
def _probe(python: str) -> dict[str, Any]:
    """Return what a throw-away process found; see `probe`."""
    command = [python, "-s", "-P", "-S", "-B", str(Path(__file__).parents[1] / "boot.py"), "probe"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PROBE_S, check=True, cwd="/", env={"LC_ALL": "C.UTF-8"}
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise IsolationError(f"the isolation probe failed: {error}") from error
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _obstacle(profile: str, found: Mapping[str, Any]) -> str:
    """Return why a profile does not work here, or nothing."""
    if found["seccomp"]:
        return f"no seccomp filter ({found['seccomp']})"
    if profile == "shared":
        if not found["landlock"]:
            return "neither namespaces nor Landlock"
        return str(found["shared"])
    return str(found[profile])


def _layers(profile: str, found: Mapping[str, Any]) -> dict[str, bool | str]:
    spaces = "mount net ipc uts pid" if profile == "root" else "user mount net ipc uts pid"
    return {
        "seccomp": f"{found['machine']} allow-list",
        "landlock": f"abi {found['landlock']}" if found["landlock"] else False,
        "namespaces": False if profile == "shared" else spaces,
        "user_id": "one per slot" if found["root_user"] else "shared",
        "no_new_privs": True,
        "rlimits": True,
        "threads": profile != "shared",
    }
