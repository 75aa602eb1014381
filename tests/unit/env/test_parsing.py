"""What answers mean, and that hostile ones cost little."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codearena_ray.env.parsing import MAX_EDITS, edit_size, parse_answer, program_lines

BASE = "def f(x)\n    return x\n\nprint(f(1))\n"
FENCE = "```"


def parse(text, *, answer_format="edit", base_code=BASE, max_code_chars=1000):
    return parse_answer(text, answer_format=answer_format, base_code=base_code, max_code_chars=max_code_chars)


def edited(text, **kwargs):
    proposal = parse(text, **kwargs)
    assert proposal.answer_format == "edit", proposal.problem
    return proposal.code


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("1: ) => ):", "def f(x):\n    return x\n\nprint(f(1))\n"),
        ("2: x => y", "def f(x)\n    return y\n\nprint(f(1))\n"),
        ("2: return  => ", "def f(x)\n    x\n\nprint(f(1))\n"),
        ("2:     return x => ", "def f(x)\n\n\nprint(f(1))\n"),
        ("2: return =>", "def f(x)\n     x\n\nprint(f(1))\n"),
        ("2:     return =>         yield", "def f(x)\n        yield x\n\nprint(f(1))\n"),
        ("3:  => x = 1", "def f(x)\n    return x\nx = 1\nprint(f(1))\n"),
        ("2-", "def f(x)\n\nprint(f(1))\n"),
        ("0+: import a", "import a\n" + BASE),
        ("2+:     # end", "def f(x)\n    return x\n    # end\n\nprint(f(1))\n"),
        ("1+:", "def f(x)\n\n    return x\n\nprint(f(1))\n"),
        ("4: f => g", "def f(x)\n    return x\n\nprint(g(1))\n"),
        ("4: print => p\n4: f => g", "def f(x)\n    return x\n\np(g(1))\n"),
    ],
)
def test_one_edit_does_what_it_says(answer, expected):
    assert edited(answer) == expected


def test_line_numbers_are_those_shown_whatever_the_other_edits_do():
    answer = "0+: import a\n1-\n1+: def f(x):\n4: 1 => 2\n2+:     # a\n2+:     # b"
    assert edited(answer) == ("import a\ndef f(x):\n    return x\n    # a\n    # b\n\nprint(f(2))\n")


def test_only_the_first_occurrence_is_replaced():
    assert edited("1: a => b", base_code="a = a + a\n") == "b = a + a\n"


def test_an_edit_block_is_taken_from_among_words_and_the_last_one_counts():
    text = f"I think:\n{FENCE}edit\n1-\n{FENCE}\nNo:\n{FENCE}edit\n2-\n{FENCE}\ngive up\n"
    assert edited(text) == "def f(x)\n\nprint(f(1))\n"


def test_an_unmarked_block_of_edits_is_edits():
    assert edited(f"{FENCE}\n2-\n{FENCE}") == "def f(x)\n\nprint(f(1))\n"


def test_a_program_is_accepted_where_edits_are_asked_for():
    proposal = parse(f"{FENCE}python\nprint(1)\n{FENCE}")
    assert (proposal.answer_format, proposal.code) == ("full", "print(1)\n")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("change line two", "not an edit"),
        ("2- please", "not an edit"),
        ("two: a => b", "not an edit"),
        ("9-", "no line 9"),
        ("0-", "no line 0"),
        ("0: a => b", "no line 0"),
        ("2: nothing => x", "does not contain 'nothing'"),
        ("2:  => x", "does not contain ''"),
        ("2: x", "no ` => `"),
        ("2-\n2: x => y", "both deleted and changed"),
        ("2-\ngive up", "both edits and"),
        (f"{FENCE}edit\n2-", "not closed"),
        (f"{FENCE}edit\n{FENCE}", "empty"),
        (f"{FENCE}\n\n{FENCE}", "empty"),
        ("2-\n" * (MAX_EDITS + 1), "more than"),
        ("2: x => \ud800", "not text"),
        ("2: x => \x00", "not text"),
        ("x" * 4001, "longer than"),
        ("2: x => " + "y" * 2000, "longer than"),
        ("".join(f"2+: {'y' * 90}\n" for _ in range(20)), "longer than"),
    ],
)
def test_a_malformed_edit_says_what_is_wrong(answer, problem):
    proposal = parse(answer)
    assert proposal.answer_format == "malformed"
    assert proposal.code is None
    assert problem in proposal.problem


@pytest.mark.parametrize("mark", ["python", "py", "Python3", ""])
def test_the_last_block_is_the_program(mark):
    text = f"Before:\n{FENCE}python\nold\n{FENCE}\nAfter:\n{FENCE}{mark}\nprint(1)\n\n{FENCE}\nDone."
    proposal = parse(text, answer_format="full")
    assert (proposal.answer_format, proposal.code) == ("full", "print(1)\n\n")


def test_a_longer_fence_may_hold_a_shorter_one():
    text = f"{FENCE}`python\na = '''\n{FENCE}\n'''\n{FENCE}`"
    assert parse(text, answer_format="full").code == f"a = '''\n{FENCE}\n'''\n"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("print(1)", "no code block"),
        ("2: x => y", "no code block"),
        (f"{FENCE}python\nprint(1)", "not closed"),
        (f"{FENCE}python\n{FENCE}", "empty"),
        (f"{FENCE}edit\n2-\n{FENCE}", "edits are not accepted"),
        (f"{FENCE}\n2-\n{FENCE}", "edits are not accepted"),
        (f"{FENCE}json\n1\n{FENCE}", "no code block"),
        (f"{FENCE}python\n{'x' * 1001}\n{FENCE}", "longer than"),
    ],
)
def test_where_a_program_is_asked_for_anything_else_is_malformed(answer, problem):
    proposal = parse(answer, answer_format="full")
    assert proposal.answer_format == "malformed"
    assert problem in proposal.problem


@pytest.mark.parametrize("answer_format", ["full", "edit"])
@pytest.mark.parametrize("text", ["give up", "  Give Up \n", "I am done.\n\ngive up\n"])
def test_giving_up_is_an_answer_in_both_formats(text, answer_format):
    proposal = parse(text, answer_format=answer_format)
    assert (proposal.answer_format, proposal.code) == ("give_up", None)


def test_giving_up_inside_a_sentence_or_a_program_is_not_meant():
    assert parse("never give up", answer_format="full").answer_format == "malformed"
    text = f'{FENCE}python\n"""\ngive up\n"""\n{FENCE}'
    assert parse(text, answer_format="full").answer_format == "full"


def test_windows_line_ends_are_read_as_plain_ones():
    assert edited("1: ) => ):\r\n2-\r\n") == "def f(x):\n\nprint(f(1))\n"


def test_hashes_tell_a_change_of_layout_from_a_change_of_meaning():
    base = "def f(x):\n    return x\n"
    renamed = parse("1: x => y\n2: x => y", base_code=base)
    changed = parse("2: x => -x", base_code=base)
    assert renamed.code_hash == renamed.base_hash
    assert changed.code_hash != changed.base_hash


@pytest.mark.parametrize(
    ("base", "code", "size"),
    [
        ("a\nb\n", "a\nb\n", 0),
        ("return x\n", "return xy\n", 1),
        ("return x + 1\n", "return x - 1\n", 1),
        ("a\n", "a\nbcd\n", 4),
        ("a\nbcd\n", "a\n", 4),
        ("a\nb\n", "b\na\n", 0),
        ("", "ab\n", 2),
    ],
)
def test_the_size_of_an_edit_counts_changed_characters(base, code, size):
    assert edit_size(base, code) == size


def test_an_unknown_format_is_a_defect():
    with pytest.raises(ValueError, match="answer_format"):
        parse("x", answer_format="diff")


@pytest.mark.parametrize(
    "text",
    [
        "`" * 200_000,
        "```\n" * 60_000,
        "1: a => " * 30_000,
        "1: a => b\n" * 25_000,
        "1:" * 120_000,
        " " * 250_000,
        "\n" * 250_000,
        "0+: " + "(" * 60_000,
        "1: x => " + "x" * 60_000 + ("\n1: x => xx" * 200),
    ],
    ids=["ticks", "fences", "arrows", "edits", "colons", "blanks", "lines", "nesting", "growth"],
)
def test_hostile_answers_are_read_in_linear_time(text):
    started = time.process_time()
    parse(text, max_code_chars=65536)
    parse(text, max_code_chars=65536, answer_format="full")
    assert time.process_time() - started < 2.0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["full", "edit"]))
def test_any_text_gives_a_proposal(text, answer_format):
    proposal = parse(text, answer_format=answer_format)
    assert (proposal.code is None) == (proposal.answer_format in ("malformed", "give_up"))
    assert bool(proposal.problem) == (proposal.answer_format == "malformed")


_LINES = st.lists(st.text(alphabet="ab =>():+ ", max_size=8), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(
    _LINES,
    st.lists(st.tuples(st.integers(0, 7), st.sampled_from("+-:"), st.text("ab ", max_size=4)), max_size=5),
)
def test_edits_never_lose_lines_that_they_do_not_name(lines, edits):
    base = "\n".join(lines) + "\n"
    text = "\n".join(
        {"+": f"{n}+: {word}", "-": f"{n}-", ":": f"{n}: {word} => {word}b"}[kind] for n, kind, word in edits
    )
    proposal = parse(text, base_code=base)
    if proposal.answer_format == "edit":
        named = {n for n, kind, _ in edits if kind != "+"}
        kept = [line for n, line in enumerate(program_lines(base), 1) if n not in named]
        found = iter(program_lines(proposal.code or ""))
        assert all(line in found for line in kept)
