"""A `Sink` as a Ray actor.

Restarts: always (`max_restarts=-1`), on the node whose disk holds the run directory and nowhere else: the new
process opens the directory, which keeps every acknowledged group. Retries: none by Ray
(`max_task_retries=0`); `SinkClient` sends unacknowledged groups again, so that a loss is counted and
reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from codearena_ray.actors.sink_client import OnEvent, SinkClient, SinkLostError
from codearena_ray.actors.sink_store import Sink, SinkHealth, SinkOptions
from codearena_ray.errors import CodeArenaError, DeadlineError, SinkError
from codearena_ray.trajectory.keys import StoreKey

__all__ = ["RemoteSink", "SinkClient", "start_sink"]


class RemoteSink:
    """The way to a sink actor. Ray must be running.

    Args:
        options: Where and how; the directory lies on this node.
        name: Of the actor; empty: none.
    """

    def __init__(self, options: SinkOptions, *, name: str = "") -> None:
        here = ray.get_runtime_context().get_node_id()
        self._actor = (
            ray.remote(Sink)
            .options(
                name=name or None,
                num_cpus=0,
                max_restarts=-1,
                max_task_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False),
            )
            .remote(options)
        )

    def send(self, key: StoreKey, rows: Any) -> Any:
        """Start a write; `rows` is a table or an object reference to one."""
        return self._actor.write_group.remote(key, rows)

    def call(self, method: str) -> Any:
        """Start `flush`, `close` or `health`."""
        return getattr(self._actor, method).remote()

    def wait(self, handles: Sequence[Any], *, timeout_s: float) -> list[Any]:
        """Return the handles whose result is known, after the first is or the timeout passed."""
        if timeout_s > 0:
            ray.wait(list(handles), num_returns=1, timeout=timeout_s)
        return ray.wait(list(handles), num_returns=len(handles), timeout=0)[0]

    def fetch(self, handle: Any) -> Any:
        """Return a known result, or raise what the sink raised."""
        try:
            return ray.get(handle)
        except RayTaskError as error:
            if isinstance(error.cause, (CodeArenaError, ValueError)):
                raise error.cause from None
            raise SinkError(f"sink: {error}") from error
        except RayActorError as error:
            raise SinkLostError(f"{type(error).__name__}: {str(error).splitlines()[0]}") from error
        except RayError as error:
            raise SinkError(f"sink: {type(error).__name__}: {str(error).splitlines()[0]}") from error

    def health(self, *, timeout_s: float) -> SinkHealth:
        """Return the state of the store."""
        handle = self.call("health")
        if not self.wait([handle], timeout_s=timeout_s):
            raise DeadlineError(f"sink: no answer to health within {timeout_s:g} s")
        return self.fetch(handle)

    def stop(self) -> None:
        """End the actor for good; what was acknowledged is safe."""
        ray.kill(self._actor)


def start_sink(
    directory: str | Path,
    *,
    name: str = "",
    deadline_s: float,
    on_event: OnEvent,
    window: int = 64,
    max_restarts: int = 20,
) -> SinkClient:
    """Return the client of a new sink actor. `SinkClient.close` ends the actor.

    Args:
        directory: The `trajectories` folder of a run directory on this node.
        name: Of the actor; empty: none.
        deadline_s: Seconds that any wait may take, and that a group may stay unacknowledged.
        on_event: Called with kind, actor and cause when the sink was lost and when it answers again.
        window: Groups in flight.
        max_restarts: How often the sink may be lost.
    """
    transport = RemoteSink(SinkOptions(directory=str(directory)), name=name)
    return SinkClient(
        transport, deadline_s=deadline_s, on_event=on_event, window=window, max_restarts=max_restarts
    )
