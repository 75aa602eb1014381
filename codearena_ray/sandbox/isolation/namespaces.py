"""A slot's own world: namespaces, and a root that holds the standard library, three devices and nothing else.

Runs in the zygote before it loads anything. Mounts are private to the slot and vanish with its last
process, so that nothing has to be removed from the host. There is no `/proc` inside.
"""

from __future__ import annotations

import os
import stat
import sysconfig
from pathlib import Path

from codearena_ray.sandbox.isolation import kernel
from codearena_ray.sandbox.isolation.syscalls import machine, numbers

INSIDE_ID = 1000
"""User and group id inside a user namespace."""
WORK = "/work"
EMPTY = "/empty"
_WORK_BYTES = 64 << 20
_WORK_FILES = 2048
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
ZONES = "/usr/share/zoneinfo"
_STAGES = ("/tmp", "/mnt", "/media", "/run")
_LOCKED = os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME
"""Flags of a source mount that a user namespace may not drop; `statvfs` and `mount` agree on their bits."""
_ALL = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID
)


def library() -> str:
    """Return the folder of the standard library."""
    return os.path.realpath(sysconfig.get_path("stdlib"))


def leave(*, user: bool) -> None:
    """Leave the host's namespaces; the next fork starts the slot's process tree.

    Args:
        user: Through a new user namespace, in which this user becomes `INSIDE_ID`.
    """
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(_ALL | (kernel.CLONE_NEWUSER if user else 0))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{INSIDE_ID} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{INSIDE_ID} {gid} 1")


def _bind(source: str, target: str, *, device: bool = False) -> None:
    """Show `source` at `target`, read-only."""
    kernel.mount(source, target, None, kernel.MS_BIND | kernel.MS_REC)
    flags = os.statvfs(target).f_flag & _LOCKED | kernel.MS_NOSUID | kernel.MS_RDONLY
    flags |= 0 if device else kernel.MS_NODEV
    kernel.mount(None, target, None, kernel.MS_REMOUNT | kernel.MS_BIND | flags)


def enter() -> None:
    """Make the slot's root and move into it. The working directory must be the standard library's folder.

    The bind goes through the working directory because a user namespace may be unable to walk to it by name.
    """
    stage = next(path for path in _STAGES if os.path.isdir(path))
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", stage, "tmpfs", kernel.MS_NOSUID, "size=1m,nr_inodes=512,mode=755")
    _show_library(stage + library())
    os.mkdir(f"{stage}/dev")
    for device in _DEVICES:
        if os.path.exists(device) and stat.S_ISCHR(os.stat(device).st_mode):
            Path(stage + device).touch()
            _bind(device, stage + device, device=True)
    if os.path.isdir(ZONES):
        os.makedirs(stage + ZONES)
        _bind(ZONES, stage + ZONES)
    os.mkdir(stage + WORK)
    work = f"size={_WORK_BYTES},nr_inodes={_WORK_FILES},mode=755"
    kernel.mount("tmpfs", stage + WORK, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, work)
    os.mkdir(stage + EMPTY)
    _pivot(stage)


def _show_library(inside: str) -> None:
    """Bind the working directory at `inside`, without the packages that were installed into it."""
    os.makedirs(inside)
    _bind(".", inside)
    for packages in ("site-packages", "dist-packages"):
        if os.path.isdir(f"{inside}/{packages}"):
            kernel.mount("tmpfs", f"{inside}/{packages}", "tmpfs", kernel.MS_RDONLY, "size=4k,mode=755")


def _pivot(stage: str) -> None:
    os.mkdir(f"{stage}/old")
    os.chdir(stage)
    kernel.call(numbers(machine())["pivot_root"], b".", b"old", what="pivot_root")
    os.chdir("/")
    kernel.detach("/old")
    os.rmdir("/old")
    kernel.mount(None, "/", None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID)
