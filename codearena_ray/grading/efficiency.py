"""Measures a correct program's CPU against the reference at growing sizes, and scores class and constant.

A fresh child per measurement, candidate and reference alternating, on two families of inputs (one of them
worst case shaped) drawn from a secret of this grader at slightly varied sizes. CPU is read from the kernel,
from fork to the last consumed reply, so imports, threads and lazy results count; what an empty call of the
same arguments costs is subtracted from both sides. The results at scale must agree with the reference's.

    ratio(n) = max(candidate(n) - empty(n), floor) / max(reference(n) - empty(n), floor)

The score is the worse of two over both families: one of the ratio at the largest size (1 up to twice the
reference's cost, 0.8 at five times, 0.3 at twenty times), one of the slope of log ratio over log n (1 up to
0.3, 0.3 at 0.5: another complexity class). Clear cases stop after the first pair.

Not defended against: a program that is slower by a constant factor at all measured sizes and of a worse
class beyond them; it is scored by the ratio it shows.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.grading.compare import equal_values
from codearena_ray.grading.taskchild import make_inputs
from codearena_ray.sandbox import Reply, Slot, plain
from codearena_ray.seeding import child_rng
from codearena_ray.types import EfficiencyReport, Limits, Scaling, Step, Task

CLEARLY_GOOD = 2.0
CLEARLY_BAD = 25.0
CLEARLY_GROWING, CLEAR_SLOPE = 5.0, 0.75
"""A ratio and a slope that one measurement of each size settles."""
CLASS_SCORE = 0.3
"""The most that a program of a worse class can have."""
REPETITIONS = 3
MIN_NET_S = 3e-4
"""Net CPU below this is noise: such sizes say nothing about a slope."""

RATIO_SCORES = ((2.0, 1.0), (5.0, 0.8), (20.0, 0.3), (100.0, 0.1), (1000.0, 0.0))
SLOPE_SCORES = ((0.3, 1.0), (0.5, 0.3), (1.5, 0.1))

_MAX_ITEMS = 200_000
_EMPTY_CALL = "codearena_empty_call"
_EMPTY_CODE = f"\n\ndef {_EMPTY_CALL}(*args, **kwargs):\n    return None\n"
_GENEROUS = Limits(cpu_s=10.0, wall_s=30.0)


@dataclass(frozen=True, slots=True)
class _Sample:
    """One child's CPU for one call."""

    cpu_s: float
    reply: Reply
    cut: bool = False
    """It was ended by its CPU limit."""


@dataclass(frozen=True, slots=True)
class Point:
    """Least CPU of a child at one size of one family, from its fork to its reply."""

    n: int
    empty_s: float
    """Of the reference's child when it is called to do nothing with the same arguments."""
    reference_s: float
    candidate_s: float

    @property
    def reference_net_s(self) -> float:
        """What the reference's own work costs."""
        return max(0.0, self.reference_s - self.empty_s)

    @property
    def candidate_net_s(self) -> float:
        """What the candidate's own work costs."""
        return max(0.0, self.candidate_s - self.empty_s)

    @property
    def ratio(self) -> float:
        """Candidate to reference; differences below half an empty call are noise."""
        floor = self.empty_s / 2
        return max(self.candidate_net_s, floor) / max(self.reference_net_s, floor)

    @property
    def tells_slope(self) -> bool:
        """Whether both costs stand out from noise."""
        return min(self.reference_net_s, self.candidate_net_s) >= MIN_NET_S

    def least(self, other: Point) -> Point:
        """Return the point with the smaller costs of two measurements."""
        return Point(
            self.n,
            min(self.empty_s, other.empty_s),
            min(self.reference_s, other.reference_s),
            min(self.candidate_s, other.candidate_s),
        )


class _WrongAtScale(Exception):
    """The candidate gave another answer than the reference, or none, at a measured size."""


def measure_efficiency(slot: Slot, task: Task, code: str, *, secret: int) -> EfficiencyReport:
    """Return how a correct program's CPU compares with the reference's.

    Args:
        slot: A free slot.
        task: A task with `scaling`.
        code: A program that passed every case.
        secret: Seed of sizes and inputs; programs must not know it.

    Raises:
        TaskError: the generator or the reference fails at a declared size.
        SandboxError: the slot failed.
    """
    if task.scaling is None:
        raise TaskError(f"{task.id}: scaling: the task declares no sizes")
    bench = _Bench(slot, task, task.scaling, code, child_rng(secret, "scaling", task.id))
    try:
        families = [bench.family(adverse=True)]
        if score_points(families[0]) > CLASS_SCORE:
            families.append(bench.family(adverse=False))
    except _WrongAtScale:
        return EfficiencyReport(sizes=(), cpu_s=(), reference_cpu_s=(), slope=0.0, score=0.0)
    points = min(families, key=score_points)
    return EfficiencyReport(
        sizes=tuple(point.n for point in points),
        cpu_s=tuple(point.candidate_net_s for point in points),
        reference_cpu_s=tuple(point.reference_net_s for point in points),
        slope=slope_of(points),
        score=round(min(score_points(family) for family in families), 1),
    )


def score_points(points: Sequence[Point]) -> float:
    """Return the score of one family, ascending in size, in [0, 1]."""
    ratio = points[-1].ratio
    score = interpolate(RATIO_SCORES, ratio, scale=math.log)
    if ratio <= CLEARLY_GOOD:
        return score
    return min(score, interpolate(SLOPE_SCORES, slope_of(points)))


def slope_of(points: Sequence[Point]) -> float:
    """Return the least-squares slope of log ratio over log n; 0 where fewer than two sizes tell."""
    telling = [point for point in points if point.tells_slope]
    if len(telling) < 2:
        return 0.0
    xs = [math.log(point.n) for point in telling]
    ys = [math.log(point.candidate_net_s / point.reference_net_s) for point in telling]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if spread == 0:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def interpolate(
    table: Sequence[tuple[float, float]], at: float, *, scale: Callable[[float], float] = float
) -> float:
    """Return the piecewise linear value of a table of (x, y), ascending in x, constant outside it."""
    if at <= table[0][0]:
        return table[0][1]
    for (left, high), (right, low) in itertools.pairwise(table):
        if at <= right:
            share = (scale(at) - scale(left)) / (scale(right) - scale(left))
            return high + share * (low - high)
    return table[-1][1]


class _Bench:
    """Measurements of one program."""

    def __init__(self, slot: Slot, task: Task, scaling: Scaling, code: str, rng: random.Random) -> None:
        self.slot = slot
        self.task = task
        self.scaling = scaling
        self.code = code
        self.rng = rng
        self.step = _pattern(task, scaling.entry_point)

    def family(self, *, adverse: bool) -> list[Point]:
        """Return points of ascending size; only the largest one where it decides alone."""
        largest = self.point(self.scaling.sizes[-1], adverse)
        if largest.ratio <= CLEARLY_GOOD or largest.ratio >= CLEARLY_BAD:
            return [largest]
        points = [self.point(n, adverse) for n in self.scaling.sizes[:-1]] + [largest]
        for _ in range(REPETITIONS - 1):
            if points[-1].ratio <= CLEARLY_GOOD:
                return points[-1:]
            if points[-1].ratio >= CLEARLY_GROWING and slope_of(points) >= CLEAR_SLOPE:
                return points
            points = [
                point.least(self.point(n, adverse))
                for point, n in zip(points, self.scaling.sizes, strict=True)
            ]
        return points

    def point(self, size: int, adverse: bool) -> Point:
        """Measure one size on fresh inputs: empty call, reference, candidate."""
        n = max(1, round(size * self.rng.uniform(0.95, 1.05)))
        seed = self.rng.getrandbits(48)
        (args,) = make_inputs(self.slot, self.scaling, [(n, seed, adverse)], limits=_GENEROUS)
        step = replace(self.step, args=args)
        reference_code = self.task.reference_code
        empty = self.sample(
            reference_code + _EMPTY_CODE, replace(step, call=_EMPTY_CALL, mutates=()), _GENEROUS
        )
        reference = self.sample(reference_code, step, _GENEROUS)
        if not (empty.reply.ok and reference.reply.ok):
            raise TaskError(
                f"{self.task.id}: scaling: the reference fails at size {n}: {reference.reply.message}"
            )
        net_s = max(reference.cpu_s - empty.cpu_s, empty.cpu_s / 2)
        allowed = max(0.1, empty.cpu_s + 1.04 * CLEARLY_BAD * net_s)
        limits = replace(self.task.limits, cpu_s=allowed, wall_s=5.0 + 5.0 * allowed)
        candidate = self.sample(self.code, step, limits)
        if not candidate.cut and not self.agrees(args, reference.reply, candidate.reply):
            raise _WrongAtScale
        return Point(n, empty.cpu_s, reference.cpu_s, candidate.cpu_s)

    def sample(self, code: str, step: Step, limits: Limits) -> _Sample:
        """Return the CPU of a fresh child from its fork to its reply."""
        with self.slot.open(code, limits=limits, fixture=self.task.fixture) as session:
            (reply,) = session.call([step]) if session.loaded.ok else (session.loaded,)
            cpu_s = session.cpu_s()
            report = session.finish()
        cut = reply.kind == "dead" and report.limit == "cpu"
        return _Sample(max(cpu_s, limits.cpu_s) if cut else cpu_s, reply, cut)

    def agrees(self, args: tuple[Any, ...], reference: Reply, candidate: Reply) -> bool:
        """Return whether the candidate's result at scale is as good as the reference's."""
        comparator = self.task.comparator
        if not candidate.ok:
            return False
        if comparator.kind == "any_of":
            return True
        try:
            wanted = plain(reference.value), [plain(value) for value in reference.args_after]
            if comparator.kind == "checker":
                return self.checks(args, plain(candidate.value))
        except ValueError:
            return False
        exact = replace(comparator, kind="exact" if comparator.kind == "unordered" else comparator.kind)
        return equal_values(wanted[0], candidate.value, comparator=comparator) and equal_values(
            wanted[1], list(candidate.args_after), comparator=exact
        )

    def checks(self, args: tuple[Any, ...], result: Any) -> bool:
        """Ask the task's checker, in a task child."""
        with self.slot.open(self.task.checker, limits=_GENEROUS) as session:
            (reply,) = session.call([Step(call="check", args=(args, result))])
        return reply.ok and reply.value is True


def _pattern(task: Task, entry_point: str) -> Step:
    """Return how the task's cases call an entry point: whether results are consumed and arguments change."""
    for case in (*task.visible_cases, *task.hidden_cases):
        for step in case.steps:
            if step.call == entry_point:
                return Step(call=entry_point, consume=_MAX_ITEMS if step.consume else 0, mutates=step.mutates)
    return Step(call=entry_point)
