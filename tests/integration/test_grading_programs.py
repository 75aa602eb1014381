"""What the grader says of programs of every kind, with real sandbox children."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from builders.hand_tasks import SUM, SUM_BUG, hand_task

from codearena_ray.config import SandboxConfig
from codearena_ray.grading.local import LocalGrader
from codearena_ray.grading.reward import grade_report
from codearena_ray.types import (
    Comparator,
    Effects,
    Fixture,
    JudgeVerdict,
    Limits,
    Process,
    RunReport,
    Step,
    TestCase,
    Verdict,
)

pytestmark = pytest.mark.sandbox
DEADLINE_S = 120.0


@pytest.fixture(scope="module")
def grader() -> Iterator[LocalGrader]:
    with LocalGrader(SandboxConfig(num_slots=1)) as made:
        yield made


def run(grader: LocalGrader, code: str, **changes: Any) -> RunReport:
    return grader.grade(hand_task(**changes), [code], deadline_s=DEADLINE_S)[0]


def case(*steps: Step, fixture: Fixture | None = None, effects: Effects | None = None) -> TestCase:
    return TestCase(id="c0", steps=steps, fixture=fixture, effects=effects)


def verdict_of(grader: LocalGrader, code: str, *cases: TestCase, **changes: Any) -> list[Verdict]:
    changes = {"visible_cases": (), "hidden_cases": cases, **changes}
    return [row.verdict for row in run(grader, code, **changes).hidden]


def hidden(report: RunReport) -> list[str]:
    return [row.verdict.value for row in report.hidden]


def test_the_reference_passes_everything_and_is_solved(grader: LocalGrader) -> None:
    report = run(grader, SUM)
    assert report.tests_passed
    assert [row.verdict for row in report.visible] == [Verdict.PASS] * 2
    assert (report.error_class, report.error_text, report.integrity) == ("", "", ())
    grade = grade_report(hand_task(), report, None)
    assert grade.solved
    assert grade.score == pytest.approx(1.0)


def test_the_buggy_program_has_the_score_worked_out_by_hand(grader: LocalGrader) -> None:
    report = run(grader, SUM_BUG)
    assert report.compiles
    assert hidden(report) == ["wrong"] * 8
    assert report.error_class == "WrongAnswer"
    assert report.visible[0].call == "total([1, 2])"
    assert (report.visible[0].expected, report.visible[0].actual) == ("3", "4")
    # compile 0.15 and a clean judge 0.10 of 0.60
    verdict = JudgeVerdict(correctness=None, security=1.0, quality=1.0)
    assert grade_report(hand_task(), report, verdict).score == pytest.approx(0.25 / 0.60)


def test_half_right_programs_have_the_share_of_hidden_cases(grader: LocalGrader) -> None:
    report = run(grader, "def total(values):\n    return sum(values) if len(values) > 1 else 99\n")
    assert hidden(report) == ["wrong", "wrong", *["pass"] * 6]
    assert grade_report(hand_task(), report, None).components["tests"].raw == pytest.approx(0.75)


def test_an_exception_is_reported_with_class_and_line_from_a_visible_case(grader: LocalGrader) -> None:
    report = run(grader, "def total(values):\n    first = values[0]\n    return first + '1'\n")
    assert [row.verdict for row in report.visible] == [Verdict.RAISED] * 2
    assert (report.error_class, report.error_line) == ("TypeError", 3)
    assert "unsupported operand" in report.error_text
    assert report.visible[0].actual.startswith("raised TypeError")


def test_nothing_of_a_hidden_case_reaches_the_report_but_its_verdict(grader: LocalGrader) -> None:
    code = (
        "def total(values):\n    if len(values) > 9:\n        raise ValueError(f'secret {values}')\n"
        "    return sum(values)\n"
    )
    report = run(grader, code)
    assert hidden(report).count("raised") == 1
    assert (report.error_class, report.error_line, report.error_text) == ("Exception", 0, "")
    assert all(row.call == row.expected == row.actual == "" for row in report.hidden)
    assert "secret" not in repr(report)


def test_an_endless_loop_costs_little_when_the_reference_is_known_to_be_fast(grader: LocalGrader) -> None:
    start = time.monotonic()
    report = run(grader, "def total(values):\n    while True:\n        pass\n")
    assert hidden(report) == ["timeout", *["not_run"] * 7]
    assert report.error_class == "Timeout"
    assert report.sandbox.limit == "cpu"
    assert report.integrity == ("limit: cpu",)
    assert time.monotonic() - start < 20


def test_sleeping_is_ended_by_the_wall_clock(grader: LocalGrader) -> None:
    limits = Limits(cpu_s=1.0, wall_s=0.5)
    report = run(grader, "import time\ndef total(values):\n    time.sleep(60)\n", limits=limits)
    assert hidden(report)[0] == "timeout"
    assert report.sandbox.limit == "wall"


def test_a_memory_bomb_is_a_memory_verdict(grader: LocalGrader) -> None:
    report = run(grader, "def total(values):\n    return [0] * 10**10\n")
    assert set(hidden(report)) == {"memory"}


def test_endless_recursion_is_an_exception(grader: LocalGrader) -> None:
    report = run(grader, "def total(values):\n    return total(values)\n")
    assert report.error_class == "RecursionError"


def test_leaving_early_fails_the_case_and_all_after_it(grader: LocalGrader) -> None:
    code = (
        "import os\ndef total(values):\n    if values == [5]:\n        os._exit(0)\n    return sum(values)\n"
    )
    report = run(grader, code)
    assert hidden(report) == ["pass", "crashed", *["not_run"] * 6]
    assert "leaves early" in report.integrity


@pytest.mark.parametrize(
    "code",
    [
        "def total(values)\n    return 1\n",
        "def total(values):\nreturn 1",
        "a = 1\0",
        "(" * 5000,
        "",
        "\n" * 100,
    ],
    ids=["colon", "indent", "null", "nesting", "empty", "blank"],
)
def test_malformed_source_is_a_verdict(grader: LocalGrader, code: str) -> None:
    report = run(grader, code)
    assert not report.tests_passed
    assert report.error_class
    assert report.compiles == (code.strip() == "")


def test_source_of_ten_megabytes_and_lone_surrogates_are_not_run(grader: LocalGrader) -> None:
    for code in ("x = 1\n" * 1_700_000, "x = '\ud800'\n"):
        report = run(grader, code)
        assert set(hidden(report)) == {"not_run"}
        assert not report.compiles
        assert report.error_text


def test_a_missing_entry_point_is_a_name_error(grader: LocalGrader) -> None:
    report = run(grader, SUM.replace("total", "sum_up"))
    assert report.compiles
    assert (report.error_class, set(hidden(report))) == ("NameError", {"raised"})


def test_an_exception_at_import_leaves_no_case_run(grader: LocalGrader) -> None:
    report = run(grader, "x = 1\nraise RuntimeError('no')\n" + SUM)
    assert report.compiles
    assert set(hidden(report)) == {"not_run"}
    assert (report.error_class, report.error_line) == ("RuntimeError", 2)


STACK = """
class Stack:
    def __init__(self, limit):
        self.limit, self.items = limit, []
    def push(self, item):
        if len(self.items) == self.limit:
            raise OverflowError('full')
        self.items.append(item)
    def pop(self):
        return self.items.pop()
"""


def test_objects_keep_state_within_a_case_and_expected_exceptions_pass(grader: LocalGrader) -> None:
    good = case(
        Step(call="Stack", args=(1,), bind="s"),
        Step(call="s.push", args=(4,)),
        Step(call="s.push", args=(5,), raises="OverflowError"),
        Step(call="s.pop", expect=4),
        Step(call="s.pop", raises="LookupError"),
    )
    assert verdict_of(grader, STACK, good) == [Verdict.PASS]
    assert verdict_of(grader, STACK.replace("== self.limit", "> self.limit"), good) == [Verdict.WRONG]
    assert verdict_of(grader, STACK.replace("OverflowError", "KeyError"), good) == [Verdict.RAISED]


def test_generators_are_consumed_in_the_child(grader: LocalGrader) -> None:
    code = "def naturals(start):\n    while True:\n        yield start\n        start += 1\n"
    wanted = case(Step(call="naturals", args=(3,), consume=4, expect=[3, 4, 5, 6]))
    assert verdict_of(grader, code, wanted) == [Verdict.PASS]
    raw = case(Step(call="naturals", args=(3,), expect=None))
    assert verdict_of(grader, code, raw) == [Verdict.WRONG]


def test_declared_mutation_is_compared_and_other_arguments_are_not_written_back(grader: LocalGrader) -> None:
    step = Step(call="order", args=([3, 1, 2],), expect=None, mutates=(0,), args_after=([1, 2, 3],))
    assert verdict_of(grader, "def order(v):\n    v.sort()\n", case(step)) == [Verdict.PASS]
    assert verdict_of(grader, "def order(v):\n    v.sort(reverse=True)\n", case(step)) == [Verdict.WRONG]
    assert verdict_of(grader, "def order(v):\n    return sorted(v)\n", case(step)) == [Verdict.WRONG]


def test_objects_that_claim_to_equal_everything_equal_nothing(grader: LocalGrader) -> None:
    code = (
        "class Any(int):\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "def total(values):\n    return Any(3)\n"
    )
    assert set(hidden(run(grader, code))) == {"wrong"}


def test_cases_carry_no_state_even_in_a_program_that_tries(grader: LocalGrader) -> None:
    first, second = (
        TestCase(id=name, steps=(Step(call="f", args=(name,), expect=0),)) for name in ("a", "b")
    )
    remembering = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen) - 1\n"
    assert verdict_of(grader, remembering, first, second) == [Verdict.PASS, Verdict.PASS]
    default = "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen) - 1\n"
    assert verdict_of(grader, default, first, second) == [Verdict.PASS, Verdict.PASS]


def test_a_checker_decides_over_plain_values_in_a_child_of_its_own(grader: LocalGrader) -> None:
    checker = (
        "def check(args, result):\n"
        "    return sorted(result) == sorted(args[0]) and result[0] == max(result)\n"
    )
    task: dict[str, Any] = {
        "comparator": Comparator(kind="checker"),
        "checker": checker,
        "hidden_cases": (case(Step(call="f", args=([1, 3, 2],))),),
        "visible_cases": (),
    }
    assert hidden(run(grader, "def f(v):\n    return sorted(v, reverse=True)\n", **task)) == ["pass"]
    assert hidden(run(grader, "def f(v):\n    return sorted(v)\n", **task)) == ["wrong"]
    assert hidden(run(grader, "def f(v):\n    return None\n", **task)) == ["wrong"]
    assert hidden(run(grader, "def f(v):\n    return object()\n", **task)) == ["wrong"]


def test_float_unordered_and_any_of_answers(grader: LocalGrader) -> None:
    code = "def f(x):\n    return x\n"
    step = Step(call="f", args=(0.1 + 0.2,), expect=0.3)
    assert verdict_of(grader, code, case(step)) == [Verdict.WRONG]
    assert verdict_of(grader, code, case(step), comparator=Comparator(kind="float")) == [Verdict.PASS]
    step = Step(call="f", args=([1, 2, 2],), expect=[2, 1, 2])
    assert verdict_of(grader, code, case(step), comparator=Comparator(kind="unordered")) == [Verdict.PASS]
    step = Step(call="f", args=(2,), expect=[1, 2])
    assert verdict_of(grader, code, case(step), comparator=Comparator(kind="any_of")) == [Verdict.PASS]


def test_the_environment_and_files_of_a_fixture_are_there(grader: LocalGrader) -> None:
    code = (
        "import os\ndef f(path):\n    with open(path) as file:\n        text = file.read()\n"
        "    with open('out.txt', 'w') as file:\n        file.write(text.upper())\n"
        "    return os.environ['TOKEN']\n"
    )
    world = Fixture(env={"TOKEN": "t-1"}, files={"in.txt": "abc"})
    step = Step(call="f", args=("in.txt",), expect="t-1")
    wanted = Effects(files={"out.txt": "ABC", "in.txt": "abc", "other.txt": None})
    assert verdict_of(grader, code, case(step, fixture=world, effects=wanted)) == [Verdict.PASS]
    missing = Effects(files={"out.txt": "abc"})
    assert verdict_of(grader, code, case(step, fixture=world, effects=missing)) == [Verdict.WRONG]
    forbidden = Effects(files={"out.txt": None})
    assert verdict_of(grader, code, case(step, fixture=world, effects=forbidden)) == [Verdict.WRONG]


def test_injection_into_a_real_database_is_seen(grader: LocalGrader) -> None:
    world = Fixture(sqlite="CREATE TABLE u (name TEXT); INSERT INTO u VALUES ('ann'), ('bob');")
    unsafe = (
        "import sqlite3\ndef find(name):\n    with sqlite3.connect('app.db') as db:\n"
        "        return [r[0] for r in db.execute(f\"SELECT name FROM u WHERE name = '{name}'\")]\n"
    )
    safe = unsafe.replace(
        "f\"SELECT name FROM u WHERE name = '{name}'\"", "'SELECT name FROM u WHERE name = ?', (name,)"
    )
    benign = case(Step(call="find", args=("ann",), expect=["ann"]), fixture=world)
    exploit = case(Step(call="find", args=("x' OR '1'='1",), expect=[]), fixture=world)
    assert verdict_of(grader, safe, benign, exploit) == [Verdict.PASS, Verdict.PASS]
    assert verdict_of(grader, unsafe, benign, exploit) == [Verdict.PASS, Verdict.WRONG]


def test_started_programs_are_observed_and_never_run(grader: LocalGrader) -> None:
    world = Fixture(processes=(Process(argv=("ping",), stdout="1 received\n"),))
    head = "import subprocess\ndef ping(h):\n    return subprocess.check_output("
    safe = head + "['ping', '-c', '1', h], text=True)\n"
    unsafe = head + "f'ping -c 1 {h}', shell=True, text=True)\n"
    step = Step(call="ping", args=("a;rm -rf x",), check=False)
    wanted = Effects(spawns=(("ping", "-c", "1", "a;rm -rf x"),))
    assert verdict_of(grader, safe, case(step, fixture=world, effects=wanted)) == [Verdict.PASS]
    assert verdict_of(grader, unsafe, case(step, fixture=world, effects=wanted)) != [Verdict.PASS]


def test_output_is_an_effect_where_a_case_says_so(grader: LocalGrader) -> None:
    wanted = case(Step(call="f", args=("hi",), expect=None), effects=Effects(stdout="hi\n"))
    assert verdict_of(grader, "def f(x):\n    print(x)\n", wanted) == [Verdict.PASS]
    assert verdict_of(grader, "def f(x):\n    print(x, x)\n", wanted) == [Verdict.WRONG]


def test_a_table_of_visible_cases_is_flagged_and_references_are_not(grader: LocalGrader) -> None:
    visible = (
        TestCase(id="v", steps=(Step(call="total", args=([100, 200, 345],), expect=645),)),
        TestCase(id="w", steps=(Step(call="total", args=([11, 31],), expect=42),)),
    )
    table = "def total(values):\n    if values == [100, 200, 345]:\n        return 645\n    return 42\n"
    assert run(grader, table, visible_cases=visible).integrity == ("answers from a table",)
    assert run(grader, SUM, visible_cases=visible).integrity == ()


def test_two_runs_of_one_program_give_the_same_report_from_memory(grader: LocalGrader) -> None:
    code = SUM.replace("result", "amount")
    first, second = grader.grade(hand_task(), [code, code], deadline_s=DEADLINE_S)
    assert first == second
    before = grader.stats()
    assert run(grader, code) == first
    assert grader.stats().cached == before.cached + 1


def test_another_task_with_the_same_program_is_graded_anew(grader: LocalGrader) -> None:
    other = hand_task(hidden_cases=hand_task().hidden_cases[:3])
    assert len(grader.grade(other, [SUM], deadline_s=DEADLINE_S)[0].hidden) == 3
