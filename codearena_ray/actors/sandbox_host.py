"""One actor per node that owns its sandbox slots and its judge, and the clients that environments hold.

The actor is a thin shell over `SandboxHost`, which unit tests drive without Ray. Calls are blocking and run
in the actor's own threads; `LocalGrader` bounds what waits.

Restart policy: Ray restarts a dead host without limit of its own (the driver counts), because a host holds
nothing but caches. A call that its death interrupts is asked again, a bounded number of times: grading has no
effect outside.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from codearena_ray.adapters.services import Services
from codearena_ray.config import DeadlinesConfig, JudgeConfig, SandboxConfig
from codearena_ray.errors import CodeArenaError, DeadlineError, JudgeError, SandboxError
from codearena_ray.grading import LocalGrader
from codearena_ray.judge import make_judge
from codearena_ray.types import JudgeVerdict, RunReport, Task

T = TypeVar("T")
MAX_THREADS = 64
_ATTEMPTS = 3
_GRACE_S = 10.0
"""Beyond the host's own deadline, for the call to travel and a host to restart."""


class SandboxHost:
    """Slots and judge of one node."""

    def __init__(self, sandbox: SandboxConfig, judge: JudgeConfig) -> None:
        self._grader = LocalGrader(sandbox)
        self._judge = make_judge(judge)

    def axes(self) -> frozenset[str]:
        """Return the axes that the judge always scores."""
        return frozenset(self._judge.axes)

    def grade(self, task: Task, codes: Sequence[str], deadline_s: float) -> list[RunReport]:
        """Return one report per program; see `LocalGrader.grade`."""
        return self._grader.grade(task, codes, deadline_s=deadline_s)

    def judge(self, task: Task, code: str, deadline_s: float) -> JudgeVerdict:
        """Return a verdict; see `Judge.judge`."""
        return self._judge.judge(task, code, deadline_s=deadline_s)

    def stats(self) -> Any:
        """Return the grader's counters."""
        return self._grader.stats()

    def ping(self) -> bool:
        """Return True once the slots are up."""
        return True

    def close(self) -> None:
        """End all slots and the judge."""
        self._grader.close()
        close = getattr(self._judge, "close", None)
        if close is not None:
            close()


def host_name(prefix: str, node_id: str) -> str:
    """Return the name of the host actor of a node."""
    return f"{prefix}-host-{node_id[:12]}"


def start_hosts(prefix: str, sandbox: SandboxConfig, judge: JudgeConfig, *, start_s: float) -> list[Any]:
    """Start one named host actor on every node of the cluster; return their handles once their slots are up.

    Raises:
        SandboxError: one did not start, or its machine can't isolate code well enough.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    actors = []
    for node in ray.nodes():
        if node["Alive"]:
            options = {
                "name": host_name(prefix, node["NodeID"]),
                "num_cpus": 0,
                "max_concurrency": MAX_THREADS,
                "max_restarts": -1,
                "max_task_retries": 0,
                "scheduling_strategy": NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            }
            actors.append(ray.remote(SandboxHost).options(**options).remote(sandbox, judge))
    for actor in actors:
        _ask(actor.ping.remote, limit_s=start_s, what="the sandbox host to start")
    return actors


def stop_hosts(actors: Sequence[Any], *, limit_s: float) -> None:
    """End the hosts, their slots first; one that does not answer in time is killed all the same."""
    import ray

    closing = [actor.close.remote() for actor in actors]
    ray.wait(closing, num_returns=len(closing), timeout=limit_s)
    for actor in actors:
        ray.kill(actor, no_restart=True)


@dataclass(frozen=True, slots=True)
class HostServices:
    """A picklable factory of services that grade on the host of the node where it is called."""

    prefix: str
    deadlines: DeadlinesConfig = field(default_factory=DeadlinesConfig)
    efficiency: bool = True

    def __call__(self) -> Services:
        """Return services over this node's host."""
        import ray

        actor = ray.get_actor(host_name(self.prefix, ray.get_runtime_context().get_node_id()))
        axes = _ask(actor.axes.remote, limit_s=self.deadlines.sandbox_s, what="the sandbox host")
        return Services(
            HostGrader(actor), HostJudge(actor, axes), self.deadlines, efficiency_applies=self.efficiency
        )


class HostGrader:
    """Grades on a host; blocking and thread-safe."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def grade(self, task: Task, codes: Sequence[str], *, deadline_s: float) -> list[RunReport]:
        """Return one report per program, or raise an `InfrastructureError`."""
        return _ask(
            lambda: self._actor.grade.remote(task, list(codes), deadline_s),
            limit_s=deadline_s,
            what="the sandbox host to grade",
        )


class HostJudge:
    """Judges on a host; blocking and thread-safe."""

    def __init__(self, actor: Any, axes: frozenset[str]) -> None:
        self._actor = actor
        self.axes = axes

    def close(self) -> None:
        """Do nothing: the host outlives its clients."""

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:
        """Return a verdict, or raise an `InfrastructureError`."""
        return _ask(
            lambda: self._actor.judge.remote(task, code, deadline_s),
            limit_s=deadline_s,
            what="the judge",
            error=JudgeError,
        )


def _ask(
    call: Callable[[], Any], *, limit_s: float, what: str, error: type[CodeArenaError] = SandboxError
) -> Any:
    """Return the result of a remote call, asking again if the actor died under it.

    Raises:
        DeadlineError: the deadline and some grace passed.
        CodeArenaError: what the host raised; `error` if it kept dying.
    """
    import ray

    deadline = time.monotonic() + limit_s + _GRACE_S
    for attempt in range(_ATTEMPTS):
        try:
            return ray.get(call(), timeout=max(0.1, deadline - time.monotonic()))
        except ray.exceptions.GetTimeoutError as late:
            raise DeadlineError(f"waited {limit_s + _GRACE_S:g} s for {what}") from late
        except ray.exceptions.RayTaskError as failed:
            if isinstance(failed.cause, CodeArenaError):
                raise failed.cause from failed
            raise
        except ray.exceptions.RayActorError as died:
            if getattr(died, "actor_init_failed", False):
                raise error(f"{what}: {str(died).strip().splitlines()[-1]}") from died
            if attempt == _ATTEMPTS - 1:
                raise error(f"{what}: the host died {_ATTEMPTS} times") from died
            time.sleep(0.5 * (attempt + 1))
    raise AssertionError("unreachable")
