"""`builtin`: a fixer made of rules, without a model. Modest, deterministic, never runs code.

A program that does not compile gets the syntax repairs in turn. For one that does, the error message may name
the fault (an unknown name, a missing attribute, text plus number); after that come single-token reversals:
the mutation operators that undo each other, on the line of the error first. It climbs: the next try starts
from the program that passed most visible tests so far, and no program is proposed twice.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Iterator, Sequence

from codearena_ray.env.parsing import parse_answer
from codearena_ray.grading.normalise import code_hash, parse_bounded
from codearena_ray.policies.protocol import Answer, Outcome, Question
from codearena_ray.policies.syntax_rules import MAX_CHARS, first_fault, syntax_repairs
from codearena_ray.policies.writing import write_answer
from codearena_ray.taskforge.operators import enumerate_mutations
from codearena_ray.types import Observation

REVERSALS: tuple[str, ...] = (
    "comparison_boundary", "off_by_one", "loop_bound", "loop_condition", "comparison_reversed",
    "initial_value", "arithmetic", "boolean", "int_float_division", "constant", "swapped_operands",
    "wrong_function", "swapped_arguments", "wrong_container_call",
)  # fmt: skip
"""Operators of taskforge that (nearly) undo themselves, most frequent first."""

_REVIEW = "Look at the line of the first failing test again: a comparison, a bound or a name may be wrong."
_MAX_CODE_CHARS = 1 << 20
_PASSED = re.compile(r"(\d+) of \d+ visible tests pass")
_LINE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]* line (\d+)")
_ATTRIBUTES = {
    ("list", "add"): "append", ("list", "push"): "append", ("set", "append"): "add",
    ("dict", "add"): "update", ("dict", "has_key"): "get", ("list", "length"): "__len__",
    ("tuple", "append"): "__add__", ("str", "append"): "join", ("set", "push"): "add",
    ("deque", "push"): "append", ("deque", "add"): "append", ("Counter", "add"): "update",
    ("Counter", "append"): "update", ("dict", "append"): "update", ("list", "update"): "extend",
}  # fmt: skip


class RuleFixer:
    """Answers by rule.

    Args:
        answer_format: `full` or `edit`.
    """

    def __init__(self, *, answer_format: str) -> None:
        self._format = answer_format

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return a repair for each question, or giving up where no rule has anything left to try."""
        return [Answer(self._answer(question)) for question in questions]

    def close(self) -> None:
        """Hold nothing, end nothing."""

    def _answer(self, question: Question) -> str:
        if question.role == "reviewer":
            return _REVIEW
        shown = [*(past.observation for past in question.earlier), question.observation]
        tried = {code_hash(observation.code) for observation in shown}
        tried |= self._answered(question)
        base = max(shown, key=_standing)
        for code in repairs(base):
            if code_hash(code) not in tried:
                now = question.observation.code
                return write_answer(code, base_code=now, answer_format=self._format)
        return "give up"

    def _answered(self, question: Question) -> set[str]:
        """Return the hashes of the programs that earlier answers made."""
        read = [
            parse_answer(
                past.text,
                answer_format=self._format,
                base_code=past.observation.code,
                max_code_chars=_MAX_CODE_CHARS,
            )
            for past in question.earlier
        ]
        return {proposal.code_hash for proposal in read if proposal.code is not None}


def _standing(observation: Observation) -> tuple[bool, int]:
    """Return how well a shown program did: whether it compiles, and its visible passes."""
    passed = _PASSED.search(observation.test_results)
    return first_fault(observation.code) is None, int(passed[1]) if passed else 0


def repairs(observation: Observation) -> Iterator[str]:
    """Yield repaired programs for what an observation shows, most likely first."""
    code = observation.code
    if len(code) > MAX_CHARS:
        return
    if first_fault(code) is not None:
        yield from syntax_repairs(code)
        return
    lines = code.split("\n")
    said = _LINE.match(observation.error_log)
    at = int(said[1]) - 1 if said and 0 < int(said[1]) <= len(lines) else -1
    if at >= 0:
        for line in _told(code, lines[at], observation.error_log):
            yield "\n".join([*lines[:at], line, *lines[at + 1 :]])
    yield from _reversals(code, at + 1)


def _reversals(code: str, line: int) -> Iterator[str]:
    """Yield single-token reversals: those on the faulty line first, then by kind; by turns within a kind."""
    if parse_bounded(code) is None:
        return
    rank = {name: position for position, name in enumerate(REVERSALS)}
    found = enumerate_mutations(code, operators=REVERSALS)
    order = sorted(found, key=lambda m: (abs(m.line - line) if line else 0, rank[m.operator], m.start))
    for mutation in order:
        yield mutation.apply(code)


def _told(code: str, line: str, error: str) -> Iterator[str]:
    """Yield versions of the faulty line that the error message itself suggests."""
    if name := re.search(r"name '(\w+)' is not defined", error):
        for near in difflib.get_close_matches(name[1], _names(code), n=3, cutoff=0.5):
            yield re.sub(rf"\b{name[1]}\b", near, line)
    if missing := re.search(r"'(\w+)' object has no attribute '(\w+)'", error):
        known = _ATTRIBUTES.get((missing[1], missing[2]))
        for attribute in [known] if known else _near_attributes(missing[1], missing[2]):
            yield re.sub(rf"\.{missing[2]}\b", f".{attribute}", line)
    if re.search(r"can only concatenate str|unsupported operand type|must be str", error):
        yield from _wrapped(line, "str")
    if re.search(r"unsupported operand type|not supported between|interpreted as an integer", error):
        yield from _wrapped(line, "int")
        yield from _wrapped(line, "float")
        yield re.sub(r"(?<!/)/(?!/)", "//", line, count=1)
    if "slice indices" in error or "list indices" in error:
        yield re.sub(r"(?<!/)/(?!/)", "//", line)
    if "not callable" in error:
        yield re.sub(r"(\w+)\(([^()]*)\)", r"\1[\2]", line, count=1)
    if "not subscriptable" in error:
        yield re.sub(r"(\w+)\[([^\[\]]*)\]", r"\1(\2)", line, count=1)


def _names(code: str) -> list[str]:
    """Return every name that a program or Python itself knows."""
    tree = parse_bounded(code)
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} if tree else set()
    return [*sorted(own), *(name for name in dir(builtins) if name.islower())]


def _near_attributes(kind: str, attribute: str) -> list[str]:
    owner = getattr(builtins, kind, None)
    if not isinstance(owner, type):
        return []
    return difflib.get_close_matches(attribute, [n for n in dir(owner) if n[0] != "_"], n=2, cutoff=0.5)


def _wrapped(line: str, cast: str) -> Iterator[str]:
    """Yield the line with one operand of each operator converted."""
    for match in re.finditer(r"(?<=[-+*/<>=%] )([A-Za-z_][\w.]*(?:\[[^\[\]]*\])?)(?![\w(\[.])", line):
        yield f"{line[: match.start()]}{cast}({match[1]}){line[match.end() :]}"
    for match in re.finditer(r"([A-Za-z_][\w.]*(?:\[[^\[\]]*\])?)(?= [-+*/<>%=])", line):
        yield f"{line[: match.start()]}{cast}({match[1]}){line[match.end() :]}"
