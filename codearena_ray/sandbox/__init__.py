"""Runs programs that nobody trusts, and reports what was seen from outside.

Names are resolved on first use: the zygote imports single modules of this package and must stay small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codearena_ray.sandbox.isolation.detect import Isolation, detect_isolation
    from codearena_ray.sandbox.pool import SlotPool
    from codearena_ray.sandbox.session import Observed, Session
    from codearena_ray.sandbox.slot import Slot
    from codearena_ray.sandbox.values import Handle, Opaque, Reply, WireDict, WireSet, plain

_HOME = {
    "Handle": "values",
    "Isolation": "isolation.detect",
    "Observed": "session",
    "Opaque": "values",
    "Reply": "values",
    "Session": "session",
    "Slot": "slot",
    "SlotPool": "pool",
    "WireDict": "values",
    "WireSet": "values",
    "detect_isolation": "isolation.detect",
    "plain": "values",
}

__all__ = [
    "Handle",
    "Isolation",
    "Observed",
    "Opaque",
    "Reply",
    "Session",
    "Slot",
    "SlotPool",
    "WireDict",
    "WireSet",
    "detect_isolation",
    "plain",
]


def __getattr__(name: str) -> Any:
    """Import the module that holds a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
