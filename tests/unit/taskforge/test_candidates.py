import random
from itertools import islice

from codearena_ray.taskforge.candidates import (
    Candidate,
    edit_size,
    estimate_difficulty,
    fault_lines,
    mutants_by_category,
    several_candidates,
)
from codearena_ray.types import Category

REFERENCE = """def f(values, limit):
    total = 0
    seen = []
    for value in values:
        if value > limit:
            continue
        seen.append(int(value))
        total += value
    return total, len(seen)
"""


def test_operators_take_turns_and_lines_repeat_late() -> None:
    mutants = mutants_by_category(REFERENCE, random.Random(0))[Category.LOGIC]
    operators = len({m.operator for m in mutants})
    assert len({m.operator for m in mutants[:operators]}) == operators
    assert [m.apply(REFERENCE) for m in mutants] == [
        m.apply(REFERENCE) for m in mutants_by_category(REFERENCE, random.Random(0))[Category.LOGIC]
    ]


def test_several_bugs_are_planted_on_different_lines_with_at_most_one_that_does_not_parse() -> None:
    mutants = mutants_by_category(REFERENCE, random.Random(0))
    proven = [m for kind in mutants.values() for m in kind[:4]]
    found = list(islice(several_candidates(REFERENCE, proven, random.Random(1)), 20))
    assert len(found) >= 10
    assert {candidate.n_bugs for candidate in found} == {2, 3}
    for candidate in found:
        assert candidate.operator.count("+") == candidate.n_bugs - 1
        assert len(fault_lines(candidate.code, REFERENCE)) >= 1


def test_one_proven_bug_makes_no_several() -> None:
    one = mutants_by_category(REFERENCE, random.Random(0))[Category.TYPE][:1]
    assert list(several_candidates(REFERENCE, one, random.Random(0))) == []


def test_fault_lines_name_changed_lines_and_the_place_of_missing_ones() -> None:
    assert fault_lines(REFERENCE.replace("> limit", ">= limit"), REFERENCE) == (5,)
    missing = REFERENCE.replace("        total += value\n", "")
    assert fault_lines(missing, REFERENCE) == (8,)
    assert fault_lines(REFERENCE, REFERENCE) == ()


def test_the_edit_size_counts_characters_to_change() -> None:
    assert edit_size(REFERENCE.replace("> limit", ">= limit"), REFERENCE) == 1
    assert edit_size(REFERENCE, REFERENCE) == 0


def test_difficulty_grows_with_bugs_and_stays_in_its_levels() -> None:
    def level(category: Category, n_bugs: int, code: str) -> int:
        candidate = Candidate(code, category, "x", "x", "x", n_bugs=n_bugs)
        return estimate_difficulty(candidate, REFERENCE, fault_lines(code, REFERENCE))

    small = REFERENCE.replace("> limit", ">= limit")
    assert level(Category.SYNTAX, 1, small) == 1
    assert level(Category.LOGIC, 1, small) < level(Category.LOGIC, 2, small)
    assert level(Category.SECURITY, 3, "x\n" * 60) == 5
