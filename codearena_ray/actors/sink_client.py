"""The driver's end of the sink: a bounded number of groups in flight, each kept until it is acknowledged.

Retries: writing a group is idempotent, so a group whose acknowledgement never came, because the sink died, is
sent again to its successor; nothing is lost and nothing is doubled. How often is bounded by the deadline of
each wait and by `max_restarts`. A group that could not be written (full disk) stays here and is sent again at
the next call.

One thread uses a client.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from codearena_ray.errors import DeadlineError, SinkError
from codearena_ray.trajectory.keys import StoreKey

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0


class SinkLostError(SinkError):
    """The process of the sink is gone; its successor can be asked."""


class SinkTransport(Protocol):
    """How calls reach a sink. Handles are opaque and hashable."""

    def send(self, key: StoreKey, rows: Any) -> Any:
        """Start `Sink.write_group` and return a handle of its result."""

    def call(self, method: str) -> Any:
        """Start another method of the sink and return a handle of its result."""

    def wait(self, handles: Sequence[Any], *, timeout_s: float) -> list[Any]:
        """Return the handles whose result is known, after the first is or the timeout passed."""

    def fetch(self, handle: Any) -> Any:
        """Return a known result, or raise what the sink raised; SinkLostError if it died before."""

    def stop(self) -> None:
        """End the sink for good."""


OnEvent = Callable[[str, str, str], None]
"""Takes kind (`sink_lost` or `sink_restarted`), actor and cause; they belong into events.jsonl."""


@dataclass(slots=True)
class _Pending:
    rows: Any
    since: float
    """When it was given, or when the sink was last lost."""
    handle: Any = None
    """None: to be sent."""
    life: int = 0
    """How often the sink had been lost when it was sent."""


class SinkClient:
    """Sends groups and keeps each until it is durable.

    Args:
        transport: The way to the sink.
        deadline_s: Seconds that any wait may take, and that a group may stay unacknowledged.
        window: Groups in flight; `write_group` waits beyond it.
        max_restarts: How often the sink may be lost.
        on_event: Called when the sink was lost and when it answers again.
        clock: Seconds that only grow.
        pause: Sleeps.
    """

    def __init__(
        self,
        transport: SinkTransport,
        *,
        deadline_s: float,
        window: int = 64,
        max_restarts: int = 20,
        on_event: OnEvent,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self._deadline_s = deadline_s
        self._window = window
        self._max_restarts = max_restarts
        self._on_event = on_event
        self._clock = clock
        self._pause = pause
        self._pending: dict[StoreKey, _Pending] = {}
        self._lost = False
        self._pause_s = _FIRST_PAUSE_S
        self._closed = False
        self.num_lost = 0
        """How often the sink was lost."""
        self.num_acknowledged = 0
        """Groups that are durable."""

    @property
    def num_pending(self) -> int:
        """Groups that are not durable yet."""
        return len(self._pending)

    def write_group(self, key: StoreKey | tuple[str, str, int], rows: Any) -> None:
        """Send a group; wait only while the window is full.

        Args:
            key: The group.
            rows: Its table, or what the transport takes for one, such as an object reference.

        Raises:
            DeadlineError: the window did not move, or a group stayed unacknowledged too long.
            SinkError: rows could not be written, now or earlier; those groups are kept and sent again.
            ValueError: the sink refused an earlier group's rows; that group is given up.
        """
        if self._closed:
            raise SinkError("the sink's client is closed")
        self.poll()
        self._until(
            lambda: len(self._pending) < self._window, what=f"room among {self._window} groups in flight"
        )
        key = StoreKey(*key)
        if key not in self._pending:
            self._pending[key] = _Pending(rows, since=self._clock())
            self._send_waiting()

    def poll(self) -> None:
        """Take acknowledgements that have come, without waiting. Raises as `write_group` does."""
        self._settle(timeout_s=0.0)
        now = self._clock()
        late = [key for key, pending in self._pending.items() if now - pending.since > self._deadline_s]
        if late:
            raise DeadlineError(
                f"sink: {len(late)} groups, first {late[0].group_id}, unacknowledged after their deadline"
            )

    def flush(self) -> None:
        """Return when every group is durable and in a closed segment. Raises as `write_group` does."""
        self._drain()
        self._ask("flush")

    def close(self) -> None:
        """Wait for every group, have the sink compact and close, and end it. Closing twice is allowed.

        Raises:
            DeadlineError: it took longer than the deadline; what was acknowledged is safe all the same.
            SinkError: rows could not be written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._drain()
            self._ask("close")
        finally:
            self._transport.stop()

    def _drain(self) -> None:
        self._until(lambda: not self._pending, what="the acknowledgement of all groups")

    def _until(self, reached: Callable[[], bool], *, what: str) -> None:
        give_up_at = self._clock() + self._deadline_s
        while not reached():
            left = give_up_at - self._clock()
            if left <= 0:
                raise DeadlineError(f"sink: no {what.removeprefix('the ')} within {self._deadline_s:g} s")
            self._settle(timeout_s=left)

    def _settle(self, *, timeout_s: float) -> None:
        """Take what has come; wait for the first answer if nothing has."""
        self._send_waiting()
        handles = {
            pending.handle: key for key, pending in self._pending.items() if pending.handle is not None
        }
        if not handles:
            return
        errors: list[Exception] = []
        losses: list[tuple[int, str]] = []
        answers: list[int] = []
        for handle in self._transport.wait(list(handles), timeout_s=timeout_s):
            key = handles[handle]
            pending = self._pending[key]
            try:
                self._transport.fetch(handle)
            except SinkLostError as error:
                losses.append((pending.life, str(error)))
                pending.handle = None
            except SinkError as error:
                errors.append(error)
                pending.handle = None
            except ValueError as error:
                errors.append(error)
                del self._pending[key]
            else:
                del self._pending[key]
                self.num_acknowledged += 1
                answers.append(pending.life)
        for life, cause in losses:
            self._note_loss(life, cause)
        for life in answers:
            self._note_answer(life)
        if errors:
            raise errors[0]
        if losses and timeout_s > 0:
            self._rest(timeout_s)

    def _send_waiting(self) -> None:
        for key, pending in self._pending.items():
            if pending.handle is None:
                pending.life = self.num_lost
                pending.handle = self._transport.send(key, pending.rows)

    def _ask(self, method: str) -> None:
        """Call a method of the sink until it answers; they may all be repeated."""
        give_up_at = self._clock() + self._deadline_s
        while (left := give_up_at - self._clock()) > 0:
            life = self.num_lost
            handle = self._transport.call(method)
            if not self._transport.wait([handle], timeout_s=left):
                break
            try:
                self._transport.fetch(handle)
            except SinkLostError as error:
                self._note_loss(life, str(error))
                self._rest(left)
            else:
                self._note_answer(life)
                return
        raise DeadlineError(f"sink: no answer to {method} within {self._deadline_s:g} s")

    def _rest(self, at_most_s: float) -> None:
        self._pause(min(self._pause_s, at_most_s))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _note_loss(self, life: int, cause: str) -> None:
        """Report a loss once, however many groups and attempts it costs until the sink answers again."""
        if self._lost or life < self.num_lost:
            return
        self._lost = True
        self.num_lost += 1
        for pending in self._pending.values():
            pending.since = self._clock()  # the successor has the whole deadline
        allowed = self._max_restarts
        self._on_event("sink_lost", "sink", f"{cause} (loss {self.num_lost}, {allowed} allowed)")
        if self.num_lost > allowed:
            raise SinkError(f"sink: lost {self.num_lost} times, last: {cause}")

    def _note_answer(self, life: int) -> None:
        """Report that the sink is back, once something sent after its loss was answered."""
        if self._lost and life == self.num_lost:
            self._lost = False
            self._pause_s = _FIRST_PAUSE_S
            self._on_event("sink_restarted", "sink", "answers again")
