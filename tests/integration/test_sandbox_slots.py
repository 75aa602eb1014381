"""Slots and sessions against real processes."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codearena_ray.errors import DeadlineError, IsolationError, SandboxError, TaskError
from codearena_ray.sandbox import Handle, Slot, SlotPool, detect_isolation, plain
from codearena_ray.sandbox.conformance import check_slot
from codearena_ray.sandbox.observe import Unreadable
from codearena_ray.types import Fixture, Limits, Process, Step, Verdict

pytestmark = pytest.mark.sandbox
PROFILES = ("root", "user", "shared")


def offered_profiles() -> list[str]:
    offered = []
    for profile in PROFILES:
        try:
            offered.append(detect_isolation(profile).profile)
        except IsolationError:
            continue
    return offered or ["auto"]


@pytest.fixture(scope="module", params=offered_profiles())
def slot(request: pytest.FixtureRequest) -> Iterator[Slot]:
    with Slot(detect_isolation(request.param)) as made:
        yield made


def descendants(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            child = int(path.parent.name)
            found += [child, *descendants(child)]
    return found


def gone(pids: list[int], within_s: float = 3.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() and not is_zombie(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_functions_classes_generators_exceptions_and_mutation_work(slot: Slot) -> None:
    code = """
class Stack:
    def __init__(self, limit):
        self.items, self.limit = [], limit
    def push(self, item):
        if len(self.items) == self.limit:
            raise IndexError('full')
        self.items.append(item)
    def __len__(self):
        return len(self.items)
def size(stack):
    return len(stack)
def count():
    n = 0
    while True:
        yield n
        n += 1
def order(values):
    values.sort()
def both(x, *, y):
    return {x: {y}, 'pair': (x, y)}
"""
    with slot.open(code, limits=Limits()) as session:
        assert session.loaded.ok
        replies = session.call(
            [
                Step("Stack", (1,), bind="s"),
                Step("s.push", (7,)),
                Step("s.push", (8,)),
                Step("size", (Handle("s"),)),
                Step("s.__len__"),
                Step("count", consume=4),
                Step("order", ([3, 1, 2],), mutates=(0,)),
                Step("both", (1,), {"y": 2}),
                Step("count"),
            ]
        )
    assert [reply.kind for reply in replies[:3]] == ["bound", "value", "raised"]
    assert "LookupError" in replies[2].raised
    assert replies[2].line == 7
    assert [reply.value for reply in replies[3:6]] == [1, 1, [0, 1, 2, 3]]
    assert replies[6].args_after == ([1, 2, 3],)
    assert plain(replies[7].value) == {1: {2}, "pair": (1, 2)}
    with pytest.raises(ValueError, match="generator"):
        plain(replies[8].value)


def test_a_program_that_does_not_parse_says_where(slot: Slot) -> None:
    with slot.open("x = 1\ndef f(:\n    pass\n", limits=Limits()) as session:
        assert session.loaded.kind == "raised"
        assert "SyntaxError" in session.loaded.raised
        assert session.loaded.line == 2


@pytest.mark.parametrize("code", ["\x00", "\ud800", "# coding: nonsense\nx = 'é'", "x" * 10_000_000])
def test_odd_source_is_a_reply(slot: Slot, code: str) -> None:
    with slot.open(code, limits=Limits()) as session:
        assert not session.call([Step("f")])[0].ok


def test_a_fixture_is_the_world_a_program_finds(slot: Slot) -> None:
    code = """
import os, sqlite3
def look():
    rows = sqlite3.connect('app.db').execute('select name from users order by 1').fetchall()
    with open('notes/a.txt') as file:
        text = file.read()
    return os.environ['KEY'], text, rows, input(), input()
"""
    fixture = Fixture(
        env={"KEY": "value"},
        files={"notes/a.txt": "text\r\n"},
        sqlite="create table users(name text); insert into users values ('ann'), ('bob');",
        stdin="one\ntwo\n",
    )
    with slot.open(code, limits=Limits(), fixture=fixture) as session:
        reply = session.call([Step("look")])[0]
    assert reply.value == ("value", "text\n", [("ann",), ("bob",)], "one", "two")


def test_a_wrong_fixture_is_the_tasks_fault(slot: Slot) -> None:
    with pytest.raises(TaskError, match="syntax error"):
        slot.open("", limits=Limits(), fixture=Fixture(sqlite="create nonsense;"))
    with pytest.raises(TaskError, match="relative path"):
        slot.open("", limits=Limits(), fixture=Fixture(files={"../x": ""}))


def test_effects_are_observed_from_outside(slot: Slot) -> None:
    code = """
import os
def act():
    print('said')
    os.makedirs('out', exist_ok=True)
    open('out/a.txt', 'w').write('kept')
    open('binary', 'wb').write(bytes([255]))
    os.mkdir('folder')
    os.remove('gone.txt')
    os.mkfifo('pipe') if hasattr(os, 'nothing') else None
"""
    with slot.open(code, limits=Limits(), fixture=Fixture(files={"gone.txt": "x"})) as session:
        assert session.call([Step("act")])[0].ok
        session.finish(files=["out/a.txt", "binary", "folder", "gone.txt", "never/there"])
        files = session.observed.files
    assert session.observed.stdout == "said\n"
    assert files["out/a.txt"] == "kept"
    assert files["binary"] == Unreadable("not utf-8")
    assert files["folder"] == Unreadable("not a file")
    assert files["gone.txt"] is None
    assert files["never/there"] is None


def test_processes_are_recorded_and_answered_but_never_run(slot: Slot) -> None:
    code = """
import os, subprocess
def ping(host):
    done = subprocess.run(f'ping -c 1 {host}', shell=True, capture_output=True, text=True)
    return done.stdout, done.returncode
def safe(host):
    return subprocess.check_output(['ping', '-c', '1', host])
def old(host):
    return os.popen('ping ' + host).read(), os.system('ping ' + host)
def unknown():
    return subprocess.run(['nothing'])
def fails():
    subprocess.run(['false'], check=True)
"""
    processes = (Process(("ping",), "pong\n"), Process(("false",), exit_code=1))
    with slot.open(code, limits=Limits(), fixture=Fixture(processes=processes)) as session:
        replies = session.call(
            [
                Step("ping", ("h; rm -rf /",)),
                Step("safe", ("h; rm",)),
                Step("old", ("h",)),
                Step("unknown"),
                Step("fails"),
            ]
        )
        session.finish()
    assert replies[0].value == ("pong\n", 127)
    assert replies[1].value == b"pong\n"
    assert replies[2].value == ("pong\n", 0)
    assert "FileNotFoundError" in replies[3].raised
    assert replies[4].kind == "raised"
    assert session.observed.spawns[:3] == (
        ("ping", "-c", "1", "h"),
        ("rm", "-rf", "/"),
        ("ping", "-c", "1", "h; rm"),
    )


def test_large_values_travel_both_ways(slot: Slot) -> None:
    values = list(range(100_000))
    with slot.open("def f(v):\n    return v[::-1], [str(x) for x in v]\n", limits=Limits()) as session:
        numbers, texts = session.call([Step("f", (values,))])[0].value
    assert numbers == values[::-1]
    assert texts[-1] == "99999"


def test_the_common_library_can_be_imported(slot: Slot) -> None:
    names = (
        "collections heapq itertools math re json bisect functools string datetime random dataclasses typing "
        "sqlite3 io os subprocess decimal fractions statistics hashlib textwrap enum abc copy operator uuid "
        "urllib.parse html base64 csv secrets shlex pathlib tempfile threading ast contextlib zoneinfo"
    )
    with slot.open(f"import {', '.join(names.split())}\n", limits=Limits()) as session:
        assert session.loaded.ok, session.loaded


def test_hash_seeds_are_kept_apart(slot: Slot) -> None:
    hashes = []
    for seed in (0, 1, 0):
        with slot.open("def f():\n    return hash('abc')\n", limits=Limits(), hash_seed=seed) as session:
            hashes.append(session.call([Step("f")])[0].value)
    assert hashes[0] == hashes[2] != hashes[1]


def test_the_childs_cpu_time_is_read_from_outside(slot: Slot) -> None:
    code = "def f(n):\n    return sum(range(n))\n"
    with slot.open(code, limits=Limits(cpu_s=20.0, wall_s=60.0)) as session:
        start = session.cpu_s()
        session.call([Step("f", (1000,))])
        small = session.cpu_s() - start
        session.call([Step("f", (10_000_000,))])
        large = session.cpu_s() - start - small
        report = session.finish()
    assert 0 < small < large
    assert report.cpu_s >= large
    assert report.rss_bytes > 1 << 20


def test_a_session_left_open_is_finished_by_the_next(slot: Slot) -> None:
    first = slot.open("def f():\n    return 1\n", limits=Limits())
    with slot.open("def f():\n    return 2\n", limits=Limits()) as second:
        assert second.call([Step("f")])[0].value == 2
    assert first.call([Step("f")])[0].death is Verdict.NOT_RUN


@pytest.mark.parametrize("profile", offered_profiles())
def test_killing_a_zygote_is_an_error_within_a_second_and_leaves_nothing(profile: str) -> None:
    slot = Slot(detect_isolation(profile))
    session = slot.open("import time\ndef f():\n    time.sleep(60)\n", limits=Limits(cpu_s=50.0, wall_s=60.0))
    (pid,) = slot.pids
    family = descendants(pid)
    assert len(family) >= (1 if profile == "shared" else 2)
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    start = time.monotonic()
    with pytest.raises(SandboxError):
        session.call([Step("f")])
    assert time.monotonic() - start < 1.5
    assert gone([pid, *family])
    slot.close()


@pytest.mark.parametrize("profile", offered_profiles())
def test_nothing_outlives_a_killed_supervisor(profile: str, tmp_path: Path) -> None:
    script = f"""
import sys, time
from codearena_ray.sandbox import Slot, detect_isolation
from codearena_ray.types import Fixture, Limits, Step
slot = Slot(detect_isolation({profile!r}))
session = slot.open("def f():\\n    while True: pass\\n", limits=Limits(60.0, 60.0), fixture=Fixture())
print(*slot.pids, flush=True)
session.call([Step("f")])
"""
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    tmp_path.chmod(0o755)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        time.sleep(0.3)
        family = [pid, *descendants(pid)]
        assert len(family) >= 2
        supervisor.kill()
    assert gone(family)
    left = [path for path in tmp_path.iterdir() if path.name.startswith("codearena-slot-")]
    assert all(not list(path.glob("[0-9]*")) for path in left)


@pytest.mark.parametrize("profile", offered_profiles())
def test_closing_a_slot_leaves_no_process_descriptor_or_folder(profile: str) -> None:
    isolation = detect_isolation(profile)
    Slot(isolation).close()
    folders = set(Path(tempfile.gettempdir()).glob("codearena-slot-*"))
    fds = len(os.listdir("/proc/self/fd"))
    slot = Slot(isolation)
    with slot.open("x = 1\n", limits=Limits(), fixture=Fixture()):
        pids = [*slot.pids, *descendants(slot.pids[0])]
    slot.close()
    slot.close()
    assert gone(pids)
    assert len(os.listdir("/proc/self/fd")) == fds
    assert not set(Path(tempfile.gettempdir()).glob("codearena-slot-*")) - folders


def test_folders_of_dead_supervisors_are_removed_at_the_next_start() -> None:
    if "shared" not in offered_profiles():
        return
    abandoned = Path(tempfile.mkdtemp(prefix="codearena-slot-"))
    (abandoned / ".lock").touch()
    (abandoned / "7").mkdir()
    Slot(detect_isolation("shared")).close()
    assert not abandoned.exists()


def test_a_pool_replaces_dead_slots_and_serves_many_threads() -> None:
    failures: list[str] = []
    with SlotPool(detect_isolation(), 2) as pool:

        def work(number: int) -> None:
            with (
                pool.slot(deadline_s=30.0) as slot,
                slot.open("def f(x):\n    return x\n", limits=Limits()) as s,
            ):
                if s.call([Step("f", (number,))])[0].value != number:
                    failures.append(f"{number}")

        threads = [threading.Thread(target=work, args=(i,)) for i in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures

        def lose_a_slot() -> None:
            with pool.slot(deadline_s=5.0) as slot:
                os.kill(slot.pids[0], signal.SIGKILL)
                for _ in range(100):
                    slot.open("", limits=Limits())
                    time.sleep(0.01)

        with pytest.raises(SandboxError):
            lose_a_slot()
        assert pool.restarts == 1
        work(3)
        assert not failures


def test_waiting_for_a_slot_has_a_deadline() -> None:
    with (
        SlotPool(detect_isolation(), 1) as pool,
        pool.slot(deadline_s=5.0),
        pytest.raises(DeadlineError, match="slot"),
        pool.slot(deadline_s=0.05),
    ):
        pass


def test_slots_of_one_machine_hold_different_user_ids() -> None:
    code = "import os\ndef f():\n    return os.getuid()\n"
    isolation = detect_isolation()
    with Slot(isolation, 0) as one, Slot(isolation, 1) as two:
        ids = [slot.open(code, limits=Limits()).call([Step("f")])[0].value for slot in (one, two)]
    assert 0 not in ids
    if isolation.profile == "root":
        assert ids[0] != ids[1]


def test_every_slot_conforms(slot: Slot) -> None:
    findings = check_slot(slot)
    assert len(findings) > 10
    assert [finding for finding in findings if not finding.passed] == []


def test_an_unknown_profile_is_refused_with_the_reason() -> None:
    with pytest.raises(IsolationError, match="no isolation profile 'none'"):
        detect_isolation("none")
    with pytest.raises(IsolationError, match="neither namespaces nor Landlock"):
        detect_isolation("shared", landlock_abi=0)


def test_a_busy_machine_does_not_time_a_program_out(slot: Slot) -> None:
    code = "def f():\n    return sum(1 for _ in range(1_500_000))\n"
    cpu = min(os.sched_getaffinity(0))
    pin = f"import os; os.sched_setaffinity(0, {{{cpu}}})\nwhile True: pass\n"
    hogs = [subprocess.Popen([sys.executable, "-c", pin]) for _ in range(6)]
    before = os.sched_getaffinity(0)
    try:
        with slot.open(code, limits=Limits(cpu_s=5.0, wall_s=0.4)) as session:
            os.sched_setaffinity(session._child.pid, {cpu})
            assert session.call([Step("f")])[0].value == 1_500_000
    finally:
        os.sched_setaffinity(0, before)
        for hog in hogs:
            hog.kill()
            hog.wait()
