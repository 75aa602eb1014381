from pathlib import Path

import pytest

from codearena_ray.errors import TaskError
from codearena_ray.taskforge.authoring import load_problems, parse_problem
from codearena_ray.types import Category

GOOD = '''"""Largest so far.

Return the running maximum.
"""

# %% meta
entry_points = ["running_maximum"]
categories = ["logic"]
comparator = "float"
rel_tol = 1e-6
allowed_imports = ["math"]

# %% reference
def running_maximum(values):
    return values

# %% cases
def visible():
    return [[[1]]]

def hidden(rng):
    return [[[i]] for i in range(8)]

# %% scaling
sizes = [10, 20]

def scaling(n, rng, adverse):
    return [[0] * n]

# %% bug quadratic category=algorithm
def running_maximum(values):
    return values[:]
# %% bug broken category=syntax bugs=2
def running_maximum(values)
    return values
# %% bug unsafe category=security cwe=CWE-95
def running_maximum(values):
    return eval(values)
'''
PATH = Path("tasks/problems/arrays/running_maximum.py")


def test_a_problem_file_says_all_that_a_problem_needs() -> None:
    problem = parse_problem(GOOD, path=PATH)
    assert (problem.area, problem.family_id) == ("arrays", "running_maximum")
    assert problem.statement == "Largest so far.\n\nReturn the running maximum."
    assert problem.entry_points == ("running_maximum",)
    assert problem.comparator.kind == "float"
    assert problem.comparator.rel_tol == 1e-6
    assert problem.reference == "def running_maximum(values):\n    return values\n"
    assert problem.sizes == (10, 20)
    assert problem.scaling == "def scaling(n, rng, adverse):\n    return [[0] * n]\n"
    assert [(b.name, b.category, b.cwe, b.n_bugs) for b in problem.bugs] == [
        ("quadratic", Category.ALGORITHM, "", 1),
        ("broken", Category.SYNTAX, "", 2),
        ("unsafe", Category.SECURITY, "CWE-95", 1),
    ]
    assert problem.bugs[1].code == "def running_maximum(values)\n    return values\n"
    assert problem.bootstrap


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"""Largest so far.\n\nReturn the running maximum.\n"""\n', "", 1, "no statement"),
        ("# %% meta", "# %% mata", 6, "unknown cell 'mata'"),
        ('["running_maximum"]\n', "[]\n", 6, "entry_points"),
        ('categories = ["logic"]', "categories = list()", 8, "must be a literal"),
        ('categories = ["logic"]', "categories = [1]", 8, "list of names"),
        ('categories = ["logic"]', "speed = 3", 8, "unknown meta field 'speed'"),
        ('categories = ["logic"]', "import os", 8, "plain assignments"),
        ('"float"', '"fuzzy"', 6, "comparator must be one of"),
        ("rel_tol = 1e-6", 'rel_tol = "x"', 10, "wrong type"),
        ("    return values\n\n# %% cases", "    return values)\n\n# %% cases", 15, "does not parse"),
        ("def running_maximum(values):\n    return values\n\n", "def other(): pass\n", 13, "does not define"),
        ("def hidden", "def hiden", 17, "cases does not define 'hidden'"),
        ("sizes = [10, 20]", "sizes = [20, 10]", 25, "sizes must ascend"),
        ("sizes = [10, 20]", "", 24, "scaling needs sizes"),
        ("category=algorithm", "category=speed", 30, "category must be one of"),
        ("category=algorithm", "category=algorithm cwe=95", 30, "must look like CWE-95"),
        (" cwe=CWE-95", "", 36, "names its weakness"),
        ("bugs=2", "bugs=none", 33, "bugs must be a number"),
        ("# %% bug broken", "# %% bug quadratic", 30, "two bugs are called 'quadratic'"),
        ("# %% bug broken", "# %% bug Broken!", 33, "lower-case name"),
        ("bugs=2", "severity=2", 33, "unknown bug option 'severity=2'"),
        ("# %% scaling", "# %% reference", 24, "a second reference cell"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    with pytest.raises(TaskError) as caught:
        parse_problem(GOOD.replace(old, new, 1), path=PATH)
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert told in str(caught.value)


def test_a_comparator_by_checker_needs_its_cell() -> None:
    with pytest.raises(TaskError, match="go together"):
        parse_problem(GOOD.replace('"float"', '"checker"'), path=PATH)


def test_two_files_of_one_family_are_refused(tmp_path: Path) -> None:
    for area in ("arrays", "strings"):
        (tmp_path / area).mkdir()
        (tmp_path / area / "running_maximum.py").write_text(GOOD)
    with pytest.raises(TaskError, match="exists already"):
        load_problems(tmp_path)


def test_a_folder_without_problems_is_the_users_to_fix(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no problem files"):
        load_problems(tmp_path)


def test_every_shipped_problem_parses_and_the_five_categories_have_authored_bugs() -> None:
    problems = load_problems(Path(__file__).parents[3] / "tasks" / "problems")
    assert len(problems) >= 80
    assert {bug.category for problem in problems for bug in problem.bugs} == set(Category)
