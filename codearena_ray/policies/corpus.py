"""What the bootstrap learns from: single mutations of reference programs, renamed whenever one is drawn.

Mutations that the bootstrap never sees: every operator outside `TAUGHT`, and of the taught ones every *pair*
whose normalised hash falls into the held-out share. A normalised pair is (code_hash(reference),
code_hash(mutant)): layout and local names do not make a pair new. Programs run in the sandbox once, to drop
mutants that no test tells from the reference and to learn what error the agent would be shown.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from codearena_ray.env.prompts import compact_prompt
from codearena_ray.grading.normalise import code_hash
from codearena_ray.policies.edits import edit_answer
from codearena_ray.taskforge.operators import Mutation, enumerate_mutations
from codearena_ray.taskforge.rename import rename_code

TAUGHT: tuple[str, ...] = (
    "comparison_boundary", "comparison_reversed", "arithmetic", "boolean", "dropped_not", "dropped_minus",
    "constant", "off_by_one", "slice_error", "swapped_arguments", "swapped_operands", "wrong_function",
    "missing_return", "loop_bound", "loop_condition", "initial_value", "missing_cast", "wrong_cast",
    "int_float_division", "wrong_container_call", "wrong_container", "missing_colon", "keyword_typo",
    "assignment_for_comparison",
)  # fmt: skip
"""Operators of the supervised stage. Brackets, quotes, commas and indentation, wrong names, lost or reordered
statements, removed guards, aliasing, authored bugs, several bugs and slow programs are left to reinforcement
learning."""

HELD_OUT_SHARE = 0.2
MAX_LINES = 18


@dataclass(frozen=True, slots=True)
class Mutant:
    """One single-line bug of one reference program."""

    family: str
    operator: str
    reference: str
    buggy: str
    error_log: str
    """First line of what the agent is shown, e.g. `TypeError line 5`."""
    held_out: bool


def held_out(reference: str, buggy: str) -> bool:
    """Return True for pairs that the bootstrap must never draw; decided by the normalised pair alone."""
    pair = f"{code_hash(reference)}:{code_hash(buggy)}".encode()
    return int.from_bytes(hashlib.sha256(pair).digest()[:4], "big") / 2**32 < HELD_OUT_SHARE


def taught_mutations(reference: str) -> list[tuple[Mutation, str]]:
    """Return (mutation, buggy program) for every taught one-line mutation of a program."""
    pairs = (
        (mutation, mutation.apply(reference)) for mutation in enumerate_mutations(reference, operators=TAUGHT)
    )
    return [(m, buggy) for m, buggy in pairs if buggy.count("\n") == reference.count("\n")]


class Corpus:
    """Mutants by family and operator; each is drawn evenly, so that what is frequent does not dominate."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        families: dict[str, dict[str, list[Mutant]]] = {}
        for mutant in mutants:
            families.setdefault(mutant.family, {}).setdefault(mutant.operator, []).append(mutant)
        self._families = [
            [by_operator[name] for name in sorted(by_operator)] for _, by_operator in sorted(families.items())
        ]

    def __len__(self) -> int:
        return sum(len(mutants) for family in self._families for mutants in family)

    def draw(self, rng: random.Random) -> Mutant:
        """Return a random mutant of a random operator of a random family."""
        return rng.choice(rng.choice(rng.choice(self._families)))


def renamed_pair(mutant: Mutant, rng: random.Random) -> tuple[str, str, str]:
    """Return (prompt, buggy, fixed) of a mutant under fresh identifiers."""
    (fixed, buggy), _ = rename_code([mutant.reference, mutant.buggy], rng)
    return compact_prompt(buggy, error_log=mutant.error_log), buggy, fixed


def prompt_and_answer(mutant: Mutant, rng: random.Random) -> tuple[str, str]:
    """Return the prompt and the shortest edit answer of a mutant under fresh identifiers."""
    prompt, buggy, fixed = renamed_pair(mutant, rng)
    return prompt, edit_answer(buggy, fixed)
