"""Attacks on memory, time, output, disk, descriptors and threads: each costs its own child, no more."""

import time
from collections.abc import Callable

import pytest

from codearena_ray.sandbox import Reply, Slot
from codearena_ray.types import Fixture, Limits, SandboxReport, Step, Verdict

Run = Callable[..., Reply]
Report = Callable[..., tuple[Reply, SandboxReport]]
SHORT = Limits(cpu_s=0.3, wall_s=3.0, memory_bytes=128 << 20)


def test_an_infinite_loop_ends_at_its_cpu_limit(report: Report) -> None:
    start = time.monotonic()
    reply, sandbox = report("def attack():\n    while True:\n        pass\n", limits=SHORT)
    assert (reply.death, sandbox.limit) == (Verdict.TIMEOUT, "cpu")
    assert time.monotonic() - start < SHORT.wall_s + 1.0


def test_sleeping_ends_at_the_wall_limit(report: Report) -> None:
    limits = Limits(cpu_s=1.0, wall_s=0.4)
    reply, sandbox = report("import time\ndef attack():\n    time.sleep(60)\n", limits=limits)
    assert (reply.death, sandbox.limit) == (Verdict.TIMEOUT, "wall")


def test_catching_everything_and_ignoring_signals_does_not_help(report: Report) -> None:
    code = """
import signal
def attack():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    except (OSError, ValueError):
        pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
    assert report(code, limits=SHORT)[0].death is Verdict.TIMEOUT


def test_an_infinite_loop_at_import_is_a_timeout(slot: Slot) -> None:
    with slot.open("while True:\n    pass\n", limits=SHORT) as session:
        assert session.loaded.death is Verdict.TIMEOUT
        assert session.call([Step("attack")])[0].death is Verdict.NOT_RUN


def test_a_memory_bomb_is_a_memory_error(run: Run) -> None:
    assert "MemoryError" in run("def attack():\n    return len([0] * 10 ** 9)\n", limits=SHORT).raised


def test_slow_memory_growth_ends_too(run: Run) -> None:
    code = """
kept = []
def attack():
    while True:
        kept.append(bytearray(1 << 20))
"""
    reply = run(code, limits=Limits(cpu_s=5.0, memory_bytes=128 << 20))
    assert "MemoryError" in reply.raised or reply.death is Verdict.MEMORY


def test_an_output_bomb_ends_at_its_limit(report: Report) -> None:
    code = "def attack():\n    while True:\n        print('x' * 10000)\n"
    reply, sandbox = report(code, limits=Limits(cpu_s=5.0, output_bytes=1 << 16))
    assert (reply.kind, sandbox.limit) == ("dead", "output")


def test_one_enormous_line_is_cut(slot: Slot) -> None:
    code = "def attack():\n    print('x' * 10 ** 8)\n"
    with slot.open(code, limits=Limits(output_bytes=1000)) as session:
        session.call([Step("attack")])
        session.finish()
        assert session.observed.stdout == "x" * 1000


def test_a_recursion_bomb_is_an_error_or_a_crash(run: Run) -> None:
    code = """
import sys
def attack():
    sys.setrecursionlimit(10 ** 9)
    class Deep:
        def __repr__(self):
            return repr(self)
    repr(Deep())
"""
    reply = run(code, limits=Limits(memory_bytes=256 << 20))
    assert reply.kind in {"dead", "raised"}


def test_a_descriptor_bomb_is_an_error(run: Run) -> None:
    code = "import os\nkept = []\ndef attack():\n    while True:\n        kept.append(os.dup(0))\n"
    assert "OSError" in run(code).raised


def test_a_thread_bomb_is_an_error(run: Run) -> None:
    code = """
import threading
def attack():
    threading.stack_size(65536)
    stop = threading.Event()
    for _ in range(100000):
        threading.Thread(target=stop.wait, daemon=True).start()
"""
    reply = run(code, limits=Limits(cpu_s=5.0))
    assert "RuntimeError" in reply.raised or reply.kind == "dead"


def test_one_large_file_ends_at_its_limit(run: Run) -> None:
    code = """
def attack():
    with open('large', 'wb') as file:
        while True:
            file.write(bytes(1 << 20))
"""
    reply = run(code, fixture=Fixture())
    assert "OSError" in reply.raised or reply.kind == "dead"


def test_a_deep_tree_of_folders_is_removed(run: Run) -> None:
    code = """
import os
def attack():
    made = 0
    try:
        for _ in range(3000):
            os.mkdir('a' * 200)
            os.chdir('a' * 200)
            made += 1
    except OSError:
        pass
    return made
"""
    assert run(code, fixture=Fixture()).value > 1000


def test_folders_without_permissions_are_removed(run: Run) -> None:
    code = """
import os
def attack():
    os.makedirs('a/b/c')
    open('a/b/c/file', 'w').close()
    os.umask(0o777)
    os.mkdir('closed')
    for path in ('a/b/c', 'a/b', 'a'):
        try:
            os.chmod(path, 0)
        except OSError:
            pass
"""
    assert run(code, fixture=Fixture()).ok


@pytest.mark.parametrize(
    "code",
    [
        "import re\ndef attack():\n    return re.match('(a+)+$', 'a' * 40 + 'b')\n",
        "def attack():\n    return len(str(3 ** (10 ** 8)))\n",
        "def attack():\n    return sum(1 for _ in iter(int, 1))\n",
    ],
)
def test_a_single_slow_operation_ends_at_its_cpu_limit(run: Run, code: str) -> None:
    assert run(code, limits=SHORT).death is Verdict.TIMEOUT


def test_a_decompression_bomb_stays_within_memory(run: Run) -> None:
    code = """
import zlib
def attack():
    packer = zlib.compressobj(9)
    packed = b''.join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    return len(zlib.decompress(packed))
"""
    reply = run(code, limits=Limits(cpu_s=10.0, wall_s=30.0, memory_bytes=128 << 20))
    assert "MemoryError" in reply.raised
