"""Attacks on everything outside the program's own process and folder."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codearena_ray.sandbox import Reply, Slot
from codearena_ray.sandbox.isolation.syscalls import machine, numbers
from codearena_ray.types import Fixture, Limits, Step

Run = Callable[..., Reply]

RAW_CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def attack(calls):
    survived = []
    for name, number, args in calls:
        ctypes.set_errno(0)
        result = libc.syscall(number, *[ctypes.c_long(a) for a in args])
        if result >= 0:
            survived.append((name, result))
    return survived
"""


def raw(*names: str, args: tuple[int, ...] = (0, 0, 0, 0, 0, 0)) -> list[list[object]]:
    table = numbers(machine())
    return [[name, table[name], list(args)] for name in names if name in table]


def test_files_outside_its_folder_cannot_be_read(run: Run) -> None:
    code = """
def attack(paths):
    read = []
    for path in paths:
        try:
            with open(path, 'rb') as file:
                read.append((path, file.read(20)))
        except OSError:
            pass
    return read
"""
    paths = ["/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/environ", "/proc/self/maps"]
    home = os.path.expanduser("~/.bashrc")
    paths += ["/proc/self/mem", home, str(Path(__file__)), os.path.abspath("pyproject.toml")]
    assert run(code, paths, fixture=Fixture()).value == []


def test_folders_of_the_host_cannot_be_listed(run: Run) -> None:
    code = """
import os
def attack(paths):
    seen = []
    for path in paths:
        try:
            seen += [(path, name) for name in os.listdir(path)]
        except OSError:
            pass
    return seen
"""
    home = str(Path.home())
    listed = run(
        code, [home, os.getcwd(), "/etc", "/proc", "/home", "/var", "/dev/shm", tempfile.gettempdir()]
    ).value
    assert listed == []


@pytest.mark.parametrize("fixture", [None, Fixture()])
def test_nothing_can_be_written_outside_its_folder(run: Run, fixture: Fixture | None) -> None:
    code = """
import os
def attack(paths):
    written = []
    for path in paths:
        try:
            with open(path, 'w') as file:
                file.write('note')
            written.append(path)
        except OSError:
            pass
    return written
"""
    mark = f"codearena-note-{os.getpid()}"
    paths = [
        f"{folder}/{mark}" for folder in ("/tmp", "/dev/shm", "/var/tmp", "..", "../..", "/", "/run", "/work")
    ]
    assert run(code, paths, fixture=fixture).value == []
    assert not any(Path(path).exists() for path in paths)


def test_without_a_fixture_there_is_nowhere_to_write(run: Run) -> None:
    code = "def attack():\n    open('note', 'w').write('x')\n"
    assert "OSError" in run(code).raised


def test_no_socket_of_any_kind_can_be_made(run: Run) -> None:
    code = """
import socket
def attack():
    made = []
    for family in range(1, 46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                made.append((family, kind))
            except OSError:
                pass
    return made
"""
    assert run(code).value == []
    assert run(RAW_CALLS, raw("socketpair", args=(1, 1, 0, 0))).value == []


def test_no_process_can_be_started(run: Run) -> None:
    code = "import os\ndef attack():\n    return os.fork()\n"
    assert "OSError" in run(code).raised
    calls = raw("fork", "vfork") + raw("clone", args=(17, 0, 0, 0, 0)) + raw("clone", args=(0, 0, 0, 0, 0))
    calls += (
        raw("clone", args=(0x10000011, 0, 0, 0, 0)) + raw("clone3", args=(0, 88)) + raw("execve", "execveat")
    )
    assert run(RAW_CALLS, calls).value == []


def test_real_programs_never_run(run: Run) -> None:
    code = """
import os, subprocess, _posixsubprocess, posix
def attack():
    ran = []
    for start in (
        lambda: posix.system('touch /tmp/ran'),
        lambda: os.posix_spawn('/bin/true', ['true'], {}),
        lambda: posix.execv('/bin/true', ['true']),
    ):
        try:
            ran.append(start())
        except OSError:
            pass
    return [code for code in ran if code in (0, 256)]
"""
    assert run(code).value == []


def test_other_processes_cannot_be_read_or_traced(run: Run) -> None:
    calls = []
    for pid in (os.getpid(), 1, 2):
        calls += raw("process_vm_readv", "process_vm_writev", args=(pid, 0, 0, 0, 0, 0))
        calls += raw("ptrace", args=(16, pid, 0, 0)) + raw("ptrace", args=(0x4206, pid, 0, 0))
        calls += raw("pidfd_open", args=(pid, 0))
    calls += raw("ptrace", args=(0, 0, 0, 0)) + raw("kcmp", "perf_event_open")
    assert run(RAW_CALLS, calls).value == []


def test_signals_reach_nobody(run: Run, slot: Slot) -> None:
    calls = []
    for pid in (os.getpid(), 1, 2, 0, -1):
        for signal in (0, 9, 15, 19):
            calls += raw("kill", "tkill", args=(pid, signal))
            calls += raw("tgkill", args=(pid, pid, signal)) + raw("rt_sigqueueinfo", args=(pid, signal, 0))
    calls += raw("pidfd_send_signal", args=(3, 9, 0, 0))
    assert run(RAW_CALLS, calls).value == []


def test_the_kernel_cannot_be_made_to_send_signals(run: Run) -> None:
    code = """
import fcntl, os
def attack(commands):
    done = []
    for fd in (0, 1, 3):
        for name, command, value in commands:
            try:
                fcntl.fcntl(fd, command, value)
                done.append(name)
            except OSError:
                pass
    return done
"""
    commands = [["F_SETOWN", 8, 1], ["F_SETSIG", 10, 9], ["F_SETLEASE", 1024, 1], ["F_NOTIFY", 1026, 1]]
    commands += [["F_SETOWN_EX", 15, 0], ["F_SETFL O_ASYNC", 4, 0o20000], ["F_SETPIPE_SZ", 1031, 1 << 20]]
    assert run(code, commands).value == []
    assert run(RAW_CALLS, raw("timer_create", "mq_open", "signalfd4", args=(0, 0, 0, 0))).value == []


def test_namespaces_and_mounts_are_out_of_reach(run: Run) -> None:
    calls = raw("setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "fsopen", "move_mount")
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0):
        calls += raw("unshare", args=(flag,))
    assert run(RAW_CALLS, calls).value == []


def test_rare_kernel_entries_are_closed(run: Run) -> None:
    names = (
        "bpf io_uring_setup io_uring_enter userfaultfd keyctl add_key request_key memfd_create memfd_secret "
        "name_to_handle_at open_by_handle_at init_module finit_module kexec_load reboot swapon acct "
        "personality modify_ldt iopl ioperm process_madvise lookup_dcookie quotactl syslog shmget semget "
        "msgget mq_open inotify_init1 fanotify_init landlock_create_ruleset seccomp prctl"
    )
    calls = raw(*names.split())
    assert run(RAW_CALLS, calls).value == []


def test_limits_priority_and_identity_cannot_be_changed(run: Run) -> None:
    table = numbers(machine())
    code = (
        RAW_CALLS
        + """
def limits(number):
    new = (ctypes.c_ulong * 2)(2 ** 40, 2 ** 40)
    return [which for which in range(16) if libc.syscall(number, 0, which, new, None) >= 0]
"""
    )
    calls = raw("setuid", "setgid", "setresuid", "setresgid", "setgroups", "capset", "setsid", "setpgid")
    calls += raw("setpriority", "sched_setaffinity", "sched_setscheduler", "setrlimit")
    assert run(code, calls).value == []
    renamed = code.replace("def attack", "def other").replace("def limits", "def attack")
    assert run(renamed, table["prlimit64"]).value == []


def test_memory_cannot_become_executable(run: Run) -> None:
    code = """
import ctypes, mmap
def attack():
    made = []
    try:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        made.append('mmap')
    except OSError:
        pass
    page = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    if ctypes.CDLL(None).mprotect(ctypes.c_void_p(address), 4096, 7) == 0:
        made.append('mprotect')
    return made
"""
    assert run(code).value == []


def test_foreign_system_call_tables_kill_only_the_child(run: Run) -> None:
    if machine() == "x86_64":
        reply = run(RAW_CALLS, [["x32 getpid", 0x40000000 + 39, [0]]])
        assert reply.kind == "dead"


def test_no_descriptor_but_its_own_is_inherited(run: Run) -> None:
    code = """
import os
def attack():
    found = []
    for fd in range(4096):
        try:
            os.fstat(fd)
            found.append(fd)
        except OSError:
            pass
    return found
"""
    assert run(code).value == [0, 1, 2, 3]


def test_no_secret_of_the_supervisor_is_in_reach(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEARENA_TEST_SECRET", "hunter2")
    code = """
import gc, os
def attack(name):
    found = [v for v in os.environ.values() if 'hunter2' in v]
    if name in os.environ or os.environb.get(name.encode()):
        found.append(name)
    return found
"""
    assert run(code, "CODEARENA_TEST_SECRET").value == []


def test_links_do_not_lead_out_of_its_folder(run: Run) -> None:
    code = """
import os
def attack():
    made = []
    for make in (os.symlink, os.link):
        try:
            make('/etc/passwd', 'way')
            made.append(open('way').read()[:10])
        except OSError:
            pass
    return made
"""
    assert run(code, fixture=Fixture()).value == []


def test_its_folder_cannot_be_moved_or_replaced(run: Run) -> None:
    code = """
import os
def attack():
    done = []
    here = os.getcwd()
    for move in (
        lambda: os.rename(here, here + '-moved'),
        lambda: os.rename('.', '../elsewhere'),
        lambda: os.rmdir(here),
        lambda: os.mkdir(here + '-beside'),
        lambda: os.mknod('device', 0o20666, os.makedev(1, 1)),
    ):
        try:
            move()
            done.append(True)
        except OSError:
            pass
    return done
"""
    assert run(code, fixture=Fixture()).value == []


def test_notes_for_the_next_execution_are_not_found(slot: Slot) -> None:
    writer = """
import builtins, json, os, sys
def attack(paths):
    builtins.note = json.note = sys.note = 'note'
    os.environ['NOTE'] = 'note'
    json.dumps = lambda *a, **k: 'note'
    for path in paths:
        try:
            open(path, 'w').write('note')
        except OSError:
            pass
"""
    reader = """
import builtins, json, os, sys
def attack(paths):
    found = [m.__name__ for m in (builtins, json, sys) if hasattr(m, 'note')]
    found += [path for path in paths if os.path.exists(path)]
    found += [name for name in os.listdir('.')]
    found += ['NOTE'] * ('NOTE' in os.environ)
    return found + [json.dumps(1)] * (json.dumps(1) != '1')
"""
    paths = ["note", "/tmp/note", "/dev/shm/note", "../note", "/srv/note"]
    with slot.open(writer, limits=Limits(), fixture=Fixture()) as session:
        session.call([Step("attack", (paths,))])
    with slot.open(reader, limits=Limits(), fixture=Fixture()) as session:
        assert session.call([Step("attack", (paths,))])[0].value == []


def test_threads_do_not_outlive_the_execution(slot: Slot) -> None:
    code = """
import threading, time
def attack():
    def work():
        while True:
            pass
    try:
        for _ in range(4):
            threading.Thread(target=work, daemon=True).start()
    except RuntimeError:
        return 'refused'
    return 'started'
"""
    with slot.open(code, limits=Limits(cpu_s=1.0)) as session:
        reply = session.call([Step("attack")])[0]
        assert reply.value in {"started", "refused"} or reply.kind == "dead"
        pid = session._child.pid
    assert not Path(f"/proc/{pid}").exists()


def test_patched_clocks_do_not_change_the_measured_time(slot: Slot) -> None:
    code = """
import time
time.process_time = time.perf_counter = time.monotonic = time.time = lambda: 0.0
def attack():
    return sum(range(10 ** 7))
"""
    with slot.open(code, limits=Limits(cpu_s=20.0, wall_s=60.0)) as session:
        before = session.cpu_s()
        start = time.process_time()
        assert session.call([Step("attack")])[0].ok
        assert session.cpu_s() - before > 0.02
        assert time.process_time() - start < 5.0
