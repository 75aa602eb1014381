"""A small, clean process that forks one isolated child per execution. It runs no code of a program or a pack.

It exists because forking a large process is slow and copies its secrets: a zygote is exec'd with an empty
environment, loads what programs usually import, freezes its heap and forks on request. It leaves when its control
socket closes, so that a supervisor that was killed leaves nothing behind.
"""

from __future__ import annotations

import array
import gc
import marshal
import os
import resource
import signal
import socket
import sys
from importlib import import_module
from typing import Any, NoReturn

from codearena_ray.sandbox import requests, runner

PRELOAD = [
    "abc",
    "array",
    "base64",
    "bisect",
    "calendar",
    "cmath",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "io",
    "itertools",
    "json",
    "keyword",
    "math",
    "numbers",
    "operator",
    "os",
    "pprint",
    "queue",
    "random",
    "re",
    "secrets",
    "shlex",
    "sqlite3",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "xml.etree.ElementTree",
    "zlib",
]
_MAX_MESSAGE = 1 << 16


def _exit_of(pid: int) -> tuple[int, int, float, int]:
    """Wait for `pid`; returns exit code, signal, CPU seconds and peak resident bytes."""
    _, status, usage = os.wait4(pid, 0)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return code, number, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


def _child(order: dict[str, Any], channel: int, output: int, entropy: bytes) -> NoReturn:
    """Become one execution: descriptors, layers, then the program."""
    try:
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(channel, runner.CHANNEL_FD)
        os.closerange(4, 1024)
        limit = order["memory_bytes"] + order["baseline_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (order["cpu_s"], order["cpu_s"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        import_module("random").seed(entropy)
        os.write(runner.CHANNEL_FD, requests.HELLO)
        runner.serve()
    except MemoryError:
        os._exit(requests.MEMORY_EXIT)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}"[:500].encode())
    os._exit(1)


def _baseline_bytes() -> int:
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def main(control_fd: int) -> None:
    """Serve `open` and `end` orders on the control socket until it closes."""
    control = socket.socket(fileno=control_fd)
    control.set_inheritable(False)
    for name in PRELOAD:
        import_module(name)
    baseline = _baseline_bytes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    control.send(marshal.dumps({"ready": os.getpid()}))
    child = 0
    while True:
        message, ancillary, _, _ = control.recvmsg(_MAX_MESSAGE, socket.CMSG_SPACE(3 * 4))
        if not message:
            break
        order = marshal.loads(message)
        if order["do"] == "open":
            fds = array.array("i", ancillary[0][2])
            order["baseline_bytes"] = baseline
            child = os.fork()
            if child == 0:
                _child(order, fds[0], fds[1], os.urandom(32))
            for fd in fds:
                os.close(fd)
            control.send(marshal.dumps({"pid": child}))
        else:
            os.kill(child, signal.SIGKILL)
            control.send(marshal.dumps({"exit": _exit_of(child)}))
            child = 0
    if child:
        os.kill(child, signal.SIGKILL)
    sys.exit(0)
