"""Entry of the zygote (`python -s -P -S -B boot.py CONTROL_FD`) and of the isolation probe (`boot.py probe`).

The package's own `__init__` modules are stepped around, so that nothing but the standard library and the few
modules that a child needs is loaded. `-I` is not used because it would ignore `PYTHONHASHSEED`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


def main() -> None:
    """Import the zygote or the probe with empty parent packages and run it."""
    sandbox = Path(__file__).parent
    for name, folder in (
        ("codearena_ray", sandbox.parent),
        ("codearena_ray.sandbox", sandbox),
        ("codearena_ray.sandbox.isolation", sandbox / "isolation"),
    ):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    if sys.argv[1] == "probe":
        import_module("codearena_ray.sandbox.isolation.probe").main()
    else:
        import_module("codearena_ray.sandbox.zygote").main(int(sys.argv[1]))


if __name__ == "__main__":
    main()
