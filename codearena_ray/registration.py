"""Makes `CodeArena-v0` known to Gymnasium, without importing Gymnasium for those who do not use it.

Gymnasium 1.2 has no entry points for plugins: an id exists once some import registered it. Importing
Gymnasium takes a fifth of a second, so this package does not; whichever is imported last, the id is
there, and `gymnasium.make("codearena_ray:CodeArena-v0")` imports both.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

ENV_ID = "CodeArena-v0"
ENTRY_POINT = "codearena_ray.adapters.gymnasium_env:CodeArenaEnv"
_REGISTRY = "gymnasium.envs.registration"


class _OnImport(MetaPathFinder):
    """Registers as soon as Gymnasium's registry is loaded, then is gone."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the registry's own spec with a loader that registers after it ran; else None."""
        del path, target
        if fullname != _REGISTRY:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                _register(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def register_when_loaded() -> None:
    """Register the environment now if Gymnasium is loaded, else as soon as it is."""
    registry = sys.modules.get(_REGISTRY)
    if registry is not None:
        _register(registry)
    elif not any(isinstance(finder, _OnImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _OnImport())


def _register(registry: ModuleType) -> None:
    if ENV_ID not in registry.registry:
        registry.register(id=ENV_ID, entry_point=ENTRY_POINT)
