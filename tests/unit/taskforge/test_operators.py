import ast
from collections import Counter
from pathlib import Path

import pytest

from codearena_ray.taskforge.authoring import load_problems
from codearena_ray.taskforge.operators import OPERATORS, apply_mutations, enumerate_mutations
from codearena_ray.types import Category

PROGRAM = '''def visit(graph, start, limit=None):
    """Walk the graph -- breadth first."""
    if limit is None:
        limit = len(graph) + 1
    if start not in graph:
        raise KeyError(start)
    seen = set()
    queue = [(start, 0)]
    total = 0
    while queue and total < limit:
        node, depth = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        total += depth
        for other in sorted(graph[node], reverse=True):
            queue.append((other, depth - 1))
    for index in range(len(queue) - 1):
        if queue[index + 1] == queue[0] and not seen:
            break
        elif index > 3:
            total = total // 2 + int("7")
    return "é" + str(total), queue[1:-1], -depth
'''


def _found(operator: str, code: str = PROGRAM) -> list[tuple[int, str, str]]:
    return [(m.line, m.old, m.new) for m in enumerate_mutations(code, operators=[operator])]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("comparison_boundary", (21, ">", ">=")),
        ("comparison_reversed", (12, "in", "not in")),
        ("comparison_reversed", (5, "not in", "in")),
        ("loop_condition", (10, "<", "<=")),
        ("arithmetic", (15, "+=", "-=")),
        ("boolean", (19, "and", "or")),
        ("boolean", (16, "True", "False")),
        ("dropped_not", (19, "not ", "")),
        ("dropped_minus", (23, "-", "")),
        ("constant", (9, "0", "1")),
        ("off_by_one", (19, "index + 1", "index")),
        ("loop_bound", (18, "len(queue) - 1", "len(queue)")),
        ("slice_error", (23, "1", "2")),
        ("wrong_name", (14, "node", "depth")),
        ("lost_keyword", (16, ", reverse=True", "")),
        ("missing_return", (23, "return ", "")),
        ("removed_guard", (5, "    if start not in graph:\n        raise KeyError(start)\n", "")),
        ("elif_to_if", (21, "elif", "if")),
        ("lost_update", (15, " += ", " = ")),
        ("lost_statement", (14, "        seen.add(node)\n", "")),
        ("wrong_exception", (6, "KeyError", "IndexError")),
        ("initial_value", (9, "0", "-1")),
        ("early_exit", (13, "continue", "break")),
        ("missing_cast", (22, 'int("7")', '"7"')),
        ("wrong_cast", (23, "str", "repr")),
        ("int_float_division", (22, "//", "/")),
        ("wrong_container_call", (14, "add", "append")),
        ("wrong_container", (7, "set()", "{}")),
        ("type_confusion", (9, "0", '"0"')),
        ("missing_iteration_wrapper", (18, "range(len(queue) - 1)", "len(queue) - 1")),
        ("tuple_unpacked", (17, "(other, depth - 1)", "other, depth - 1")),
        ("missing_colon", (10, ":", "")),
        ("missing_bracket", (7, ")", "")),
        ("wrong_indentation", (3, "    ", "     ")),
        ("mixed_tabs", (12, "        ", "    \t")),
        ("keyword_typo", (21, "elif", "else if")),
        ("missing_quote", (23, '"', "'")),
        ("assignment_for_comparison", (19, "==", "=")),
        ("unfinished_line", (9, " 0", "")),
        ("missing_comma", (23, ",", "")),
        ("swapped_operands", (22, "total // 2", "2 // total")),
    ],
)
def test_an_operator_plants_the_bug_it_is_named_for(operator: str, expected: tuple[int, str, str]) -> None:
    assert expected in _found(operator)


def test_operators_that_need_another_program_find_theirs() -> None:
    assert (4, "    ", "        ") in _found(
        "early_return", "def f(xs):\n    for x in xs:\n        g(x)\n    return 1\n"
    )
    assert (3, "        ", "    ") in [
        (line, old, new)
        for line, old, new in _found(
            "outside_loop", "def f(n, k):\n    while n:\n        n -= 1\n        k += n\n"
        )
        for line, old, new in [(line - 1, old, new)]
    ]
    assert _found("aliasing", "def f(x):\n    return x[:], x.copy()\n") == [
        (2, "x[:]", "x"),
        (2, "x.copy()", "x"),
    ]
    assert _found("in_place_result", "def f(x):\n    return sorted(x)\n") == [(2, "sorted(x)", "x.sort()")]
    assert _found("missing_await", "async def f(x):\n    return await x\n") == [(2, "await x", "x")]
    assert _found("dropped_default", "def f(d):\n    return d.get(1, 0)\n") == [(2, ", 0", "")]
    assert _found("missing_call", "def f(s):\n    return s.lower()\n") == [(2, "()", "")]
    assert _found("swapped_arguments", "def f(a, b):\n    return g(a, b)\n") == [(2, "a, b", "b, a")]
    assert _found("wrong_function", "def f(a, b):\n    return min(a, b)\n") == [(2, "min", "max")]
    attribute = "class C:\n    def f(self):\n        self.a = self.b = 0\n        return self.a\n"
    assert _found("wrong_attribute", attribute) == [(4, ".a", ".b")]
    default = "def f(a=None):\n    if a is None:\n        a = []\n    return a\n"
    assert [m.apply(default) for m in enumerate_mutations(default, operators=["mutable_default"])] == [
        "def f(a=[]):\n    return a\n"
    ]
    swapped = "def f(a, b):\n    a = b\n    b = a + 1\n    return b\n"
    assert [m.apply(swapped) for m in enumerate_mutations(swapped, operators=["order_of_updates"])] == [
        "def f(a, b):\n    b = a + 1\n    a = b\n    return b\n"
    ]


def test_the_table_is_wide_and_its_names_are_unique() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(names) == len(set(names)) >= 40
    damage = {o.bug_type for o in OPERATORS if o.category is Category.SYNTAX}
    assert len(damage) >= 8
    assert {o.category for o in OPERATORS} == set(Category) - {Category.SECURITY}


def test_syntax_mutants_do_not_parse_and_all_others_do_and_differ() -> None:
    original = ast.dump(ast.parse(PROGRAM))
    mutations = enumerate_mutations(PROGRAM)
    assert len(mutations) > 150
    for mutation in mutations:
        mutated = mutation.apply(PROGRAM)
        assert PROGRAM[mutation.start : mutation.end] == mutation.old
        assert PROGRAM.count("\n", 0, mutation.start) + 1 == mutation.line
        if mutation.category is Category.SYNTAX:
            with pytest.raises(SyntaxError):
                compile(mutated, "m", "exec")
        else:
            assert ast.dump(ast.parse(mutated)) != original


def test_mutations_are_unique_and_always_in_the_same_order() -> None:
    mutations = enumerate_mutations(PROGRAM)
    assert len({m.apply(PROGRAM) for m in mutations}) == len(mutations)
    assert mutations == enumerate_mutations(PROGRAM[:] + "")
    assert enumerate_mutations(PROGRAM, categories=[Category.TYPE]) == [
        m for m in mutations if m.category is Category.TYPE
    ]


def test_docstrings_comments_and_formatting_stay_as_they_are() -> None:
    for mutation in enumerate_mutations(PROGRAM):
        if mutation.category is not Category.SYNTAX:
            assert "Walk the graph -- breadth first." in mutation.apply(PROGRAM)


def test_several_mutations_apply_at_once_and_may_not_touch_one_line() -> None:
    first, second = (
        enumerate_mutations(PROGRAM, operators=[name])[0] for name in ("lost_update", "wrong_container")
    )
    both = apply_mutations(PROGRAM, [first, second])
    assert "seen = {}" in both
    assert "total = depth" in both
    with pytest.raises(ValueError, match="overlap"):
        apply_mutations(PROGRAM, [first, first])


def test_a_program_that_does_not_parse_has_no_mutations() -> None:
    with pytest.raises(SyntaxError):
        enumerate_mutations("def f(:\n")


def test_every_operator_but_await_finds_a_place_in_the_shipped_problems() -> None:
    problems = load_problems(Path(__file__).parents[3] / "tasks" / "problems")
    counts: Counter[str] = Counter()
    for problem in problems[::4]:
        counts.update(m.operator for m in enumerate_mutations(problem.reference))
    missing = {operator.name for operator in OPERATORS} - set(counts) - {"missing_await"}
    assert len(missing) <= 5, missing
