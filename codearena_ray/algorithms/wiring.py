"""What env runners are given once per iteration: engine clients and who the run is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.trajectory.rows import RunIdentity


@dataclass(frozen=True, slots=True)
class RolloutWiring:
    """Picklable; the same object for every runner."""

    engines: Mapping[str, EngineClient]
    run: RunIdentity
    policy_hash: Mapping[str, str]
    """Model hash by module id, and the tokenizer's under `tokenizer`."""
    tokenizer_path: str
