"""Tries each layer in a throw-away process and prints what works, as JSON. Run through `boot.py`."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable

from codearena_ray.sandbox.isolation import kernel, landlock, namespaces
from codearena_ray.sandbox.isolation.confine import take_user_id
from codearena_ray.sandbox.isolation.seccomp import Filter, Rules
from codearena_ray.sandbox.isolation.syscalls import AUDIT_ARCH, machine
from codearena_ray.sandbox.isolation.userids import FIRST


def _try(body: Callable[[], None]) -> str:
    """Return nothing if `body` succeeds in a forked child, else why not."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            body()
            os.write(writer, b"ok")
        except Exception as error:
            os.write(writer, str(error)[:300].encode() or b"failed")
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    os.waitpid(pid, 0)
    return "" if text == "ok" else text or "the process died"


def _seccomp() -> None:
    if machine() not in AUDIT_ARCH:
        raise OSError(f"no system-call table for {machine()}")
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    Filter(Rules(machine())).load()
    try:
        socket.socket().close()
    except PermissionError:
        return
    raise OSError("the filter was loaded but does not hold")


def _landlock(abi: int) -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(landlock.ruleset(abi=abi))
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError("the rules were applied but do not hold")


def _spaces(*, user: bool) -> None:
    os.chdir(namespaces.library())
    if user and os.geteuid() == 0:
        take_user_id(FIRST)
    if not user and os.geteuid() != 0:
        raise OSError(f"needs root, this is user {os.geteuid()}")
    namespaces.leave(user=user)
    pid = os.fork()
    if pid == 0:
        try:
            namespaces.enter()
            if not user:
                take_user_id(FIRST)
            os._exit(0)
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise OSError("mounts inside a namespace are refused")


def _shared() -> None:
    if os.geteuid() == 0:
        take_user_id(FIRST)


def main() -> None:
    """Print the findings: an empty string where something works, else why not."""
    abi = landlock.version()
    landlock_problem = _try(lambda: _landlock(abi)) if abi else "none"
    findings = {
        "machine": machine(),
        "root_user": os.geteuid() == 0,
        "seccomp": _try(_seccomp),
        "landlock": 0 if landlock_problem else abi,
        "root": _try(lambda: _spaces(user=False)),
        "user": _try(lambda: _spaces(user=True)),
        "shared": _try(_shared),
    }
    print(json.dumps(findings))
