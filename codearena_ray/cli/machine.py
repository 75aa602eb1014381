"""Facts about this machine, read from the system's own files; where one cannot be read, zero or empty."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_FLAGS = {
    "avx2": ("avx2",),
    "avx512": ("avx512f", "avx512bw", "avx512vl"),
    "avx512_bf16": ("avx512_bf16",),
    "amx": ("amx_tile", "amx_bf16"),
    "neon": ("asimd",),
    "arm_bf16": ("bf16",),
}
"""Instruction set to the flags that make it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a run has to work with."""

    architecture: str
    cpu_model: str
    cores: int
    usable_cores: float
    """After affinity and cgroup quota."""
    instructions: dict[str, bool]
    memory_bytes: int
    """The machine's, or the cgroup's limit if that is lower."""
    available_bytes: int
    shm_free_bytes: int
    disk_path: str
    """Nearest existing folder to the one asked for."""
    disk_free_bytes: int
    python: str
    python_fits: bool
    compiler: str
    """Path of a C++ compiler, or empty."""
    headers: str
    """Path of Python.h, or empty."""


def find_machine(run_dir: Path) -> Machine:
    """Return the facts.

    Args:
        run_dir: The folder whose disk counts; it need not exist.
    """
    cpu = _key_values(Path("/proc/cpuinfo"))
    flags = set((cpu.get("flags") or cpu.get("Features") or "").split())
    memory = _key_values(Path("/proc/meminfo"))
    total, available = _kib(memory.get("MemTotal")), _kib(memory.get("MemAvailable"))
    limit = _memory_limit()
    path = _existing(run_dir)
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return Machine(
        architecture=platform.machine(),
        cpu_model=cpu.get("model name", ""),
        cores=os.cpu_count() or 1,
        usable_cores=_usable_cores(),
        instructions={name: flags.issuperset(wanted) for name, wanted in _FLAGS.items()},
        memory_bytes=min(total, limit) if limit else total,
        available_bytes=min(available, limit) if limit else available,
        shm_free_bytes=_free(Path("/dev/shm")),
        disk_path=str(path),
        disk_free_bytes=_free(path),
        python=platform.python_version(),
        python_fits=(3, 11) <= sys.version_info[:2] <= (3, 12),
        compiler=_compiler(),
        headers=str(headers) if headers.is_file() else "",
    )


def _compiler() -> str:
    named = os.environ.get("CXX", "")
    found = (shutil.which(name) for name in (named, "g++", "clang++", "c++") if name)
    return next((path for path in found if path), "")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _key_values(path: Path) -> dict[str, str]:
    """Return the first value of each `key: value` line."""
    values: dict[str, str] = {}
    for line in _read(path).splitlines():
        key, colon, value = line.partition(":")
        if colon:
            values.setdefault(key.strip(), value.strip())
    return values


def _kib(text: str | None) -> int:
    number = (text or "").split(" ")[0]
    return int(number) * 1024 if number.isdigit() else 0


def _memory_limit() -> int:
    """Return the cgroup's memory limit in bytes; 0 without one."""
    for file in (_CGROUP / "memory.max", _CGROUP / "memory" / "memory.limit_in_bytes"):
        text = _read(file).strip()
        if text.isdigit() and int(text) < 1 << 60:  # cgroup v1 says "no limit" with a huge number
            return int(text)
    return 0


def _usable_cores() -> float:
    cores = float(len(os.sched_getaffinity(0)))
    quota, _, period = _read(_CGROUP / "cpu.max").strip().partition(" ")
    if not quota:
        quota = _read(_CGROUP / "cpu" / "cpu.cfs_quota_us").strip()
        period = _read(_CGROUP / "cpu" / "cpu.cfs_period_us").strip()
    if quota.isdigit() and period.isdigit() and int(period) > 0:
        cores = min(cores, int(quota) / int(period))
    return round(cores, 2)


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return 0
