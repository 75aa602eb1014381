"""One inference engine that never serves weights nobody checked.

`Engine` is plain asyncio over a `Backend`; `engine_actor` makes it a Ray actor. What it holds to:

- A completion leaves only if the weights of all its tokens passed a parity check against the trainer (or
  the request asked for `BASE_VERSION`). What was in flight during an update waits for the check.
- An update is complete or the engine is quarantined for good. Nothing is rolled back: its supervisor
  replaces it.
- A pause has a lease. When it runs out before weights were touched the engine resumes, afterwards it is
  quarantined.
- When a process below it dies, every caller learns within a second.

It does not restart anything, does not know other engines and does not choose what to serve.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Literal, Protocol, TypeVar

from codearena_ray.actors.engine_types import (
    BASE_VERSION,
    Completion,
    EngineHealth,
    EngineState,
    EngineSync,
    Probe,
    SamplingSpec,
)
from codearena_ray.errors import EngineError, StaleWeightsError, SyncError

PauseMode = Literal["keep", "wait", "abort"]
"""What becomes of requests in flight: frozen and continued under the new weights, finished first, or lost."""

T = TypeVar("T")


class Backend(Protocol):
    """What an engine needs from vLLM."""

    @property
    def dead(self) -> bool:
        """True when it has given up."""

    @property
    def child_pids(self) -> tuple[int, ...]:
        """Its processes, the one that matters most first."""

    async def start(self, on_death: Callable[[str], None]) -> None:
        """Start and warm up."""

    async def generate(
        self, prompt_token_ids: Sequence[int], *, n: int, sampling: SamplingSpec
    ) -> list[Completion]:
        """Return `n` completions."""

    async def prompt_logprobs(self, token_ids: Sequence[int]) -> list[float]:
        """Return one value per token but the first."""

    async def pause(self, mode: str) -> None:
        """Stop scheduling, drop caches."""

    async def resume(self) -> None:
        """Schedule again."""

    async def load_weights(self, version: int, *, path: str, checksum: str) -> None:
        """Replace all weights."""

    def kill(self) -> None:
        """End its processes at once."""

    async def close(self) -> None:
        """End its processes and release everything."""


class Engine:
    """A backend with versions, a parity check and quarantine.

    Args:
        backend: Not started yet.
        engine_id: Named in completions and events.
        parity_tolerance: Largest |exp(trainer - engine) - 1| that an update may show.
        on_dead: Called once when a process below is gone; the actor ends itself.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        engine_id: str,
        parity_tolerance: float,
        on_dead: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._backend = backend
        self._engine_id = engine_id
        self._tolerance = parity_tolerance
        self._on_dead = on_dead
        self._state = EngineState.STARTING
        self._cause = ""
        self._version = BASE_VERSION
        self._inflight = 0
        self._start_s = 0.0
        self._doomed = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()
        self._sync_lock = asyncio.Lock()

    async def start(self) -> EngineHealth:
        """Start the backend and return its health; the engine then holds unverified base weights.

        Raises:
            EngineError: it did not start.
        """
        began = time.monotonic()
        try:
            await self._backend.start(self._die)
        except Exception as error:
            self._die(f"start failed: {type(error).__name__}: {error}")
            raise EngineError(f"engine {self._engine_id} did not start: {error}") from error
        self._start_s = time.monotonic() - began
        if self._state is EngineState.STARTING:
            self._state = EngineState.READY
        return self.health()

    def health(self) -> EngineHealth:
        """Return its state, seen from inside."""
        if self._state is EngineState.READY and self._backend.dead:
            self._die("vLLM reports a dead engine")
        return EngineHealth(
            engine_id=self._engine_id,
            state=self._state,
            version=self._version,
            num_inflight=self._inflight,
            host=socket.gethostname(),
            pid=os.getpid(),
            child_pids=self._backend.child_pids,
            start_s=self._start_s,
            cause=self._cause,
        )

    async def generate(
        self,
        prompt_token_ids: Sequence[int],
        *,
        n: int = 1,
        sampling: SamplingSpec,
        min_version: int = BASE_VERSION,
    ) -> list[Completion]:
        """Return `n` completions of one prompt by verified weights no older than asked.

        Raises:
            ValueError: the request itself is impossible: too long, or no tokens.
            StaleWeightsError: no verified version as new as `min_version` is here, nor under way.
            EngineError: the engine is quarantined, dead, or refused the request.
        """
        arrived = time.monotonic()
        self._refuse_if_doomed()
        if min_version > self._version:
            await self._or_doom(self._settled.wait())
        if min_version > self._version:
            raise StaleWeightsError(
                f"engine {self._engine_id} holds verified version {self._version}, asked for {min_version}"
            )
        admitted = time.monotonic()
        self._inflight += 1
        try:
            found = await self._or_doom(self._backend.generate(prompt_token_ids, n=n, sampling=sampling))
            newest = max((span.version for one in found for span in one.weight_spans), default=BASE_VERSION)
            if newest > self._version:
                await self._or_doom(self._settled.wait())
                self._refuse_if_doomed()
        finally:
            self._inflight -= 1
        if newest > self._version:
            raise EngineError(
                f"engine {self._engine_id} sampled with version {newest}, which nobody verified"
            )
        lost = [one.finish_reason for one in found if one.finish_reason not in ("stop", "length")]
        if lost:
            raise EngineError(f"engine {self._engine_id} ended a request with {lost[0]}")
        return [replace(one, queue_s=one.queue_s + admitted - arrived) for one in found]

    async def sync(
        self,
        version: int,
        *,
        path: str,
        checksum: str,
        probe: Probe,
        mode: PauseMode = "keep",
        lease_s: float,
    ) -> EngineSync:
        """Take new weights from a local file, check parity, and return how long it took.

        Args:
            version: Not older than the one it holds.
            path: A safetensors file of complete weights.
            checksum: SHA-256 of the file.
            probe: What the trainer computes with the same weights.
            mode: What becomes of requests in flight.
            lease_s: Longest time from asking for the pause to the end of the check.

        Raises:
            SyncError: weights did not arrive, or not as sent. The engine is quarantined unless nothing had
                been touched yet.
            EngineError: the engine is quarantined or dead.
        """
        async with self._sync_lock:
            self._refuse_if_doomed()
            if version < self._version:
                raise SyncError(
                    f"engine {self._engine_id} holds version {self._version}, not taking {version}"
                )
            self._settled.clear()
            try:
                result = await self._or_doom(
                    self._update(
                        version, path=path, checksum=checksum, probe=probe, mode=mode, lease_s=lease_s
                    )
                )
                self._version = version
                return result
            finally:
                self._settled.set()

    async def _update(
        self, version: int, *, path: str, checksum: str, probe: Probe, mode: PauseMode, lease_s: float
    ) -> EngineSync:
        touched = False
        try:
            async with asyncio.timeout(lease_s):
                began = time.monotonic()
                await self._backend.pause(mode)
                paused = time.monotonic()
                touched = True
                await self._backend.load_weights(version, path=path, checksum=checksum)
                await self._backend.resume()
                loaded = time.monotonic()
                parity = await self._parity(probe)
        except BaseException as error:
            await self._abandon_update(version, touched=touched, error=error, lease_s=lease_s)
            if not isinstance(error, Exception):
                raise
            raise SyncError(f"engine {self._engine_id}: version {version}: {_why(error, lease_s)}") from error
        if not parity <= self._tolerance:
            cause = f"parity {parity:.3g} of version {version} is beyond {self._tolerance:.3g}"
            self._quarantine(cause)
            raise SyncError(f"engine {self._engine_id}: {cause}")
        return EngineSync(
            engine_id=self._engine_id,
            version=version,
            parity=parity,
            pause_s=paused - began,
            update_s=loaded - paused,
            probe_s=time.monotonic() - loaded,
        )

    async def _abandon_update(
        self, version: int, *, touched: bool, error: BaseException, lease_s: float
    ) -> None:
        """Resume with the old weights if nothing was touched, otherwise quarantine."""
        if touched:
            self._quarantine(f"update to version {version} failed: {_why(error, lease_s)}")
            return
        try:
            async with asyncio.timeout(lease_s):
                await self._backend.resume()
        except Exception as second:
            self._quarantine(f"could not resume after a pause: {_why(second, lease_s)}")

    async def _parity(self, probe: Probe) -> float:
        measured = await asyncio.gather(*(self._backend.prompt_logprobs(ids) for ids in probe.token_ids))
        return probe.worst(measured)

    async def close(self) -> None:
        """Stop serving and end all processes below."""
        if self._state is not EngineState.DEAD:
            self._state, self._cause = EngineState.DEAD, "closed"
            self._doomed.set()
        await self._backend.close()

    def _quarantine(self, cause: str) -> None:
        if self._state is EngineState.READY:
            self._state, self._cause = EngineState.QUARANTINED, cause
            self._doomed.set()

    def _die(self, cause: str) -> None:
        if self._state is not EngineState.DEAD:
            self._state, self._cause = EngineState.DEAD, cause
            self._doomed.set()
            self._backend.kill()
            self._on_dead(cause)

    def _refuse_if_doomed(self) -> None:
        if self._state is not EngineState.READY:
            raise EngineError(f"engine {self._engine_id} is {self._state}: {self._cause or 'not started'}")

    async def _or_doom(self, work: Awaitable[T]) -> T:
        """Await something, but not longer than the engine lives."""
        task = asyncio.ensure_future(work)
        doom = asyncio.ensure_future(self._doomed.wait())
        try:
            await asyncio.wait({task, doom}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self._refuse_if_doomed()
            return await task
        except (EngineError, SyncError, ValueError):
            raise
        except Exception as error:
            if self._backend.dead:
                self._die(f"{type(error).__name__}: {error}")
            self._refuse_if_doomed()
            raise EngineError(f"engine {self._engine_id}: {type(error).__name__}: {error}") from error
        finally:
            task.cancel()
            doom.cancel()


def _why(error: BaseException, lease_s: float) -> str:
    if isinstance(error, TimeoutError):
        return f"its pause outlived the lease of {lease_s:g} s"
    return f"{type(error).__name__}: {error}"
