"""What resolves an arena's requests in a blocking way: a grader, a judge and the deadlines of each wait.

Invariants: `resolve` is safe to call from many threads; an `InfrastructureError` becomes the result of the
requests it hit, so that the arena ends that episode unscored; any other exception is a defect and is raised.

A `Services` belongs to one process. What travels to other processes is a factory: any picklable callable
without arguments that returns one, such as `LocalServices`. `shared_services` keeps one instance per factory
and process, so that hundreds of environments use the same sandbox slots.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import NoReturn, Protocol

from codearena_ray.config import Config, DeadlinesConfig, JudgeConfig, SandboxConfig
from codearena_ray.env.exchange import JudgeRequest, Request, Result, RunRequest
from codearena_ray.errors import InfrastructureError, SandboxError
from codearena_ray.grading.local import LocalGrader
from codearena_ray.judge import Judge, make_judge
from codearena_ray.types import RunReport, Task


class Grader(Protocol):
    """Runs programs against a task; blocking and thread-safe."""

    def grade(self, task: Task, codes: Sequence[str], *, deadline_s: float) -> list[RunReport]:
        """Return one report per program, in order, or raise an `InfrastructureError`."""
        ...


class Services:
    """A grader and a judge behind one blocking call."""

    def __init__(
        self,
        grader: Grader,
        judge: Judge,
        deadlines: DeadlinesConfig | None = None,
        *,
        efficiency_applies: bool = True,
        close: Callable[[], None] | None = None,
    ) -> None:
        """Take the parts.

        Args:
            grader: Runs programs.
            judge: Scores them; one without axes is not asked.
            deadlines: `sandbox_s` bounds a grading call, `judge_s` a verdict.
            efficiency_applies: False where the grader measures no efficiency.
            close: Called once by `close`: ends what the parts hold.
        """
        self.grader = grader
        self.judge = judge
        self.deadlines = deadlines or DeadlinesConfig()
        self.efficiency_applies = efficiency_applies
        self._close = close

    @property
    def judge_axes(self) -> frozenset[str]:
        """The axes that the judge always scores."""
        return self.judge.axes

    def resolve(self, requests: Sequence[Request]) -> dict[str, Result]:
        """Return a result for every request, by key; an infrastructure error is the result it caused."""
        results: dict[str, Result] = {}
        by_task: dict[int, list[RunRequest]] = {}
        for request in requests:
            if isinstance(request, RunRequest):
                by_task.setdefault(id(request.task), []).append(request)
        for runs in by_task.values():
            results.update(self._run(runs))
        for request in requests:
            if isinstance(request, JudgeRequest):
                results[request.key] = self._judge(request)
        return results

    def close(self) -> None:
        """End what the parts hold; a second call does nothing."""
        if self._close is not None:
            close, self._close = self._close, None
            close()

    def __deepcopy__(self, memo: dict[int, object]) -> Services:
        """Return itself: `gymnasium.make` copies its arguments, and slots cannot be copied."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("services belong to one process; pass a factory, such as LocalServices, to others")

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, runs: Sequence[RunRequest]) -> dict[str, Result]:
        task, codes = runs[0].task, [run.code for run in runs]
        try:
            reports = self.grader.grade(task, codes, deadline_s=self.deadlines.sandbox_s)
        except InfrastructureError as error:
            return {run.key: error for run in runs}
        if len(reports) != len(runs):
            wrong = SandboxError(f"{task.id}: {len(reports)} reports came for {len(runs)} programs")
            return {run.key: wrong for run in runs}
        return {run.key: report for run, report in zip(runs, reports, strict=True)}

    def _judge(self, request: JudgeRequest) -> Result:
        try:
            return self.judge.judge(request.task, request.code, deadline_s=self.deadlines.judge_s)
        except InfrastructureError as error:
            return error


@dataclass(frozen=True, slots=True)
class LocalServices:
    """A factory of services in this process: a `LocalGrader` and the configured judge."""

    sandbox: SandboxConfig = field(default_factory=SandboxConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)
    deadlines: DeadlinesConfig = field(default_factory=DeadlinesConfig)

    @classmethod
    def of(cls, config: Config) -> LocalServices:
        """Return the factory that a configuration describes."""
        return cls(config.sandbox, config.judge, config.deadlines)

    def __call__(self) -> Services:
        """Start the sandbox slots and return the services that own them."""
        with ExitStack() as stack:
            judge = make_judge(self.judge)
            stack.callback(judge.close)
            grader = stack.enter_context(LocalGrader(self.sandbox))
            close = stack.pop_all().close
        return Services(
            grader, judge, self.deadlines, efficiency_applies=self.sandbox.efficiency, close=close
        )


ServicesFactory = Callable[[], Services]


@contextmanager
def local_services(config: Config) -> Iterator[Services]:
    """Yield services that grade in this process; their slots end with the block."""
    with LocalServices.of(config)() as services:
        yield services


class _Shared:
    """One services instance per factory in this process, ended when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Hashable, Services] = {}

    def get(self, factory: ServicesFactory) -> Services:
        with self._lock:
            services = self._open.get(factory)
            if services is None:
                if not self._open:
                    atexit.register(self.close)
                services = self._open[factory] = factory()
            return services

    def close(self) -> None:
        with self._lock:
            services, self._open = list(self._open.values()), {}
            atexit.unregister(self.close)
        for one in services:
            one.close()


_shared = _Shared()


def shared_services(source: Services | ServicesFactory) -> Services:
    """Return services: those given, or this process's one instance of a factory (equal factories share)."""
    return source if isinstance(source, Services) else _shared.get(source)


def close_shared_services() -> None:
    """End every shared instance of this process now; the next use starts new ones."""
    _shared.close()
