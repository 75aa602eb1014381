"""Efficiency of real programs against a real reference, and what tries to look faster than it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from builders.hand_tasks import calls, hand_task

from codearena_ray.config import SandboxConfig
from codearena_ray.errors import TaskError
from codearena_ray.grading.local import LocalGrader
from codearena_ray.grading.reward import grade_report
from codearena_ray.types import EfficiencyReport, Limits, RunReport, Scaling, Task

pytestmark = pytest.mark.sandbox

INPUTS = [([],), ([1],), ([1, 1],), ([3, 1, 3, 2],), (["a", "b"],), ([0] * 20,)]
REFERENCE = """\
def distinct(values):
    seen = set()
    result = []
    for value in values:
        if value not in seen:
            seen.add(value)
            result.append(value)
    return result
"""
QUADRATIC = REFERENCE.replace("set()", "[]").replace("seen.add", "seen.append")
TWICE = REFERENCE.replace("    seen = set()\n", "    values = [v for v in values]\n    seen = set()\n")
SORTING = """\
def distinct(values):
    order = sorted(range(len(values)), key=lambda i: (str(values[i]), i))
    kept = [i for k, i in enumerate(order) if not k or values[order[k - 1]] != values[i]]
    return [values[i] for i in sorted(kept)]
"""
SCALING = Scaling(
    code=(
        "def scaling(n, rng, adverse):\n"
        "    return [[rng.randrange(10**9 if adverse else n) for _ in range(n)]]\n"
    ),
    entry_point="distinct",
    sizes=(2000, 4000, 8000, 16000),
)


@pytest.fixture(scope="module")
def grader() -> Iterator[LocalGrader]:
    with LocalGrader(SandboxConfig(num_slots=1)) as made:
        yield made


def a_task() -> Task:
    answers = [list(dict.fromkeys(args[0])) for args in INPUTS]
    return hand_task(
        id="hand-distinct",
        entry_points=("distinct",),
        buggy_code=QUADRATIC,
        reference_code=REFERENCE,
        visible_cases=calls("distinct", INPUTS[:2], answers[:2], "v"),
        hidden_cases=calls("distinct", INPUTS, answers, "h"),
        scaling=SCALING,
        validation={},
        limits=Limits(cpu_s=1.0),
    )


def run(grader: LocalGrader, code: str, task: Task | None = None) -> RunReport:
    return grader.grade(task or a_task(), [code], deadline_s=120.0)[0]


def measured(grader: LocalGrader, code: str) -> EfficiencyReport:
    report = run(grader, code)
    assert report.tests_passed
    assert report.efficiency is not None
    return report.efficiency


def test_the_reference_has_full_efficiency(grader: LocalGrader) -> None:
    found = measured(grader, REFERENCE)
    assert found.score == 1.0
    assert len(found.sizes) == len(found.cpu_s) == len(found.reference_cpu_s)


def test_a_constant_factor_costs_little_and_never_as_much_as_a_worse_class(grader: LocalGrader) -> None:
    assert measured(grader, TWICE).score >= 0.8
    assert measured(grader, SORTING).score > 0.3


def test_a_quadratic_program_passes_every_test_and_is_not_solved(grader: LocalGrader) -> None:
    report = run(grader, QUADRATIC)
    assert report.efficiency is not None
    assert report.efficiency.score <= 0.3
    grade = grade_report(a_task(), report, None)
    assert grade.tests_passed
    assert not grade.solved
    # compile 0.15, tests 0.35 and a share of 0.30, of 0.80
    assert grade.score == pytest.approx((0.5 + 0.3 * report.efficiency.score) / 0.8)


def test_a_wrong_program_is_not_measured(grader: LocalGrader) -> None:
    assert run(grader, "def distinct(values):\n    return []\n").efficiency is None


def test_a_renamed_copy_draws_no_second_measurement(grader: LocalGrader) -> None:
    first = measured(grader, REFERENCE)
    assert measured(grader, REFERENCE.replace("seen", "known")) is first


def test_burning_time_at_small_sizes_does_not_hide_a_quadratic_program(grader: LocalGrader) -> None:
    burning = QUADRATIC.replace(
        "    seen = []\n",
        "    seen = []\n    for _ in range(2_000_000 if 9 < len(values) < 9000 else 0): pass\n",
    )
    assert measured(grader, burning).score <= 0.3


def test_work_at_import_in_lazy_objects_and_in_threads_is_counted(grader: LocalGrader) -> None:
    at_import = "for _ in range(3_000_000): pass\n" + REFERENCE
    assert measured(grader, at_import).score <= 0.5
    threaded = (
        "import threading\n" + QUADRATIC.replace("distinct", "slow") + "\n"
        "def distinct(values):\n    kept = []\n"
        "    worker = threading.Thread(target=lambda: kept.extend(slow(values)))\n"
        "    worker.start()\n    worker.join()\n    return kept\n"
    )
    assert run(grader, threaded).efficiency is None or measured(grader, threaded).score <= 0.3


def test_giving_up_on_large_inputs_is_worth_nothing(grader: LocalGrader) -> None:
    for answer in ("[]", "values", "values[5000]"):
        cheat = QUADRATIC.replace(
            "    seen = []\n", f"    if len(values) > 50:\n        return {answer}\n    seen = []\n"
        )
        assert measured(grader, cheat).score == 0.0


def test_patched_clocks_change_nothing(grader: LocalGrader) -> None:
    patched = "import time\ntime.process_time = time.perf_counter = lambda: 0.0\n" + QUADRATIC
    assert measured(grader, patched).score <= 0.3


def test_answers_remembered_between_calls_do_not_help(grader: LocalGrader) -> None:
    remembering = QUADRATIC.replace("def distinct", "def slow") + (
        "known = {}\ndef distinct(values):\n    key = tuple(values)\n"
        "    if key not in known:\n        known[key] = slow(values)\n    return known[key]\n"
    )
    assert measured(grader, remembering).score <= 0.3


def test_a_generator_of_inputs_that_fails_is_the_tasks_fault(grader: LocalGrader) -> None:
    broken = replace(SCALING, code="def scaling(n, rng, adverse):\n    return 1 // 0\n")
    with pytest.raises(TaskError, match="ZeroDivisionError"):
        run(grader, REFERENCE, replace(a_task(), scaling=broken))
    too_slow = replace(a_task(), reference_code="def distinct(values):\n    raise ValueError('no')\n")
    with pytest.raises(TaskError, match="the reference fails at size"):
        run(grader, REFERENCE, too_slow)


def test_without_efficiency_in_the_configuration_nothing_is_measured() -> None:
    with LocalGrader(SandboxConfig(num_slots=1, efficiency=False)) as plain:
        report = run(plain, QUADRATIC)
    assert report.efficiency is None
    assert grade_report(a_task(), report, None, efficiency_applies=False).solved
