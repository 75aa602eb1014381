"""Attacks on the line to the supervisor and on the values that travel over it."""

import struct
import time
from collections.abc import Callable

import pytest

from codearena_ray.sandbox import Opaque, Reply, Slot, WireDict, WireSet, plain
from codearena_ray.sandbox.wire import Bounds
from codearena_ray.types import Limits, Step, Verdict

Run = Callable[..., Reply]

FORGE = """
import os, struct, sys
def nonce():
    return sys.modules['codearena_ray.sandbox.runner']._stream.nonce
def frame(body, size=None):
    body = nonce() + b'R' + body
    os.write(3, struct.pack('<I', len(body) if size is None else size) + body)
"""
GOOD = repr(b"t\x03\x00\x00\x00i" + bytes(8) + b"N" + b"l" + bytes(4))
"""A well-formed reply with the value None."""


@pytest.mark.parametrize("moment", ["import", "call", "exit"])
def test_leaving_early_fails_every_step(slot: Slot, moment: str) -> None:
    leave = {"import": "os._exit(0)", "call": "pass", "exit": "pass"}[moment]
    body = {"import": "1", "call": "os._exit(0)", "exit": "sys.exit(0)"}[moment]
    code = f"import os, sys\n{leave}\ndef attack():\n    {body}\n"
    with slot.open(code, limits=Limits()) as session:
        replies = session.call([Step("attack"), Step("attack")])
    if moment == "exit":
        assert all("SystemExit" in reply.raised for reply in replies)
    else:
        assert all(reply.kind == "dead" for reply in replies)


def test_death_is_sticky(slot: Slot) -> None:
    with slot.open(
        "import os\ndef attack():\n    os._exit(0)\ndef good():\n    return 1\n", limits=Limits()
    ) as s:
        first = s.call([Step("good"), Step("attack"), Step("good")])
        again = s.call([Step("good")])
    assert [reply.kind for reply in first + again] == ["value", "dead", "dead", "dead"]
    assert [reply.death for reply in first[1:] + again] == [Verdict.CRASHED, Verdict.NOT_RUN, Verdict.NOT_RUN]


@pytest.mark.parametrize(
    "body",
    [
        "frame(b'', size=2 ** 32 - 1); import time; time.sleep(9)",
        "frame(b'?')",
        "frame(b'')",
        "frame(b'i123')",
        "frame(b'l' + struct.pack('<I', 2 ** 32 - 1))",
        "frame(b'I' + struct.pack('<I', 2 ** 20) + bytes(2 ** 20))",
        "frame(b's' + struct.pack('<I', 2) + bytes([255, 255]))",
        "frame((b'l' + struct.pack('<I', 1)) * 5000 + b'N')",
        "frame(b'l' + struct.pack('<I', 4000000) + (b'l' + bytes(4)) * 800000)",
        f"frame({GOOD}[:-1])",
        f"frame({GOOD} + b'N')",
        f"os.write(3, struct.pack('<I', 9 + len({GOOD})) + bytes(8) + b'R' + {GOOD})",
        f"frame({GOOD}); frame({GOOD}); frame({GOOD})",
        "frame(b't' + struct.pack('<I', 4) + b'i' + struct.pack('<q', 2) + b'N' * 3)",
        "frame(b't' + struct.pack('<I', 2) + b'i' + struct.pack('<q', 3) + b's' + bytes(4))",
    ],
)
def test_forged_frames_are_a_death_and_never_more(slot: Slot, body: str) -> None:
    code = f"{FORGE}\ndef attack():\n    {body}\n    os._exit(0)\n"
    start = time.process_time()
    with slot.open(code, limits=Limits(wall_s=2.0)) as session:
        replies = session.call([Step("attack"), Step("attack")])
        later = session.call([Step("attack")])
    assert later[0].kind == "dead"
    assert all(reply.kind == "dead" or reply.value is None for reply in replies)
    assert time.process_time() - start < 2.0


def test_a_request_cannot_be_answered_before_it_was_made(slot: Slot) -> None:
    code = f"""{FORGE}
import threading, time
def attack():
    body = nonce() + b'R' + {GOOD}
    def later():
        time.sleep(0.1)
        os.write(3, struct.pack('<I', len(body)) + body)
    later()
    return 1
def second():
    return 2
"""
    with slot.open(code, limits=Limits()) as session:
        first = session.call([Step("attack")])
        second = session.call([Step("second")])
    assert second[0].kind == "dead" or (first[0].kind, second[0].value) == ("value", 2)


def test_a_forged_frame_is_only_the_programs_own_answer(slot: Slot) -> None:
    code = f"{FORGE}\ndef attack():\n    frame({GOOD})\n    return 1\ndef second():\n    return 2\n"
    with slot.open(code, limits=Limits()) as session:
        first = session.call([Step("attack")])[0]
        second = session.call([Step("second")])[0]
    assert first.value is None
    assert second.kind == "dead"


@pytest.mark.parametrize(
    "value",
    [
        "type('L', (list,), {'__eq__': lambda s, o: True})([1])",
        "type('I', (int,), {'__eq__': lambda s, o: True, '__hash__': int.__hash__})(1)",
        "type('S', (str,), {})('a')",
        "type('D', (dict,), {})(a=1)",
        "type('B', (), {'__eq__': lambda s, o: True, '__class__': property(lambda s: int)})()",
        "type('R', (), {'__reduce__': lambda s: (print, ('x',)), '__len__': lambda s: 1})()",
        "bytearray(b'x')",
        "range(3)",
        "object",
        "(x for x in ())",
        "__import__('collections').OrderedDict(a=1)",
        "__import__('enum').IntEnum('E', 'A').A",
    ],
)
def test_only_exact_builtin_types_are_values(run: Run, value: str) -> None:
    reply = run(f"def attack():\n    return {value}\n")
    assert type(reply.value) is Opaque
    inside = run(f"def attack():\n    return [{value}]\n")
    assert type(inside.value[0]) is Opaque


def test_a_value_that_lies_while_it_is_sent_is_the_childs_own_problem(run: Run) -> None:
    code = """
class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt
class Liar(metaclass=Meta):
    pass
def attack():
    return Liar()
"""
    assert not run(code).ok


def test_huge_integers_do_not_reach_the_supervisor(run: Run) -> None:
    reply = run("def attack():\n    return 1 << 8_000_000\n")
    assert type(reply.value) is Opaque


def test_huge_replies_do_not_reach_the_supervisor(run: Run) -> None:
    reply = run(
        "def attack():\n    return [[] for _ in range(2_000_000)]\n", limits=Limits(cpu_s=10.0, wall_s=20.0)
    )
    assert type(reply.value) is Opaque


def test_colliding_keys_cost_the_supervisor_nothing(run: Run) -> None:
    code = "def attack():\n    return [{i * (2 ** 61 - 1) for i in range(1, 60)} for _ in range(20)]\n"
    start = time.process_time()
    value = run(code).value
    assert type(value[0]) is WireSet
    with pytest.raises(ValueError, match="collide"):
        plain(value[0])
    assert time.process_time() - start < 2.0


def test_repeated_keys_are_visible(slot: Slot) -> None:
    body = b"t" + struct.pack("<I", 3) + b"i" + bytes(8)
    body += b"D" + struct.pack("<I", 2) + b"NTNF" + b"l" + bytes(4)
    code = f"{FORGE}\ndef attack():\n    frame({body!r})\n    import time; time.sleep(9)\n"
    with slot.open(code, limits=Limits(wall_s=2.0)) as session:
        value = session.call([Step("attack")])[0].value
    assert type(value) is WireDict
    with pytest.raises(ValueError, match="repeated"):
        plain(value)


def test_expected_values_never_enter_the_child(slot: Slot) -> None:
    code = """
import gc, sys
def attack(needle):
    seen = 0
    frame = sys._getframe()
    while frame is not None:
        seen += sum(type(v) is str and v[:4] == needle and len(v) > 4 for v in frame.f_locals.values())
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) in (list, tuple):
            seen += sum(type(v) is str and v[:4] == needle and len(v) > 4 for v in thing)
    return seen
"""
    step = Step(
        "attack", ("SECR",), expect="SECR" + "ET-EXPECTED", args_after=("SECR" + "ET-AFTER",), raises=""
    )
    with slot.open(code, limits=Limits()) as session:
        assert session.call([step])[0].value == 0


def test_arguments_come_back_only_where_mutation_is_declared(slot: Slot) -> None:
    code = "def attack(values):\n    values.clear()\n    return []\n"
    mine = [3, 1, 2]
    with slot.open(code, limits=Limits()) as session:
        reply = session.call([Step("attack", (mine,))])[0]
        declared = session.call([Step("attack", (mine,), mutates=(0,))])[0]
    assert (mine, reply.args_after, declared.args_after) == ([3, 1, 2], (), ([],))


def test_an_exception_is_known_by_its_builtin_bases_only(run: Run) -> None:
    code = """
class AssertionPassed(Exception):
    pass
def attack():
    raise AssertionPassed('ok')
"""
    assert run(code).raised == ("Exception", "BaseException")


def test_an_exception_that_cannot_be_described_is_still_one(run: Run) -> None:
    code = """
class Evil(ValueError):
    def __str__(self):
        raise SystemExit
    __repr__ = __str__
def attack():
    raise Evil
"""
    reply = run(code)
    assert reply.kind in {"raised", "dead"}
    assert not reply.ok


@pytest.mark.parametrize(
    "name", ["missing", "attack.__globals__.x", "json", "handle.method", "", "__builtins__.x"]
)
def test_steps_reach_only_what_exists(slot: Slot, name: str) -> None:
    with slot.open("def attack():\n    return 1\n", limits=Limits()) as session:
        assert session.call([Step(name)])[0].kind == "raised"


def test_replacing_the_runner_gains_nothing_but_its_own_answers(slot: Slot) -> None:
    code = """
import sys
runner = sys.modules['codearena_ray.sandbox.runner']
runner._answer = lambda body: None
def attack():
    return 1
"""
    with slot.open(code, limits=Limits(wall_s=0.5)) as session:
        replies = session.call([Step("attack")])
    assert replies[0].kind == "dead"


def test_the_supervisor_stays_within_memory_under_large_replies(slot: Slot) -> None:
    body = "b't' + struct.pack('<I', 3) + b'i' + bytes(8) + b'l' + struct.pack('<I', 240000)"
    code = f"{FORGE}\ndef attack():\n    frame({body} + (b'l' + bytes(4)) * 240000 + b'l' + bytes(4))\n"
    with slot.open(code, limits=Limits(), bounds=Bounds(max_nodes=1000)) as session:
        assert session.call([Step("attack")])[0].death is Verdict.PROTOCOL
