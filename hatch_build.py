"""Puts configs and task packs into wheels, below the package, where `config.data_dir` looks for them.

A plain `force-include` would also copy them into site-packages for an editable installation, which reads
them from the clone.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {"configs": "codearena_ray/_data/configs", "tasks/packs": "codearena_ray/_data/packs"}


class ShippedData(BuildHookInterface[Any]):
    """The hook that hatchling runs before it builds."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders to a real wheel; `version` is `editable` for the other kind."""
        if version == "standard":
            build_data["force_include"].update(SHIPPED)
