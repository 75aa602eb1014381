"""The filter is run here instruction by instruction, for both machines, without loading it."""

import struct

import pytest

from codearena_ray.sandbox.isolation.seccomp import ALLOW, KILL, Rules, build
from codearena_ray.sandbox.isolation.syscalls import AUDIT_ARCH, machine, numbers

ARCHES = ("x86_64", "aarch64")
EPERM, ENOSYS, EACCES, EAGAIN, ENOTTY = (0x50000 | code for code in (1, 38, 13, 11, 25))
THREAD = 0x003D0F00


def verdict(rules: Rules, number: int, *args: int, audit: int | None = None) -> int:
    """What the kernel would do with a call."""
    words = [number, AUDIT_ARCH[rules.arch] if audit is None else audit, 0, 0]
    for arg in (*args, *[0] * (6 - len(args))):
        words += [arg & 0xFFFFFFFF, arg >> 32 & 0xFFFFFFFF]
    code = list(struct.iter_unpack("<HBBI", build(rules)))
    accumulator = at = 0
    while True:
        op, if_true, if_false, value = code[at]
        at += 1
        if op == 0x06:
            return value
        if op == 0x20:
            accumulator = words[value // 4]
            continue
        holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x25: accumulator > value}
        at += if_true if holds.get(op, bool(accumulator & value)) else if_false


def name_verdict(arch: str, name: str, *args: int, **differences: bool) -> int:
    return verdict(Rules(arch, **differences), numbers(arch)[name], *args)


@pytest.mark.parametrize("arch", ARCHES)
def test_what_python_needs_is_allowed(arch: str) -> None:
    needed = (
        "read write close fstat lseek munmap brk rt_sigaction futex openat exit_group getrandom newfstatat"
    )
    assert {name: name_verdict(arch, name) for name in needed.split()} == dict.fromkeys(needed.split(), ALLOW)


@pytest.mark.parametrize("arch", ARCHES)
def test_everything_that_is_not_listed_is_refused(arch: str) -> None:
    dangerous = (
        "socket socketpair connect bind sendmsg recvmsg ptrace kill tkill tgkill execve execveat "
        "unshare setns mount bpf perf_event_open process_vm_readv process_vm_writev keyctl "
        "io_uring_setup userfaultfd "
        "pidfd_open pidfd_getfd pidfd_send_signal prctl seccomp setrlimit setsid setuid setresuid capset "
        "symlinkat linkat mknodat fchownat setxattr memfd_create name_to_handle_at open_by_handle_at "
        "rt_sigqueueinfo timer_create shmget mq_open personality landlock_create_ruleset openat2"
    )
    table = numbers(arch)
    assert {name: verdict(Rules(arch), table[name]) for name in dangerous.split()} == dict.fromkeys(
        dangerous.split(), EPERM
    )
    assert verdict(Rules(arch), 9999) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_clone_starts_threads_only(arch: str) -> None:
    assert name_verdict(arch, "clone", THREAD) == ALLOW
    for flags in (17, 0, 0x10000000, THREAD | 0x20000000, THREAD | 0x10000000, 0x00010000):
        assert name_verdict(arch, "clone", flags) == EPERM
    assert name_verdict(arch, "clone3") == ENOSYS
    assert name_verdict(arch, "clone", THREAD, threads=False) == EAGAIN


@pytest.mark.parametrize("arch", ARCHES)
def test_memory_is_never_executable(arch: str) -> None:
    for name in ("mmap", "mprotect"):
        assert name_verdict(arch, name, 0, 4096, 3) == ALLOW
        assert name_verdict(arch, name, 0, 4096, 7) == EACCES
        assert name_verdict(arch, name, 0, 4096, 4) == EACCES


@pytest.mark.parametrize("arch", ARCHES)
def test_descriptors_get_no_owner_and_no_signals(arch: str) -> None:
    for command in (0, 1, 2, 3, 5, 6, 7, 1030):
        assert name_verdict(arch, "fcntl", 3, command) == ALLOW
    for command in (8, 10, 15, 1024, 1026, 1031, 1033):
        assert name_verdict(arch, "fcntl", 3, command) == EPERM
    assert name_verdict(arch, "fcntl", 3, 4, 0o4000) == ALLOW
    assert name_verdict(arch, "fcntl", 3, 4, 0o24000) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_limits_can_be_read_but_not_set(arch: str) -> None:
    assert name_verdict(arch, "prlimit64", 0, 7, 0, 1) == ALLOW
    assert name_verdict(arch, "prlimit64", 0, 7, 1, 0) == EPERM
    assert name_verdict(arch, "prlimit64", 0, 7, 1 << 32, 0) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_terminals_are_denied_politely_and_other_requests_are_not(arch: str) -> None:
    assert name_verdict(arch, "ioctl", 1, 0x5401) == ENOTTY
    assert name_verdict(arch, "ioctl", 1, 0x5451) == ALLOW
    assert name_verdict(arch, "ioctl", 1, 0x5412) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_modes_and_times_stay_where_a_user_id_is_shared(arch: str) -> None:
    assert name_verdict(arch, "fchmodat") == ALLOW
    for name in ("fchmod", "fchmodat", "utimensat", "readlinkat"):
        assert name_verdict(arch, name, metadata=False) == EPERM


@pytest.mark.parametrize("arch", ARCHES)
def test_a_foreign_call_table_kills(arch: str) -> None:
    other = next(audit for name, audit in AUDIT_ARCH.items() if name != arch)
    assert verdict(Rules(arch), 0, audit=other) == KILL
    assert verdict(Rules(arch), 0, audit=0x40000003) == KILL
    if arch == "x86_64":
        assert verdict(Rules(arch), 0x40000000) == KILL


def test_the_numbers_of_both_machines_are_the_kernels() -> None:
    x86, arm = numbers("x86_64"), numbers("aarch64")
    assert [x86[n] for n in ("read", "openat", "clone", "execve", "seccomp", "clone3")] == [
        0,
        257,
        56,
        59,
        317,
        435,
    ]
    assert [arm[n] for n in ("read", "openat", "clone", "execve", "seccomp", "clone3")] == [
        63,
        56,
        220,
        221,
        277,
        435,
    ]
    assert "fork" not in arm
    assert [arm[n] for n in ("fcntl", "ioctl", "mmap", "mprotect", "prlimit64")] == [25, 29, 222, 226, 261]


def test_an_unknown_machine_has_no_table() -> None:
    with pytest.raises(KeyError):
        numbers("riscv64")
    assert machine()


@pytest.mark.parametrize("arch", ARCHES)
def test_the_filter_is_small_and_jumps_stay_inside(arch: str) -> None:
    code = list(struct.iter_unpack("<HBBI", build(Rules(arch))))
    assert len(code) < 400
    assert all(at + 1 + max(t, f) < len(code) for at, (op, t, f, _) in enumerate(code) if op != 0x06)
