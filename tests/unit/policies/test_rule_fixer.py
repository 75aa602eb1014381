"""The rule-based fixer, the yardsticks, and programs written as answers."""

from __future__ import annotations

import dataclasses

import pytest
from builders.episodes import BUGGY, FIXED, make_task
from hypothesis import given
from hypothesis import strategies as st

from codearena_ray.env.parsing import parse_answer
from codearena_ray.grading.normalise import code_hash
from codearena_ray.policies.protocol import Answer, Fixer, Past, Question
from codearena_ray.policies.rules import RuleFixer, repairs
from codearena_ray.policies.syntax_rules import first_fault, syntax_repairs
from codearena_ray.policies.writing import write_answer
from codearena_ray.policies.yardsticks import NoopFixer, ReferenceFixer
from codearena_ray.types import Observation


def observe(code: str, *, error: str = "", passed: int = 0) -> Observation:
    results = f"{passed} of 3 visible tests pass"
    return Observation("", code, error, results, "", steps_left=5, best_score=0.0, agent_view="")


def ask(observation: Observation, *earlier: Past, role: str = "fixer") -> Question:
    return Question(make_task(), observation, role, (), 0, earlier)


def said(fixer: Fixer, question: Question) -> str:
    (answer,) = fixer.answers([question])
    assert isinstance(answer, Answer)
    return answer.text


def program(text: str, base: str, answer_format: str) -> str | None:
    return parse_answer(text, answer_format=answer_format, base_code=base, max_code_chars=1 << 20).code


SYNTAX = [
    ("def f(x)\n    return x\n", "def f(x):\n    return x\n"),
    ("def f(x);\n    return x\n", "def f(x):\n    return x\n"),
    ("def f(x):\n    retrun x\n", "def f(x):\n    return x\n"),
    ("dfe f(x):\n    return x\n", "def f(x):\n    return x\n"),
    ("define f(x):\n    return x\n", "def f(x):\n    return x\n"),
    (
        "def f(x):\n    whlie x:\n        x -= 1\n    return x\n",
        "def f(x):\n    while x:\n        x -= 1\n    return x\n",
    ),
    ("def f(x):\n    return sum([x, 1)\n", "def f(x):\n    return sum([x, 1])\n"),
    ("def f(x):\n    return (x + 1]\n", "def f(x):\n    return (x + 1)\n"),
    ("def f(x):\n    return x + 1)\n", "def f(x):\n    return x + 1\n"),
    ("def f(x):\n    if x = 3:\n        return 1\n", "def f(x):\n    if x == 3:\n        return 1\n"),
    ("def f(x):\n    return 'a\n", "def f(x):\n    return 'a'\n"),
    ("def f(x):\n    return 'a\"\n", "def f(x):\n    return 'a'\n"),
    ("def f(x):\n    y =\n    return y\n", "def f(x):\n    y = 0\n    return y\n"),
    ("def f(x):\n    y = 1\n\treturn y\n", "def f(x):\n    y = 1\n    return y\n"),
    ("def f(x):\n    return [1, 2 3]\n", "def f(x):\n    return [1, 2, 3]\n"),
    ("def f(x):\n    y = x\n      return y\n", "def f(x):\n    y = x\n    return y\n"),
    ("def f(x):\n    if x:\n    return 1\n", "def f(x):\n    if x:\n        return 1\n"),
    (
        "def f(x):\n    if x > 2 && x < 5:\n        return 1\n",
        "def f(x):\n    if x > 2 and x < 5:\n        return 1\n",
    ),
    ("def f(x):\n    if ! x:\n        return 1\n", "def f(x):\n    if not x:\n        return 1\n"),
    (
        "def f(x):\n    try:\n        return 1\n    catch ValueError:\n        return 2\n",
        "def f(x):\n    try:\n        return 1\n    except ValueError:\n        return 2\n",
    ),
    (
        "def f(x):\n    if x = 3:\n        return 'a\n    return 2\n",
        "def f(x):\n    if x == 3:\n        return 'a'\n    return 2\n",
    ),
]


@pytest.mark.parametrize(("buggy", "fixed"), SYNTAX)
def test_frequent_damage_of_syntax_is_repaired_within_three_tries(buggy: str, fixed: str) -> None:
    first = [code_hash(code) for code in syntax_repairs(buggy)[:3]]
    assert code_hash(fixed) in first


@given(st.text(alphabet="def f(x):\n    return [1, '\"}{=!&", max_size=120))
def test_whatever_is_proposed_for_broken_syntax_compiles(code: str) -> None:
    assert all(first_fault(repaired) is None for repaired in syntax_repairs(code))


def test_a_program_that_compiles_has_no_syntax_repairs() -> None:
    assert syntax_repairs(FIXED) == []


def test_an_enormous_program_is_left_alone() -> None:
    assert syntax_repairs("(" * 20_000) == []
    assert list(repairs(observe("x = 1\n" * 10_000))) == []


@pytest.mark.parametrize(
    ("buggy", "error", "fixed"),
    [
        ("def f(values):\n    return valeus\n", "NameError line 2: name 'valeus' is not defined", "values"),
        (
            "def f(s):\n    s = []\n    s.add(1)\n",
            "AttributeError line 3: 'list' object has no attribute 'add'",
            "s.append(1)",
        ),
        (
            "def f(n):\n    return 'a' + n\n",
            'TypeError line 2: can only concatenate str (not "int") to str',
            "'a' + str(n)",
        ),
        (
            "def f(v):\n    return v[len(v) / 2]\n",
            "TypeError line 2: list indices must be integers or slices",
            "v[len(v) // 2]",
        ),
    ],
)
def test_an_error_that_names_its_cause_is_answered_first(buggy: str, error: str, fixed: str) -> None:
    assert fixed in next(repairs(observe(buggy, error=error)))


def test_a_reversal_on_the_faulty_line_comes_before_others() -> None:
    code = "def f(a, b):\n    if a < b:\n        return a\n    while a < b:\n        a += 1\n    return a\n"
    first = next(repairs(observe(code, error="WrongAnswer line 4: too few")))
    assert first.split("\n")[1] == code.split("\n")[1]
    assert first.split("\n")[3] != code.split("\n")[3]


def test_no_program_is_proposed_twice_and_the_last_word_is_giving_up() -> None:
    fixer, past, seen = RuleFixer(answer_format="edit"), [], set()
    now = observe("def f(x):\n    return x < 1\n")
    for _ in range(60):
        text = said(fixer, ask(now, *past))
        if text == "give up":
            break
        code = program(text, now.code, "edit")
        assert code is not None
        assert code_hash(code) not in seen
        seen.add(code_hash(code))
        past.append(Past(now, text))
        now = observe(code)
    assert text == "give up"
    assert len(seen) > 3


def test_the_next_try_starts_from_the_program_that_passed_most() -> None:
    good, bad = "def f(x):\n    return x + 1\n", "def f(x):\n    return x * 7\n"
    question = ask(observe(bad, passed=0), Past(observe(good, passed=2), "unreadable"))
    code = program(said(RuleFixer(answer_format="full"), question), bad, "full")
    assert code is not None
    assert "7" not in code


@pytest.mark.parametrize("answer_format", ["full", "edit"])
def test_the_same_question_gets_the_same_answer(answer_format: str) -> None:
    question = ask(observe("def f(x):\n    if x < 3 and x > 1:\n        return x - 1\n"))
    assert said(RuleFixer(answer_format=answer_format), question) == said(
        RuleFixer(answer_format=answer_format), question
    )


@pytest.mark.parametrize("answer_format", ["full", "edit"])
def test_yardsticks_answer_with_the_reference_and_with_nothing(answer_format: str) -> None:
    question = ask(observe(BUGGY))
    fixed = said(ReferenceFixer(answer_format=answer_format), question)
    assert program(fixed, BUGGY, answer_format) == FIXED
    same = said(NoopFixer(answer_format=answer_format), question)
    assert program(same, BUGGY, answer_format) == BUGGY


def test_the_reference_gives_up_on_a_canary() -> None:
    question = dataclasses.replace(ask(observe(BUGGY)), task=make_task(is_canary=True))
    assert said(ReferenceFixer(answer_format="full"), question) == "give up"


@given(
    st.lists(st.text(alphabet="ab =>`1:\t+-", max_size=12), max_size=6),
    st.lists(st.text(alphabet="ab =>`1:\t+-", max_size=12), min_size=1, max_size=6),
    st.sampled_from(["full", "edit"]),
)
def test_a_written_answer_is_read_as_the_program_that_was_meant(
    base: list[str], lines: list[str], answer_format: str
) -> None:
    code = "def f():\n" + "\n".join(lines) + "\n"
    base_code = "def f():\n" + "\n".join(base) + "\n"
    text = write_answer(code, base_code=base_code, answer_format=answer_format)
    assert program(text, base_code, answer_format) == code
