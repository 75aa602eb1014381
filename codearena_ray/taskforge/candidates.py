"""Which bugs of a family are tried, in which order, and what task each would make.

The order depends on the reference's text and the seed alone. Within a category operators take turns, so that
one with many places (wrong names) does not crowd out the others, and lines repeat as late as possible.
"""

from __future__ import annotations

import difflib
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codearena_ray.taskforge.expectations import Prepared
from codearena_ray.taskforge.operators import Mutation, apply_mutations, enumerate_mutations
from codearena_ray.taskforge.validate import PERFORMANCE, Proof
from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.taskset.splits import split_of
from codearena_ray.types import Category, Task

SEVERAL = "several_bugs"
"""Bug type of programs with two or three planted bugs."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that may become a task."""

    code: str
    category: Category
    bug_type: str
    operator: str
    """Name of the operator, of several joined by `+`, or `authored`."""
    name: str
    """Part of the task's id."""
    cwe: str = ""
    n_bugs: int = 1


def authored_candidates(prepared: Prepared) -> list[Candidate]:
    """Return the bugs that the author wrote, in the order of the file."""
    return [
        Candidate(b.code, b.category, b.bug_type, "authored", b.name, b.cwe, b.n_bugs)
        for b in prepared.problem.bugs
    ]


def mutants_by_category(reference: str, rng: random.Random) -> dict[Category, list[Mutation]]:
    """Return all single mutations, per category in the order in which to try them."""
    groups: dict[Category, dict[str, list[Mutation]]] = defaultdict(lambda: defaultdict(list))
    for mutation in enumerate_mutations(reference):
        groups[mutation.category][mutation.operator].append(mutation)
    ordered: dict[Category, list[Mutation]] = {}
    for category, operators in sorted(groups.items()):
        queues = [list(mutations) for mutations in operators.values()]
        for queue in queues:
            rng.shuffle(queue)
        rng.shuffle(queues)
        ordered[category] = list(_by_turns(queues))
    return ordered


def _by_turns(queues: list[list[Mutation]]) -> Iterator[Mutation]:
    lines: dict[int, int] = defaultdict(int)
    while queues:
        for queue in queues:
            best = min(queue, key=lambda mutation: lines[mutation.line])
            queue.remove(best)
            lines[best.line] += 1
            yield best
        queues = [queue for queue in queues if queue]


def single_candidate(reference: str, mutation: Mutation) -> Candidate:
    """Return the program with one planted bug."""
    return Candidate(
        code=mutation.apply(reference),
        category=mutation.category,
        bug_type=mutation.bug_type,
        operator=mutation.operator,
        name=mutation.operator,
    )


def several_candidates(reference: str, proven: Sequence[Mutation], rng: random.Random) -> Iterator[Candidate]:
    """Yield programs with two or three bugs, each of which is a bug alone.

    Args:
        reference: The correct program.
        proven: Mutations that were shown to fail.
        rng: Decides the combinations.
    """
    if len(proven) < 2:
        return
    for _ in range(40):
        size = 3 if len(proven) > 3 and rng.random() < 0.35 else 2
        chosen = rng.sample(list(proven), size)
        if sum(mutation.category is Category.SYNTAX for mutation in chosen) > 1:
            continue
        try:
            code = apply_mutations(reference, chosen)
        except ValueError:
            continue
        yield Candidate(
            code=code,
            category=_joint_category(chosen),
            bug_type=SEVERAL,
            operator="+".join(mutation.operator for mutation in sorted(chosen, key=lambda m: m.start)),
            name="several",
            n_bugs=size,
        )


def _joint_category(mutations: Sequence[Mutation]) -> Category:
    """Return syntax if one does not parse, else the rarest of the planted kinds."""
    kinds = {mutation.category for mutation in mutations}
    for category in (Category.SYNTAX, Category.TYPE, Category.ALGORITHM):
        if category in kinds:
            return category
    return Category.LOGIC


def make_task(prepared: Prepared, candidate: Candidate, *, seed: int, measured: Mapping[str, object]) -> Task:
    """Return the task that a candidate makes; its id depends on family, operator and program alone."""
    problem = prepared.problem
    digest = hashlib.sha256(candidate.code.encode()).hexdigest()[:6]
    lines = fault_lines(candidate.code, problem.reference)
    task = Task(
        id=f"{problem.family_id}-{candidate.name}-{digest}",
        statement=problem.statement,
        entry_points=problem.entry_points,
        buggy_code=candidate.code,
        reference_code=problem.reference,
        visible_cases=prepared.visible,
        hidden_cases=prepared.hidden,
        category=candidate.category,
        bug_type=candidate.bug_type,
        family_id=problem.family_id,
        split=split_of(problem.family_id),
        difficulty=estimate_difficulty(candidate, problem.reference, lines),
        cwe=candidate.cwe,
        checker=problem.checker,
        scaling=prepared.scaling,
        comparator=problem.comparator,
        limits=prepared.limits,
        allowed_imports=problem.allowed_imports,
        n_bugs=candidate.n_bugs,
        fault_lines=lines,
        operator=candidate.operator,
        seed=seed,
        validation=dict(measured),
    )
    return with_content_hash(task)


def measured_fields(
    prepared: Prepared, reference: Proof, proof: Proof, candidate: Candidate
) -> dict[str, object]:
    """Return the measured metadata of a task: what was seen, outside the content hash."""
    fields: dict[str, object] = {
        "reference_cpu_s": reference_cpu_s(reference),
        "hidden_failed": proof.hidden_failed,
        "visible_failed": proof.visible_failed,
        "error_class": proof.error_class,
        "edit_size": edit_size(candidate.code, prepared.problem.reference),
        "area": prepared.problem.area,
        "bootstrap": prepared.problem.bootstrap,
    }
    if reference.efficiency is not None:
        fields["reference_efficiency"] = reference.efficiency
    if proof.efficiency is not None:
        fields["efficiency"] = proof.efficiency
    return fields


def reference_cpu_s(reference: Proof) -> float:
    """Return the CPU that limits are derived from: never less than 10 ms, in whole milliseconds."""
    return max(0.010, round(reference.cpu_s + 0.0005, 3))


def as_performance(candidate: Candidate) -> Candidate:
    """Return an authored candidate filed as a performance bug."""
    return Candidate(
        candidate.code,
        Category.ALGORITHM,
        PERFORMANCE,
        candidate.operator,
        candidate.name,
        "",
        candidate.n_bugs,
    )


def fault_lines(buggy: str, reference: str) -> tuple[int, ...]:
    """Return the 1-based lines of the buggy program that differ; for a missing line, the one that follows."""
    lines: set[int] = set()
    old, new = buggy.splitlines(), reference.splitlines()
    for tag, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            lines.update(range(start, end) if end > start else [min(start, max(0, len(old) - 1))])
    return tuple(sorted(line + 1 for line in lines))


def edit_size(buggy: str, reference: str) -> int:
    """Return how many characters of the lines that differ have to change."""
    size = 0
    old, new = buggy.splitlines(), reference.splitlines()
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            left, right = "\n".join(old[i:j]), "\n".join(new[k:m])
            blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
            same = sum(block.size for block in blocks)
            size += max(len(left), len(right)) - same
    return size


def estimate_difficulty(candidate: Candidate, reference: str, lines: Sequence[int]) -> int:
    """Return 1 (easiest) to 5: by bugs, length, edit and kind, before any policy has tried."""
    score = 1 if candidate.category is Category.SYNTAX else 2
    score += candidate.n_bugs > 1
    score += reference.count("\n") > 20
    score += len(lines) > 2
    score += candidate.bug_type == PERFORMANCE or candidate.category is Category.SECURITY
    if edit_size(candidate.code, reference) <= 2 and candidate.n_bugs == 1:
        score -= 1
    return max(1, min(5, score))
