"""What every slot must do, as checks that run against a real one: on start-up, in `doctor`, and in the tests.

Each check is one program and what the supervisor must see. A slot that fails one is not fit for use, whatever
its profile says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from codearena_ray.sandbox.session import Session
from codearena_ray.sandbox.slot import Slot
from codearena_ray.sandbox.values import Reply
from codearena_ray.types import Fixture, Limits, Step, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check ended."""

    name: str
    passed: bool
    detail: str
    """What was seen instead; empty when it passed."""


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    body: str
    """Body of the program's function `act`."""
    holds: Callable[[Reply, Session], bool]
    limits: Limits = field(default_factory=Limits)
    fixture: Fixture | None = None


def _refused(reply: Reply, _session: Session) -> bool:
    return "OSError" in reply.raised


def _died(verdict: Verdict, limit: str) -> Callable[[Reply, Session], bool]:
    def holds(reply: Reply, session: Session) -> bool:
        return reply.death is verdict and session.finish().limit == limit

    return holds


def _gives(value: object) -> Callable[[Reply, Session], bool]:
    return lambda reply, _session: reply.kind == "value" and reply.value == value


def _kept(path: str, text: str) -> Callable[[Reply, Session], bool]:
    def holds(reply: Reply, session: Session) -> bool:
        session.finish(files=[path])
        return reply.ok and session.observed.files[path] == text

    return holds


def _recorded(argv: tuple[str, ...]) -> Callable[[Reply, Session], bool]:
    def holds(_reply: Reply, session: Session) -> bool:
        session.finish()
        return session.observed.spawns == (argv,)

    return holds


_SHORT = Limits(cpu_s=0.2, wall_s=3.0)
_CHECKS = (
    _Check("an honest program answers", "return [1, 'a', 2.5]", _gives([1, "a", 2.5])),
    _Check("an exception is reported", "return [][1]", lambda reply, _: "IndexError" in reply.raised),
    _Check(
        "an infinite loop ends at its CPU limit", "while True: pass", _died(Verdict.TIMEOUT, "cpu"), _SHORT
    ),
    _Check(
        "sleeping ends at its wall limit",
        "import time; time.sleep(60)",
        _died(Verdict.TIMEOUT, "wall"),
        Limits(cpu_s=1.0, wall_s=0.3),
    ),
    _Check(
        "too much memory is an error",
        "return len([0] * 10 ** 9)",
        lambda reply, _: "MemoryError" in reply.raised,
    ),
    _Check(
        "too much output ends it",
        "print('x' * 10 ** 6)",
        _died(Verdict.CRASHED, "output"),
        Limits(output_bytes=1000),
    ),
    _Check("leaving early is a death", "import os; os._exit(0)", _died(Verdict.CRASHED, "")),
    _Check("files of the host cannot be read", "return open('/etc/passwd').read(1)", _refused),
    _Check("no network can be reached", "import socket; socket.socket()", _refused),
    _Check("no process can be forked", "import os; return os.fork()", _refused),
    _Check("no signal can be sent", "import os; os.kill(os.getppid() or 1, 9)", _refused),
    _Check("nothing can be written without a fixture", "open('note', 'w')", _refused),
    _Check(
        "files are observed from outside",
        "open('note', 'w').write('kept')",
        _kept("note", "kept"),
        fixture=Fixture(),
    ),
    _Check(
        "no note is left for the next", "import os; return os.listdir('.')", _gives([]), fixture=Fixture()
    ),
    _Check(
        "processes are recorded, not run",
        "import os; os.system('touch ran')",
        _recorded(("touch", "ran")),
        fixture=Fixture(),
    ),
    _Check("it still answers", "return 42", _gives(42)),
)


def check_slot(slot: Slot) -> list[Finding]:
    """Return how every check ended on a slot, in order. Takes about a second.

    Raises:
        SandboxError: the slot died.
    """
    return [_run(slot, check) for check in _CHECKS]


def _run(slot: Slot, check: _Check) -> Finding:
    code = f"def act():\n    {check.body}\n"
    with slot.open(code, limits=check.limits, fixture=check.fixture) as session:
        reply = session.call([Step("act")])[0]
        passed = check.holds(reply, session)
    seen = "" if passed else f"{reply.kind} {reply.death or ''} {reply.message}".strip()
    return Finding(check.name, passed, seen)
