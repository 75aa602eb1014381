"""Hands groups to env runners and streams finished ones back; what a dead runner lost is handed out again.

A group is either delivered whole or not at all, so nothing is counted twice. Runners that are gone are
reported to RLlib's actor manager, which restarts them; meanwhile the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import ray

from codearena_ray.algorithms.groups import GroupOrder, GroupResult, PlayedGroup
from codearena_ray.errors import DeadlineError, InfrastructureError

_POLL_S = 1.0
Report = Callable[[str, str, str], None]
"""(kind, actor, cause): an event for events.jsonl."""


@dataclass(slots=True)
class _Call:
    """One runner at work."""

    runner_id: int
    stream: Any
    waiting: dict[str, GroupOrder] = field(default_factory=dict)
    result: GroupResult | None = None
    """Received, its rows not yet."""


class GroupDispatcher:
    """Plays orders on the runners of an EnvRunnerGroup.

    Args:
        runners: RLlib's EnvRunnerGroup.
        chunk: Groups handed to a runner at a time.
        idle_limit_s: Longest time without any finished group before the wait is given up.
        report: Receives lost runners.
        max_restarts: Lost runners before the run is given up.
    """

    def __init__(
        self, runners: Any, *, chunk: int, idle_limit_s: float, report: Report, max_restarts: int
    ) -> None:
        self._runners = runners
        self._chunk = chunk
        self._idle_limit_s = idle_limit_s
        self._report = report
        self._max_restarts = max_restarts
        self.num_lost = 0
        """Calls lost to dead runners so far."""

    def play(self, orders: Sequence[GroupOrder], wiring: Any) -> Iterator[PlayedGroup]:
        """Yield every ordered group once, as it finishes.

        Raises:
            DeadlineError: no group finished for `idle_limit_s`.
            InfrastructureError: runners died more often than allowed.
        """
        if not orders:
            return
        local = self._runners.local_env_runner
        if local is not None and self._runners.num_remote_env_runners() == 0:
            stream = local.play_groups(list(orders), wiring)
            for result in stream:
                yield PlayedGroup(result, next(stream))
            return
        yield from self._play_remote(list(orders), wiring)

    def _play_remote(self, queue: list[GroupOrder], wiring: Any) -> Iterator[PlayedGroup]:
        shared = ray.put(wiring)
        calls: list[_Call] = []
        progress = time.monotonic()
        try:
            while queue or calls:
                self._hand_out(queue, calls, shared)
                for call in self._ready(calls):
                    played = self._take(call, queue, calls)
                    if played is not None:
                        progress = time.monotonic()
                        yield played
                if time.monotonic() - progress > self._idle_limit_s:
                    raise DeadlineError(f"waited {self._idle_limit_s:g} s for env runners to finish a group")
        finally:
            for call in calls:
                ray.cancel(call.stream, force=False)

    def _hand_out(self, queue: list[GroupOrder], calls: list[_Call], shared: Any) -> None:
        """Give every idle healthy runner a chunk, spreading what is left evenly."""
        if not queue:
            return
        self._runners.probe_unhealthy_env_runners()
        busy = {call.runner_id for call in calls}
        actors = self._runners._worker_manager.actors()
        idle = [i for i in self._runners.healthy_env_runner_ids() if i not in busy]
        for position, runner_id in enumerate(idle):
            size = min(self._chunk, -(-len(queue) // (len(idle) - position)))
            orders, queue[:size] = queue[:size], []
            if orders:
                stream = actors[runner_id].play_groups.options(num_returns="streaming").remote(orders, shared)
                calls.append(_Call(runner_id, stream, {o.group_id: o for o in orders}))

    def _ready(self, calls: Sequence[_Call]) -> list[_Call]:
        if not calls:
            time.sleep(_POLL_S / 4)
            return []
        by_stream = {call.stream: call for call in calls}
        ready, _ = ray.wait(list(by_stream), num_returns=1, timeout=_POLL_S)
        return [by_stream[stream] for stream in ready]

    def _take(self, call: _Call, queue: list[GroupOrder], calls: list[_Call]) -> PlayedGroup | None:
        """Take the next item of a runner's stream; at its end, or its death, put back what is missing."""
        try:
            item = ray.get(next(call.stream))
        except StopIteration:
            calls.remove(call)
            queue.extend(call.waiting.values())
            return None
        except (ray.exceptions.RayActorError, ray.exceptions.ObjectLostError) as error:
            calls.remove(call)
            queue.extend(call.waiting.values())
            self._lose(call, error)
            return None
        if call.result is None:
            call.result = item
            return None
        played = PlayedGroup(call.result, item)
        call.result = None
        return played if call.waiting.pop(played.result.order.group_id, None) is not None else None

    def _lose(self, call: _Call, error: Exception) -> None:
        self.num_lost += 1
        self._runners._worker_manager.set_actor_state(call.runner_id, healthy=False)
        self._report(
            "runner_lost",
            f"runner_{call.runner_id}",
            f"{type(error).__name__}: {len(call.waiting)} groups again",
        )
        if self.num_lost > self._max_restarts:
            raise InfrastructureError(
                f"env runners died {self.num_lost} times; the last one: {error}"
            ) from error
