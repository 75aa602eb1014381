"""The line to one child: requests out, frames in, output drained, all of it bounded, every wait limited.

Knows frames, not their meaning. Whatever is not exactly right on the line is a `Death`.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable

from codearena_ray.errors import SandboxError
from codearena_ray.sandbox import requests
from codearena_ray.sandbox.values import WireValue
from codearena_ray.sandbox.wire import Bounds, WireError, decode
from codearena_ray.types import Verdict

_CHUNK = 1 << 18


class Death(Exception):
    """The child is finished as far as its verdict goes.

    Args:
        verdict: TIMEOUT, MEMORY, CRASHED or PROTOCOL.
        limit: Which limit it ran into, as in `SandboxReport.limit`, or empty.
    """

    def __init__(self, verdict: Verdict, limit: str = "") -> None:
        super().__init__(verdict.value, limit)
        self.verdict = verdict
        self.limit = limit


class Line:
    """The descriptors of one child, owned until `close`.

    Args:
        channel: Socket to the child.
        output_fd: Reading end of its standard output.
        zygote_fd: Control socket of its zygote, watched for hang-up only.
        output_bytes: Most output; more is a death.
        bounds: Of one frame.
    """

    def __init__(
        self, *, channel: socket.socket, output_fd: int, zygote_fd: int, output_bytes: int, bounds: Bounds
    ) -> None:
        self.output = bytearray()
        self._channel = channel
        self._channel_fd = channel.fileno()
        self._output_fd = output_fd
        self._output_bytes = output_bytes
        self._zygote_fd = zygote_fd
        self._bounds = bounds
        self._buffer = bytearray()
        self._received = 0
        self._unsent = memoryview(b"")
        channel.setblocking(False)
        os.set_blocking(output_fd, False)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._poll.register(output_fd, select.POLLIN)
        self._poll.register(zygote_fd, 0)

    def exchange(
        self,
        request: bytes,
        *,
        nonce: bytes,
        number: int,
        patience: Callable[[], float],
        on_process: Callable[[WireValue], bytes],
        on_reply: Callable[[WireValue], None],
    ) -> None:
        """Send a request and hand over `number` replies to it.

        Args:
            request: A complete frame.
            nonce: What every frame of the answer must start with.
            number: How many reply frames the request asks for.
            patience: Returns the seconds to wait for the next event; raises `Death` past a limit.
            on_process: Takes a process frame's value, returns the frame that answers it.
            on_reply: Takes a reply frame's value.

        Raises:
            Death: the child died, passed a limit or broke the protocol.
            SandboxError: its zygote died.
        """
        if self._buffer:
            raise Death(Verdict.PROTOCOL)
        self._queue(request)
        got = 0
        while got < number:
            for fd, event in self._poll.poll(patience() * 1000):
                if fd == self._zygote_fd:
                    raise SandboxError("the zygote died")
                if fd == self._output_fd:
                    self._read_output()
                    continue
                if event & select.POLLOUT:
                    self._send()
                if event & (select.POLLIN | select.POLLHUP | select.POLLERR):
                    self._receive()
            while got < number and (frame := self._next_frame(nonce)) is not None:
                kind, value = frame
                if kind == requests.KIND_REPLY:
                    on_reply(value)
                    got += 1
                else:
                    self._queue(on_process(value))
        if self._buffer:
            raise Death(Verdict.PROTOCOL)

    def drain(self) -> None:
        """Take what a dead child left in the pipe, up to the limit."""
        while len(self.output) < self._output_bytes:
            try:
                data = os.read(self._output_fd, 1 << 16)
            except BlockingIOError:
                return
            if not data:
                return
            self.output += data[: self._output_bytes - len(self.output)]

    def close(self) -> None:
        """Close the descriptors. Idempotent."""
        if self._output_fd >= 0:
            self._channel.close()
            os.close(self._output_fd)
            self._output_fd = -1

    def _queue(self, frame: bytes) -> None:
        if self._unsent:
            raise Death(Verdict.PROTOCOL)
        self._unsent = memoryview(frame)
        self._send()
        if self._unsent:
            self._poll.modify(self._channel_fd, select.POLLIN | select.POLLOUT)

    def _send(self) -> None:
        while self._unsent:
            try:
                sent = self._channel.send(self._unsent[:_CHUNK])
            except BlockingIOError:
                return
            except OSError as error:
                raise Death(Verdict.CRASHED) from error
            self._unsent = self._unsent[sent:]
        self._poll.modify(self._channel_fd, select.POLLIN)

    def _receive(self) -> None:
        try:
            data = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            raise Death(Verdict.CRASHED) from error
        if not data:
            raise Death(Verdict.CRASHED)
        self._buffer += data
        self._received += len(data)
        if self._received > self._bounds.max_session_bytes:
            raise Death(Verdict.PROTOCOL, "frame")

    def _next_frame(self, nonce: bytes) -> tuple[bytes, WireValue] | None:
        """Return kind and value of the next complete frame, None until there is one."""
        head = requests.LENGTH.size
        if len(self._buffer) < head:
            return None
        (size,) = requests.LENGTH.unpack_from(self._buffer)
        if size > self._bounds.max_bytes + requests.HEADER_BYTES:
            raise Death(Verdict.PROTOCOL, "frame")
        if len(self._buffer) < head + size:
            return None
        body = bytes(self._buffer[head : head + size])
        del self._buffer[: head + size]
        kind = body[requests.NONCE_BYTES : requests.HEADER_BYTES]
        if body[: requests.NONCE_BYTES] != nonce or kind not in {requests.KIND_REPLY, requests.KIND_PROCESS}:
            raise Death(Verdict.PROTOCOL)
        try:
            return kind, decode(body[requests.HEADER_BYTES :], self._bounds)
        except WireError as error:
            raise Death(Verdict.PROTOCOL) from error

    def _read_output(self) -> None:
        try:
            data = os.read(self._output_fd, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._poll.unregister(self._output_fd)
            return
        room = self._output_bytes - len(self.output)
        self.output += data[:room]
        if len(data) > room:
            raise Death(Verdict.CRASHED, "output")
