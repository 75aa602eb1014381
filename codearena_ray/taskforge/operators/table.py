"""The table of operators, and what they make of a program: every single mutation, in a fixed order."""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codearena_ray.python_source import parse_python
from codearena_ray.taskforge.operators import confusion, control, damage, expressions, names
from codearena_ray.taskforge.operators.source import Edit, Source
from codearena_ray.types import Category


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to plant a bug."""

    name: str
    category: Category
    bug_type: str
    """What the planted bug is called in a task; several operators may share one."""
    find: Callable[[Source], Iterator[Edit]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One edit of a correct program that makes it wrong (or would, if it is not equivalent)."""

    operator: str
    category: Category
    bug_type: str
    line: int
    """1-based line where the edit starts."""
    old: str
    new: str
    start: int
    """Character offset of `old` in the program."""

    @property
    def end(self) -> int:
        """One past the last replaced character."""
        return self.start + len(self.old)

    def apply(self, code: str) -> str:
        """Return the program with this edit."""
        return code[: self.start] + self.new + code[self.end :]


_SYNTAX, _LOGIC, _TYPE, _ALGORITHM = Category.SYNTAX, Category.LOGIC, Category.TYPE, Category.ALGORITHM

OPERATORS: tuple[Operator, ...] = (
    Operator("comparison_boundary", _LOGIC, "comparison", expressions.comparison_boundary),
    Operator("comparison_reversed", _LOGIC, "comparison", expressions.comparison_reversed),
    Operator("arithmetic", _LOGIC, "arithmetic", expressions.arithmetic),
    Operator("swapped_operands", _LOGIC, "swapped_operands", expressions.swapped_operands),
    Operator("boolean", _LOGIC, "boolean", expressions.boolean),
    Operator("dropped_not", _LOGIC, "condition", expressions.dropped_not),
    Operator("dropped_minus", _LOGIC, "arithmetic", expressions.dropped_minus),
    Operator("inverted_condition", _LOGIC, "condition", control.inverted_condition),
    Operator("constant", _LOGIC, "constant", expressions.constant),
    Operator("text_constant", _LOGIC, "constant", expressions.text_constant),
    Operator("off_by_one", _LOGIC, "off_by_one", expressions.off_by_one),
    Operator("slice_error", _LOGIC, "slice", expressions.slice_error),
    Operator("wrong_name", _LOGIC, "wrong_name", names.wrong_name),
    Operator("wrong_attribute", _LOGIC, "wrong_name", names.wrong_attribute),
    Operator("swapped_arguments", _LOGIC, "swapped_arguments", names.swapped_arguments),
    Operator("wrong_function", _LOGIC, "wrong_function", names.wrong_function),
    Operator("lost_keyword", _LOGIC, "lost_argument", names.lost_keyword),
    Operator("missing_return", _LOGIC, "missing_return", control.missing_return),
    Operator("removed_guard", _LOGIC, "removed_guard", control.removed_guard),
    Operator("elif_to_if", _LOGIC, "condition", control.elif_to_if),
    Operator("lost_update", _LOGIC, "lost_update", control.lost_update),
    Operator("lost_statement", _LOGIC, "lost_update", control.lost_statement),
    Operator("wrong_exception", _LOGIC, "wrong_exception", control.wrong_exception),
    Operator("mutable_default", _LOGIC, "mutable_default", control.mutable_default),
    Operator("aliasing", _LOGIC, "aliasing", confusion.aliasing),
    Operator("loop_bound", _ALGORITHM, "loop_bound", expressions.loop_bound),
    Operator("loop_condition", _ALGORITHM, "loop_bound", expressions.loop_condition),
    Operator("initial_value", _ALGORITHM, "initial_value", control.initial_value),
    Operator("early_exit", _ALGORITHM, "early_exit", control.early_exit),
    Operator("early_return", _ALGORITHM, "early_exit", control.early_return),
    Operator("swallowed_by_loop", _ALGORITHM, "misplaced_statement", control.swallowed_by_loop),
    Operator("outside_loop", _ALGORITHM, "misplaced_statement", control.outside_loop),
    Operator("order_of_updates", _ALGORITHM, "order_of_updates", control.order_of_updates),
    Operator("missing_cast", _TYPE, "missing_cast", confusion.missing_cast),
    Operator("wrong_cast", _TYPE, "wrong_cast", confusion.wrong_cast),
    Operator("int_float_division", _TYPE, "division", confusion.int_float_division),
    Operator("wrong_container_call", _TYPE, "container_call", confusion.wrong_container_call),
    Operator("wrong_container", _TYPE, "wrong_container", confusion.wrong_container),
    Operator("type_confusion", _TYPE, "type_confusion", confusion.type_confusion),
    Operator("dropped_default", _TYPE, "none_value", names.dropped_default),
    Operator("missing_iteration_wrapper", _TYPE, "iteration", confusion.missing_iteration_wrapper),
    Operator("missing_call", _TYPE, "missing_call", confusion.missing_call),
    Operator("in_place_result", _TYPE, "none_value", confusion.in_place_result),
    Operator("tuple_unpacked", _TYPE, "container_call", confusion.tuple_unpacked),
    Operator("missing_await", _TYPE, "missing_call", confusion.missing_await),
    Operator("missing_colon", _SYNTAX, "colon", damage.missing_colon),
    Operator("missing_bracket", _SYNTAX, "bracket", damage.missing_bracket),
    Operator("extra_bracket", _SYNTAX, "bracket", damage.extra_bracket),
    Operator("missing_parameter_list", _SYNTAX, "bracket", damage.missing_parameter_list),
    Operator("wrong_indentation", _SYNTAX, "indentation", damage.wrong_indentation),
    Operator("mixed_tabs", _SYNTAX, "indentation", damage.mixed_tabs),
    Operator("keyword_typo", _SYNTAX, "keyword", damage.keyword_typo),
    Operator("missing_quote", _SYNTAX, "quote", damage.missing_quote),
    Operator("assignment_for_comparison", _SYNTAX, "assignment", damage.assignment_for_comparison),
    Operator("unfinished_line", _SYNTAX, "unfinished_line", damage.unfinished_line),
    Operator("missing_comma", _SYNTAX, "comma", damage.missing_comma),
)
"""Every operator, by one line each; the order is the order of `enumerate_mutations`."""


def parses(code: str) -> bool:
    """Tell whether the text is a Python program (compiled: a stray `return` counts too)."""
    try:
        compile(code, "<program>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _as_claimed(mutated: str, category: Category, original: str) -> bool:
    """Tell whether a syntax mutant does not compile, and any other compiles to another tree."""
    try:
        tree = parse_python(mutated)
        if category is not Category.SYNTAX and ast.dump(tree) == original:
            return False
        compile(tree, "<program>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return category is Category.SYNTAX
    return category is not Category.SYNTAX


_WARNING_FILTERS = threading.Lock()
"""Held while the process-wide warning filters are changed."""


@lru_cache(maxsize=2048)
def _enumerate(code: str) -> tuple[Mutation, ...]:
    with _WARNING_FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mutant such as `"a" "b"()` compiles with a warning
        return tuple(_all_mutations(Source(code), code))


def _all_mutations(source: Source, code: str) -> Iterator[Mutation]:
    original = ast.dump(source.tree)
    seen = {code}
    for operator in OPERATORS:
        for edit in operator.find(source):
            mutated = code[: edit.start] + edit.new + code[edit.end :]
            if mutated in seen:
                continue
            seen.add(mutated)
            if not _as_claimed(mutated, operator.category, original):
                continue
            yield Mutation(
                operator=operator.name,
                category=operator.category,
                bug_type=operator.bug_type,
                line=source.line_of(edit.start),
                old=code[edit.start : edit.end],
                new=edit.new,
                start=edit.start,
            )


def enumerate_mutations(
    reference_code: str, *, operators: Collection[str] = (), categories: Collection[Category] = ()
) -> list[Mutation]:
    """Return every single mutation of a program, in a fixed order; a pure, cached function.

    Syntax mutations do not parse, all others parse and differ in the AST; whether one changes behaviour is
    not known here. The same text gives the same list on every machine.

    Args:
        reference_code: A program that parses.
        operators: Only these operators; empty: all.
        categories: Only these categories; empty: all.

    Raises:
        SyntaxError: the program does not parse.
    """
    return [
        mutation
        for mutation in _enumerate(reference_code)
        if (not operators or mutation.operator in operators)
        and (not categories or mutation.category in categories)
    ]


def apply_mutations(code: str, mutations: Sequence[Mutation]) -> str:
    """Return the program with several mutations at once.

    Raises:
        ValueError: two of them overlap or touch the same line.
    """
    ordered = sorted(mutations, key=lambda m: m.start)
    lines: set[int] = set()
    for mutation in ordered:
        touched = set(range(mutation.line, mutation.line + mutation.old.count("\n") + 1))
        if touched & lines:
            raise ValueError(f"mutations overlap in line {min(touched & lines)}")
        lines |= touched
    for mutation in reversed(ordered):
        code = mutation.apply(code)
    return code
