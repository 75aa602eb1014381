"""What an env runner holds: asks whichever engine of a module is verified, alive and least busy.

A client is picklable and may be used from any event loop, several one after the other. It learns of
replaced engines from the directory, asks another engine when one is lost (a bounded number of times:
nothing was delivered, so asking again is safe), and gives up at its deadline with an error that says what
it waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from codearena_ray.actors.engine_directory import DirectoryHandle, EngineTable, ServingEngine
from codearena_ray.actors.engine_types import BASE_VERSION, Completion, SamplingSpec
from codearena_ray.errors import DeadlineError, EngineError, StaleWeightsError

_SHUN_S = 3.0
"""So long an engine that failed is not asked again, unless the directory changed."""
_POLL_S = 10.0
"""Longest single question to the directory."""
_MAX_ATTEMPTS = 4


class EngineClient:
    """A module's engines, seen from one process.

    Args:
        directory: Where the supervisor publishes the engines.
        module: Named in errors.
        generate_s: Default deadline of a request, in seconds.
    """

    def __init__(self, directory: DirectoryHandle, *, module: str, generate_s: float) -> None:
        self._directory = directory
        self._module = module
        self._generate_s = generate_s
        self._forget()

    def _forget(self) -> None:
        self._table = EngineTable(revision=-1, engines=())
        self._inflight: Counter[str] = Counter()
        self._shunned: dict[str, float] = {}
        self._refresh: asyncio.Task[EngineTable | None] | None = None
        self._turn = 0
        self.num_retries = 0
        """Requests that were asked again because an engine was lost."""

    def __getstate__(self) -> dict[str, Any]:
        return {"directory": self._directory, "module": self._module, "generate_s": self._generate_s}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["directory"], module=state["module"], generate_s=state["generate_s"])  # type: ignore[misc]

    async def generate(
        self,
        prompt_token_ids: Sequence[int],
        *,
        n: int = 1,
        sampling: SamplingSpec,
        min_version: int = BASE_VERSION,
        deadline_s: float | None = None,
    ) -> list[Completion]:
        """Return `n` completions of one prompt by verified weights no older than `min_version`.

        It waits, up to the deadline, while no engine holds such weights: during an update or a restart.

        Args:
            prompt_token_ids: The prompt.
            n: How many; all come from one engine and share the prompt's computation.
            sampling: How to sample.
            min_version: Oldest acceptable weights.
            deadline_s: Seconds for everything; by default the pool's.

        Raises:
            ValueError: the request itself is impossible.
            DeadlineError: the deadline passed; the request was cancelled.
            EngineError: engines failed again and again, or there will be none any more.
        """
        limit_s = self._generate_s if deadline_s is None else deadline_s
        deadline = time.monotonic() + limit_s
        attempts = 0
        while True:
            engine = await self._pick(min_version, deadline=deadline, limit_s=limit_s)
            attempts += 1
            self._inflight[engine.engine_id] += 1
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    return await engine.handle.call(
                        "generate", list(prompt_token_ids), n=n, sampling=sampling, min_version=min_version
                    )
            except TimeoutError as error:
                raise DeadlineError(
                    f"waited {limit_s:g} s for engine {engine.engine_id} to generate"
                ) from error
            except StaleWeightsError:
                self._shunned[engine.engine_id] = time.monotonic() + _SHUN_S
            except EngineError:
                self._shunned[engine.engine_id] = time.monotonic() + _SHUN_S
                if attempts >= _MAX_ATTEMPTS:
                    raise
                self.num_retries += 1
            finally:
                self._inflight[engine.engine_id] -= 1

    async def _pick(self, min_version: int, *, deadline: float, limit_s: float) -> ServingEngine:
        """Return the least busy engine that qualifies, waiting for one until the deadline."""
        while True:
            if self._table.given_up:
                raise EngineError(f"no engines for module {self._module}: {self._table.given_up}")
            now = time.monotonic()
            fit = [e for e in self._table.engines if e.version >= min_version]
            free = [e for e in fit if self._shunned.get(e.engine_id, 0.0) <= now]
            if free:
                self._turn += 1
                order = [free[(self._turn + i) % len(free)] for i in range(len(free))]
                return min(order, key=lambda e: self._inflight[e.engine_id])
            left = deadline - now
            if left <= 0:
                raise DeadlineError(
                    f"waited {limit_s:g} s for an engine of module {self._module} with verified weights of "
                    f"version {min_version} or newer"
                )
            await self._wait_for_change(min(left, 0.5 if fit else _POLL_S))

    async def _wait_for_change(self, timeout_s: float) -> None:
        """Wait for a new table, together with all others of this process who wait."""
        loop = asyncio.get_running_loop()
        task = self._refresh
        if task is None or task.done() or task.get_loop() is not loop:
            question = self._directory.wait(self._table.revision, timeout_s=_POLL_S)
            task = self._refresh = asyncio.ensure_future(question)
        done, _ = await asyncio.wait({task}, timeout=timeout_s)
        if done:
            try:
                table = task.result()
            except EngineError:  # the directory itself is being restarted
                await asyncio.sleep(min(timeout_s, 0.5))
                return
            if table is not None and table.revision > self._table.revision:
                self._table = table
                self._shunned.clear()
