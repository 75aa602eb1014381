"""`LocalGrader`: grades programs on this machine's slots, for many threads at once.

One worker thread per slot takes jobs from a bounded queue. Every wait has a deadline and says what it
waited for. A slot that dies is replaced and its job tried once more. A program that costs two slots their
life while the reference passes gets a failing verdict; if the reference fails too, it is the machine's
fault.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, TypeVar

from codearena_ray.config import SandboxConfig
from codearena_ray.errors import CodeArenaError, DeadlineError, SandboxError
from codearena_ray.grading.cache import GradeCache, efficiency_key, report_key
from codearena_ray.grading.efficiency import measure_efficiency
from codearena_ray.grading.normalise import code_hash
from codearena_ray.grading.program import failed_report, grade_program
from codearena_ray.grading.taskchild import CaseValue, call_function, evaluate_cases
from codearena_ray.sandbox import Slot, SlotPool, detect_isolation
from codearena_ray.types import EfficiencyReport, Fixture, Limits, RunReport, Task, TestCase, Verdict

Result = TypeVar("Result")

_START_S = 60.0
"""A worker waits this long for its slot: no worker lacks one unless slots fail to start."""


@dataclass(slots=True)
class GraderStats:
    """Counters since the start."""

    queued: int = 0
    """Jobs that wait now."""
    running: int = 0
    """Jobs on a slot now."""
    graded: int = 0
    """Programs that ran."""
    cached: int = 0
    """Programs answered from memory or from a job under way."""
    abandoned: int = 0
    """Jobs dropped because nobody waited any more."""
    retries: int = 0
    """Jobs tried once more after a slot died."""
    restarts: int = 0
    """Slots replaced."""
    busy_s: float = 0.0
    """Wall seconds of all slots in use, summed."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Hidden cases by verdict."""


@dataclass(slots=True)
class _Job:
    run: Callable[[Slot], Any]
    future: Future[Any]
    until: float
    """Monotonic time after which nobody waits for it."""
    on_two_deaths: Callable[[SandboxError], Any] | None = None


class LocalGrader:
    """Grades on slots of this machine. Thread-safe; blocking.

    Args:
        config: Number of slots, profile, queue limit, whether efficiency is measured.

    Raises:
        IsolationError: the machine offers less than the floor.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.isolation = detect_isolation(config.profile)
        self.cache = GradeCache()
        self._secret = secrets.randbits(128)
        self._pool = SlotPool(self.isolation, config.num_slots)
        self._jobs: queue.Queue[_Job | None] = queue.Queue(config.queue_limit)
        self._under_way: dict[str, _Job] = {}
        self._stats = GraderStats()
        self._lock = threading.Lock()
        self._closed = False
        self._workers = [
            threading.Thread(target=self._work, name=f"grader-{index}", daemon=True)
            for index in range(config.num_slots)
        ]
        for worker in self._workers:
            worker.start()

    def grade(self, task: Task, codes: Sequence[str], *, deadline_s: float) -> list[RunReport]:
        """Return one report per program, in order.

        Args:
            task: What the programs should do.
            codes: The programs; equal ones run once.
            deadline_s: Seconds for all of them together, waiting included.

        Raises:
            DeadlineError: not all were graded in time.
            SandboxError: slots failed for reasons that are not a program's.
        """
        until = time.monotonic() + deadline_s
        futures = [self._submit_program(task, code, until) for code in codes]
        return [self._wait(future, until, f"the grade of a program for {task.id}") for future in futures]

    def run_on_slot(self, run: Callable[[Slot], Result], *, what: str, deadline_s: float) -> Result:
        """Return what `run` returns on a slot; it may be called a second time if the slot dies.

        Args:
            run: Uses the slot and nothing else that another thread uses.
            what: What is waited for, for the error.
            deadline_s: Seconds, waiting for a slot included.

        Raises:
            DeadlineError: it took longer.
            SandboxError: two slots failed.
        """
        until = time.monotonic() + deadline_s
        future: Future[Result] = Future()
        self._put(_Job(run, future, until), what)
        return self._wait(future, until, what)

    def evaluate_calls(
        self,
        code: str,
        cases: Sequence[TestCase],
        *,
        deadline_s: float,
        limits: Limits | None = None,
        fixture: Fixture | None = None,
    ) -> list[CaseValue]:
        """Return what task code gives for each case, each in a fresh task child; see `evaluate_cases`."""
        allowed = limits or Limits()
        return self.run_on_slot(
            lambda slot: evaluate_cases(slot, code, cases, limits=allowed, fixture=fixture),
            what="the values of a reference",
            deadline_s=deadline_s,
        )

    def call_task_code(
        self, code: str, name: str, *, deadline_s: float, args: Sequence[Any] = (), seed: int | None = None
    ) -> Any:
        """Return what a function of task code returns, as plain data; see `call_function`."""
        return self.run_on_slot(
            lambda slot: call_function(slot, code, name, args=args, seed=seed),
            what=f"the result of task code {name}()",
            deadline_s=deadline_s,
        )

    def stats(self) -> GraderStats:
        """Return a copy of the counters."""
        with self._lock:
            return replace(
                self._stats,
                queued=self._jobs.qsize(),
                restarts=self._pool.restarts,
                verdicts=Counter(self._stats.verdicts),
            )

    def close(self) -> None:
        """Stop after the jobs on slots; those that wait fail. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._drop_waiting()
        for _ in self._workers:
            self._jobs.put(None)
        for worker in self._workers:
            worker.join(10.0)
        self._drop_waiting()
        self._pool.close()

    def _drop_waiting(self) -> None:
        """Fail every job that no worker has taken."""
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                _fail(job.future, SandboxError("the grader was closed"))

    def __enter__(self) -> LocalGrader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit_program(self, task: Task, code: str, until: float) -> Future[RunReport]:
        """Return a future of the program's report: a known one, one under way, or a new job's."""
        key = report_key(task, code)
        with self._lock:
            known, job = self.cache.reports.get(key), self._under_way.get(key)
            if known is not None or job is not None:
                self._stats.cached += 1
            if job is not None:
                job.until = max(job.until, until)
                return job.future
            future: Future[RunReport] = Future()
            if known is not None:
                future.set_result(known)
                return future
            job = self._under_way[key] = _Job(
                run=lambda slot: self._grade(slot, task, code, key),
                future=future,
                until=until,
                on_two_deaths=lambda error: self._blame(task, code, error),
            )
        future.add_done_callback(lambda _: self._forget(key))
        try:
            self._put(job, f"a place in the grading queue for {task.id}")
        except CodeArenaError as error:
            _fail(future, error)
        return future

    def _forget(self, key: str) -> None:
        with self._lock:
            self._under_way.pop(key, None)

    def _put(self, job: _Job, what: str) -> None:
        if self._closed:
            raise SandboxError("the grader is closed")
        try:
            self._jobs.put(job, timeout=max(0.0, job.until - time.monotonic()))
        except queue.Full:
            raise DeadlineError(f"waited too long for {what}: {self._jobs.maxsize} jobs are queued") from None

    def _wait(self, future: Future[Result], until: float, what: str) -> Result:
        try:
            return future.result(timeout=max(0.0, until - time.monotonic()))
        except FutureTimeout:
            raise DeadlineError(f"waited too long for {what}") from None

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            if time.monotonic() > job.until:
                with self._lock:
                    self._stats.abandoned += 1
                _fail(job.future, DeadlineError("a grading job waited in the queue past its deadline"))
                continue
            self._run(job)

    def _run(self, job: _Job) -> None:
        start = time.monotonic()
        with self._lock:
            self._stats.running += 1
        try:
            result = self._attempt(job)
        except Exception as error:  # the boundary of a job: whoever waits for it gets the error
            _fail(job.future, error)
        else:
            if not job.future.done():
                job.future.set_result(result)
        finally:
            with self._lock:
                self._stats.running -= 1
                self._stats.busy_s += time.monotonic() - start

    def _attempt(self, job: _Job) -> Any:
        """Run a job, once more on another slot if the first one dies."""
        try:
            return self._once(job.run)
        except SandboxError:
            with self._lock:
                self._stats.retries += 1
        try:
            return self._once(job.run)
        except SandboxError as error:
            if job.on_two_deaths is None:
                raise
            return job.on_two_deaths(error)

    def _once(self, run: Callable[[Slot], Result]) -> Result:
        with self._pool.slot(deadline_s=_START_S) as slot:
            return run(slot)

    def _grade(self, slot: Slot, task: Task, code: str, key: str) -> RunReport:
        measure = self._measure if self.config.efficiency else None
        report = grade_program(slot, task, code, measure=measure)
        with self._lock:
            self._stats.graded += 1
            self._stats.verdicts.update(case.verdict.value for case in report.hidden)
        return self.cache.reports.keep_first(key, report)

    def _measure(self, slot: Slot, task: Task, code: str) -> EfficiencyReport:
        key = efficiency_key(task, code_hash(code))
        known = self.cache.efficiency.get(key)
        if known is not None:
            return known
        return self.cache.efficiency.keep_first(
            key, measure_efficiency(slot, task, code, secret=self._secret)
        )

    def _blame(self, task: Task, code: str, error: SandboxError) -> RunReport:
        """Return a failing report for a program that killed two slots, if the reference does not.

        Raises:
            SandboxError: the reference fails as well.
        """
        reference = self._once(lambda slot: grade_program(slot, task, task.reference_code))
        if not reference.tests_passed:
            raise SandboxError(f"{task.id}: two slots died, and the reference fails too: {error}") from error
        return failed_report(
            task,
            code_hash(code),
            Verdict.CRASHED,
            compiles=True,
            error_class="Crashed",
            text="the program brought its sandbox down",
        )


def _fail(future: Future[Any], error: BaseException) -> None:
    """Hand an error to whoever waits, unless there is a result already."""
    try:
        future.set_exception(error)
    except InvalidStateError:
        return
