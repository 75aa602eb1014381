"""The grader as a service: many threads, dead slots, deadlines, backpressure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders.hand_tasks import SUM, SUM_BUG, hand_task

from codearena_ray.config import SandboxConfig
from codearena_ray.errors import DeadlineError, SandboxError, TaskError
from codearena_ray.grading.local import LocalGrader
from codearena_ray.sandbox import Session, Slot
from codearena_ray.types import Effects, Fixture, Limits, Step, TestCase, Verdict

pytestmark = pytest.mark.sandbox
OPEN = Slot.open


def a_grader(**settings: int) -> LocalGrader:
    return LocalGrader(SandboxConfig(**{"num_slots": 2, **settings}))


def dying_slots(monkeypatch: pytest.MonkeyPatch, dies: Callable[[str], bool]) -> list[str]:
    """Make slots die whenever they are to run a program for which `dies` says so; returns the casualties."""
    dead: list[str] = []

    def open_or_die(self: Slot, code: str, **settings: object) -> Session:
        if dies(code):
            dead.append(code)
            raise SandboxError("zygote died")
        return OPEN(self, code, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(Slot, "open", open_or_die)
    return dead


def test_many_threads_get_their_own_reports_in_order() -> None:
    task = hand_task()
    codes = [SUM + f"\nMARK = {i}\n" if i % 2 else SUM_BUG + f"\nMARK = {i}\n" for i in range(24)]
    with a_grader() as grader, ThreadPoolExecutor(8) as threads:
        groups = [codes[i : i + 3] for i in range(0, 24, 3)]
        answers = list(threads.map(lambda group: grader.grade(task, group, deadline_s=120.0), groups))
        passed = [report.tests_passed for reports in answers for report in reports]
        assert passed == [bool(i % 2) for i in range(24)]
        stats = grader.stats()
        assert (stats.graded, stats.queued, stats.running) == (24, 0, 0)
        assert stats.verdicts == {"pass": 96, "wrong": 96}


def test_equal_programs_from_many_threads_run_once() -> None:
    with a_grader() as grader, ThreadPoolExecutor(8) as threads:
        reports = list(
            threads.map(lambda _: grader.grade(hand_task(), [SUM, SUM], deadline_s=60.0), range(8))
        )
        assert len({id(report) for pair in reports for report in pair}) == 1
        stats = grader.stats()
        assert (stats.graded, stats.cached) == (1, 15)


def test_a_dead_slot_is_replaced_and_its_job_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky = [True]
    dying_slots(monkeypatch, lambda _: bool(unlucky) and unlucky.pop())
    with a_grader() as grader:
        assert grader.grade(hand_task(), [SUM], deadline_s=60.0)[0].tests_passed
        assert (grader.stats().restarts, grader.stats().retries) == (1, 1)


def test_a_zygote_killed_from_outside_costs_nobody_a_grade() -> None:
    with a_grader(num_slots=1) as grader:
        slow = "import time\ndef total(values):\n    time.sleep(0.3)\n    return sum(values)\n"
        killed = threading.Event()

        def kill_zygote() -> None:
            (zygote,) = grader.run_on_slot(
                lambda slot: list(slot._zygotes.values()), what="", deadline_s=60.0
            )
            started = threading.Timer(0.5, lambda: (zygote.process.kill(), killed.set()))
            started.start()

        kill_zygote()
        assert grader.grade(hand_task(), [slow], deadline_s=60.0)[0].tests_passed
        assert killed.is_set()
        assert grader.stats().restarts == 1


def test_a_program_that_kills_two_slots_fails_while_the_reference_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = dying_slots(monkeypatch, lambda code: "KILLER" in code)
    with a_grader() as grader:
        report = grader.grade(hand_task(), [SUM + "\nKILLER = 1\n"], deadline_s=60.0)[0]
    assert len(dead) == 2
    assert {row.verdict for row in (*report.visible, *report.hidden)} == {Verdict.CRASHED}
    assert report.error_class == "Crashed"
    assert report.compiles


def test_slots_that_die_under_the_reference_too_are_the_machines_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dying_slots(monkeypatch, lambda _: True)
    with a_grader() as grader:
        with pytest.raises(SandboxError):
            grader.grade(hand_task(), [SUM_BUG], deadline_s=60.0)
        monkeypatch.setattr(Slot, "open", OPEN)
        assert grader.grade(hand_task(), [SUM], deadline_s=60.0)[0].tests_passed


def test_a_failed_grade_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_grader() as grader:
        dying_slots(monkeypatch, lambda _: True)
        with pytest.raises(SandboxError):
            grader.grade(hand_task(), [SUM], deadline_s=60.0)
        monkeypatch.setattr(Slot, "open", OPEN)
        assert grader.grade(hand_task(), [SUM], deadline_s=60.0)[0].tests_passed


def test_past_its_deadline_a_grade_raises_and_the_grader_goes_on() -> None:
    sleeper = "import time\ndef total(values):\n    time.sleep(1.0)\n    return 0\n"
    with a_grader(num_slots=1) as grader:
        start = time.monotonic()
        with pytest.raises(DeadlineError, match="hand-sum"):
            grader.grade(hand_task(), [sleeper], deadline_s=0.3)
        assert time.monotonic() - start < 5.0
        assert grader.grade(hand_task(), [SUM], deadline_s=60.0)[0].tests_passed


def test_a_full_queue_holds_callers_back_until_their_deadline() -> None:
    release = threading.Event()
    with a_grader(num_slots=1, queue_limit=1) as grader, ThreadPoolExecutor(2) as threads:
        busy = threads.submit(
            grader.run_on_slot, lambda _: release.wait(30.0), what="a wait", deadline_s=60.0
        )
        while grader.stats().running == 0:
            time.sleep(0.01)
        queued = threads.submit(grader.grade, hand_task(), [SUM], deadline_s=60.0)
        while grader.stats().queued == 0:
            time.sleep(0.01)
        with pytest.raises(DeadlineError, match="queue"):
            grader.grade(hand_task(), [SUM_BUG], deadline_s=0.2)
        release.set()
        assert busy.result(60.0)
        assert queued.result(60.0)[0].tests_passed


def test_closing_ends_every_wait_and_can_be_repeated() -> None:
    grader = a_grader(num_slots=1)
    assert grader.grade(hand_task(), [SUM], deadline_s=60.0)[0].tests_passed
    grader.close()
    grader.close()
    with pytest.raises(SandboxError, match="closed"):
        grader.grade(hand_task(), [SUM_BUG], deadline_s=5.0)


def test_a_reference_is_evaluated_in_a_task_child() -> None:
    cases = [
        TestCase(id="a", steps=(Step(call="total", args=([1, 2],)),)),
        TestCase(id="b", steps=(Step(call="total", args=(None,)),)),
        TestCase(
            id="c",
            steps=(Step(call="note", args=("x",)),),
            fixture=Fixture(),
            effects=Effects(files={"note.txt": None}),
        ),
    ]
    code = SUM + "\ndef note(text):\n    with open('note.txt', 'w') as file:\n        file.write(text)\n"
    with a_grader() as grader:
        plain, raised, effect = grader.evaluate_calls(code, cases, deadline_s=60.0)
        assert plain.steps[0].value == 3
        assert raised.steps[0].raised == "TypeError"
        assert effect.observed is not None
        assert effect.observed.files == {"note.txt": "x"}
        broken = grader.evaluate_calls("x = (", cases[:1], deadline_s=60.0, limits=Limits())[0]
        assert broken.steps == ()
        assert "SyntaxError" in broken.problem


def test_authored_case_functions_run_in_a_task_child_with_a_seed() -> None:
    code = (
        "def visible():\n    return [[[1]]]\n"
        "def hidden(rng):\n    return [rng.randrange(10**9), (1, {2: {3}})]\n"
    )
    with a_grader() as grader:
        assert grader.call_task_code(code, "visible", deadline_s=60.0) == [[[1]]]
        first = grader.call_task_code(code, "hidden", seed=7, deadline_s=60.0)
        assert first == grader.call_task_code(code, "hidden", seed=7, deadline_s=60.0)
        assert first != grader.call_task_code(code, "hidden", seed=8, deadline_s=60.0)
        assert first[1] == (1, {2: {3}})
        with pytest.raises(TaskError, match="nothing"):
            grader.call_task_code(code, "nothing", deadline_s=60.0)
        with pytest.raises(TaskError, match="plain data"):
            grader.call_task_code("def f():\n    return object()\n", "f", deadline_s=60.0)
