"""From problem files to a pack: expected values, proven bugs, at most fifteen tasks a family.

Each family is worked on alone in one sandbox slot, so that the result does not depend on how many slots there
are or in which order they finish. What was dropped, and why, is part of the result.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from codearena_ray.errors import SandboxError, TaskError
from codearena_ray.grading.normalise import code_hash
from codearena_ray.grading.program import MeasureEfficiency
from codearena_ray.sandbox import Slot, SlotPool
from codearena_ray.seeding import child_rng
from codearena_ray.taskforge.authoring import Problem
from codearena_ray.taskforge.candidates import (
    Candidate,
    as_performance,
    authored_candidates,
    make_task,
    measured_fields,
    mutants_by_category,
    reference_cpu_s,
    several_candidates,
    single_candidate,
)
from codearena_ray.taskforge.expectations import Prepared, prepare
from codearena_ray.taskforge.operators import Mutation
from codearena_ray.taskforge.validate import Proof, prove_bug, prove_reference
from codearena_ray.types import Category, Task

MAX_TASKS_PER_FAMILY = 15
MAX_TRIES_PER_KIND = 10
"""Mutants of one kind that may fail their proof in a row before the family has no more of that kind."""
_TURNS = (Category.TYPE, Category.ALGORITHM, Category.SYNTAX, Category.LOGIC, None)
"""Kinds of planted bugs in the order in which they take turns; None: several at once."""
_DEADLINE_S = 600.0

ProgressCallback = Callable[[int, int, str], None]
"""Called with what is done, of how many, and what is being done."""


@dataclass(slots=True)
class FamilyResult:
    """What one family gave."""

    family_id: str
    tasks: list[Task] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(operator, why) to how often."""
    problem: str = ""
    """Why the family gave nothing; names file and line."""
    notes: list[str] = field(default_factory=list)
    """Authored bugs that were dropped, and why."""


@dataclass(slots=True)
class BuildResult:
    """A pack to be, and what did not make it."""

    tasks: list[Task]
    families: list[FamilyResult]

    @property
    def problems(self) -> list[str]:
        """One line for each family that gave nothing and each authored bug that was dropped."""
        return [
            line for f in self.families for line in ([f.problem] if f.problem else []) + [n for n in f.notes]
        ]

    def dropped(self) -> dict[str, int]:
        """Return why candidates were dropped, and how often."""
        total: Counter[str] = Counter()
        for family in self.families:
            for (_, why), count in family.dropped.items():
                total[_general(why)] += count
        return dict(total.most_common())


def _general(why: str) -> str:
    """Return a reason without the numbers that differ from program to program."""
    return why.split(" at efficiency ")[0].split(":")[0]


def build_tasks(
    problems: Sequence[Problem],
    pool: SlotPool,
    *,
    seed: int,
    measure: MeasureEfficiency | None,
    num_workers: int,
    on_progress: ProgressCallback = lambda _done, _total, _what: None,
) -> BuildResult:
    """Return the proven tasks of all problems, ordered by family.

    Args:
        problems: The authored problems.
        pool: Sandbox slots.
        seed: Decides inputs and the choice of mutants.
        measure: How to measure efficiency; None gives no performance bugs.
        num_workers: Families worked on at once; as many as the pool has slots.
        on_progress: Told after every family.

    Raises:
        SandboxError: a family cost two slots their life.
        DeadlineError: no slot became free.
    """
    results: dict[str, FamilyResult] = {}
    with ThreadPoolExecutor(num_workers, thread_name_prefix="taskforge") as workers:
        futures = {
            workers.submit(_on_a_slot, problem, pool, seed, measure): problem.family_id
            for problem in problems
        }
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                results[futures[future]] = future.result()
                on_progress(done, len(futures), futures[future])
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    families = [results[problem.family_id] for problem in sorted(problems, key=lambda p: p.family_id)]
    return BuildResult(list(itertools.chain.from_iterable(f.tasks for f in families)), families)


def _on_a_slot(
    problem: Problem, pool: SlotPool, seed: int, measure: MeasureEfficiency | None
) -> FamilyResult:
    """Work on one family; once more on a fresh slot if the first died."""
    try:
        with pool.slot(deadline_s=_DEADLINE_S) as slot:
            return build_family(problem, slot, seed=seed, measure=measure)
    except SandboxError:
        with pool.slot(deadline_s=_DEADLINE_S) as slot:
            return build_family(problem, slot, seed=seed, measure=measure)


def build_family(
    problem: Problem, slot: Slot, *, seed: int, measure: MeasureEfficiency | None
) -> FamilyResult:
    """Return the tasks of one problem, authored bugs first, then mutants by turns.

    Raises:
        SandboxError: the slot failed.
    """
    result = FamilyResult(problem.family_id)
    try:
        prepared = prepare(problem, slot, seed=seed)
    except TaskError as error:
        result.problem = str(error)
        return result
    sound = Candidate(problem.reference, Category.LOGIC, "none", "none", "reference")
    reference = prove_reference(slot, make_task(prepared, sound, seed=seed, measured={}), measure=measure)
    if reference.why:
        result.problem = f"{problem.path}:{problem.lines.get('reference', 1)}: {reference.why}"
        return result
    _Family(prepared, reference, slot, seed, measure, result).run()
    return result


class _Family:
    """The work on one family whose reference has been proven."""

    def __init__(
        self,
        prepared: Prepared,
        reference: Proof,
        slot: Slot,
        seed: int,
        measure: MeasureEfficiency | None,
        result: FamilyResult,
    ) -> None:
        self.prepared = prepared
        self.reference = reference
        self.slot = slot
        self.seed = seed
        self.measure = measure
        self.result = result
        self.seen = {code_hash(prepared.problem.reference)}
        self.rng = child_rng(seed, "mutants", prepared.problem.family_id)
        self.proven: list[Mutation] = []

    def run(self) -> None:
        """Fill the result."""
        for candidate in authored_candidates(self.prepared)[:MAX_TASKS_PER_FAMILY]:
            why = self.accept(candidate)
            if why:
                path, bugs = self.prepared.problem.path, self.prepared.problem.bugs
                line = next(bug.line for bug in bugs if bug.name == candidate.name)
                self.result.notes.append(f"{path}:{line}: bug {candidate.name} dropped: {why}")
        mutants = mutants_by_category(self.prepared.problem.reference, self.rng)
        sources = {kind: iter(mutants.get(kind, [])) for kind in _TURNS if kind is not None}
        turns = list(_TURNS)
        while turns and len(self.result.tasks) < MAX_TASKS_PER_FAMILY:
            for kind in list(turns):
                if len(self.result.tasks) >= MAX_TASKS_PER_FAMILY:
                    return
                found = self.plant_several() if kind is None else self.plant(sources[kind])
                if not found and (kind is not None or len(turns) == 1 or len(self.proven) > 1):
                    turns.remove(kind)

    def plant(self, mutations: Iterable[Mutation]) -> bool:
        """Add one task with a single planted bug; return whether there was one."""
        for mutation in itertools.islice(mutations, MAX_TRIES_PER_KIND):
            if not self.accept(single_candidate(self.prepared.problem.reference, mutation)):
                self.proven.append(mutation)
                return True
        return False

    def plant_several(self) -> bool:
        """Add one task with several planted bugs; return whether there was one."""
        candidates: Iterator[Candidate] = several_candidates(
            self.prepared.problem.reference, self.proven, self.rng
        )
        return any(not self.accept(c) for c in itertools.islice(candidates, MAX_TRIES_PER_KIND))

    def accept(self, candidate: Candidate) -> str:
        """Prove a candidate and add its task; return why it was dropped, or an empty string."""
        why, proof = self.prove(candidate)
        if why:
            self.result.dropped[candidate.operator, why] += 1
            return why
        if proof.hidden_failed == 0:
            candidate = as_performance(candidate)
        measured = measured_fields(self.prepared, self.reference, proof, candidate)
        self.result.tasks.append(make_task(self.prepared, candidate, seed=self.seed, measured=measured))
        return ""

    def prove(self, candidate: Candidate) -> tuple[str, Proof]:
        """Return why a candidate is no task (or an empty string) and what running it showed."""
        name = code_hash(candidate.code)
        if name in self.seen:
            return "a duplicate", Proof()
        self.seen.add(name)
        task = make_task(self.prepared, candidate, seed=self.seed, measured={})
        task = replace(task, validation={"reference_cpu_s": reference_cpu_s(self.reference)})
        slow_allowed = candidate.operator == "authored" and candidate.category is Category.ALGORITHM
        proof = prove_bug(self.slot, task, measure=self.measure if slow_allowed else None)
        return proof.why, proof
