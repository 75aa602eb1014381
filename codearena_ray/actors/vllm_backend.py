"""The only module that calls vLLM: an in-process `AsyncLLM` behind the `Backend` protocol of `engine`.

Tokens in, tokens out: no tokenizer is loaded. Importing this module imports no vLLM; `start` does, after the
environment is set.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from codearena_ray.actors.engine_types import BASE_VERSION, Completion, SamplingSpec, WeightSpan
from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.shared_memory import SharedMemoryWatch
from codearena_ray.actors.vllm_settings import EngineOptions, vllm_arguments, vllm_environment

_WARM_UP_TOKENS = 4


class VllmBackend:
    """One vLLM engine; its EngineCore and workers are child processes of the process that calls `start`."""

    def __init__(self, options: EngineOptions, *, node: NodeDirectory) -> None:
        self._options = options
        self._node = node
        self._llm: Any = None
        self._children: list[Any] = []
        self._below: list[psutil.Process] = []

    async def start(self, on_death: Callable[[str], None]) -> None:
        """Start the processes, open the weight transfer and run the first requests, which compile.

        Args:
            on_death: Called in the event loop as soon as a child process ends.
        """
        options = self._options
        node = self._node
        os.environ.update(vllm_environment(options.config, sockets=node.sockets, temporary=node.temporary))
        # vLLM's queues live in shared memory that nothing unlinks when its processes are killed.
        with SharedMemoryWatch(node):
            await self._start(on_death)

    async def _start(self, on_death: Callable[[str], None]) -> None:
        options = self._options
        from vllm.distributed.weight_transfer.base import WeightTransferInitRequest
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        before = {process.pid for process in multiprocessing.active_children()}
        arguments = AsyncEngineArgs(**vllm_arguments(options, owner_pid=os.getpid()))
        self._llm = AsyncLLM.from_engine_args(arguments)
        self._children = [p for p in multiprocessing.active_children() if p.pid not in before]
        self._below = self._descendants()
        loop = asyncio.get_running_loop()
        for process in self._children:
            loop.add_reader(process.sentinel, self._report_death, process, on_death)
        await self._llm.init_weight_transfer_engine(WeightTransferInitRequest(init_info={}))
        await self._llm.update_weight_version(str(BASE_VERSION))
        spec = SamplingSpec(max_tokens=_WARM_UP_TOKENS, seed=0, stop_token_ids=())
        prompt = [0] * max(1, min(32, options.max_model_len - _WARM_UP_TOKENS))
        await self.generate(prompt, n=2, sampling=spec)
        await self.prompt_logprobs(prompt)

    def _descendants(self) -> list[psutil.Process]:
        cores = [process.pid for process in self._children]
        below = psutil.Process().children(recursive=True)
        return sorted(below, key=lambda process: process.pid not in cores)

    def _report_death(self, process: Any, on_death: Callable[[str], None]) -> None:
        asyncio.get_running_loop().remove_reader(process.sentinel)
        process.join(timeout=0)
        on_death(f"process {process.pid} ({process.name}) ended with code {process.exitcode}")

    @property
    def dead(self) -> bool:
        """True when vLLM has given up."""
        return self._llm is not None and bool(self._llm.errored)

    @property
    def child_pids(self) -> tuple[int, ...]:
        """All processes below, the EngineCore first."""
        return tuple(process.pid for process in self._below)

    async def generate(
        self, prompt_token_ids: Sequence[int], *, n: int, sampling: SamplingSpec
    ) -> list[Completion]:
        """Return `n` completions of one prompt, in order of their index.

        Raises:
            ValueError: vLLM cannot serve such a request.
        """
        output = await self._run(
            prompt_token_ids,
            n=n,
            temperature=sampling.temperature,
            max_tokens=sampling.max_tokens,
            seed=sampling.seed,
            stop_token_ids=list(sampling.stop_token_ids),
            ignore_eos=True,
            logprobs=0,
        )
        queue_s, generate_s = _times(output.metrics)
        return [
            Completion(
                token_ids=tuple(one.token_ids),
                logprobs=tuple(
                    step[token].logprob for step, token in zip(one.logprobs, one.token_ids, strict=True)
                ),
                finish_reason=one.finish_reason,
                weight_spans=tuple(
                    WeightSpan(int(span.version), span.start, span.end) for span in one.weight_versions or ()
                ),
                engine_id=self._options.engine_id,
                queue_s=queue_s,
                generate_s=generate_s,
            )
            for one in sorted(output.outputs, key=lambda one: one.index)
        ]

    async def prompt_logprobs(self, token_ids: Sequence[int]) -> list[float]:
        """Return the log-probability of each token but the first given those before it, at temperature 1."""
        output = await self._run(token_ids, temperature=0.0, max_tokens=1, prompt_logprobs=0)
        pairs = zip(output.prompt_logprobs[1:], token_ids[1:], strict=True)
        return [step[token].logprob for step, token in pairs]

    async def _run(self, token_ids: Sequence[int], **sampling: Any) -> Any:
        from vllm import SamplingParams
        from vllm.exceptions import VLLMClientError
        from vllm.sampling_params import RequestOutputKind

        final = None
        prompt = {"prompt_token_ids": list(token_ids)}
        try:
            params = SamplingParams(detokenize=False, output_kind=RequestOutputKind.FINAL_ONLY, **sampling)
            async for output in self._llm.generate(prompt, params, request_id=uuid.uuid4().hex):
                final = output
        except (VLLMClientError, ValueError) as error:
            # vLLM's own classes cannot be read back where vLLM is not installed.
            raise ValueError(str(error)) from error
        return final

    async def pause(self, mode: str) -> None:
        """Stop scheduling and drop all cached keys and values; returns when nothing runs."""
        await self._llm.pause_generation(mode=mode, clear_cache=True)

    async def resume(self) -> None:
        """Schedule again."""
        await self._llm.resume_generation()

    async def load_weights(self, version: int, *, path: str, checksum: str) -> None:
        """Replace all weights by those of a file. After an exception the model may hold anything."""
        from vllm.distributed.weight_transfer.base import WeightTransferUpdateRequest

        await self._llm.start_weight_update()
        request = WeightTransferUpdateRequest(update_info={"path": path, "checksum": checksum})
        await self._llm.update_weights(request)
        await self._llm.finish_weight_update(weight_version=str(version))

    def kill(self) -> None:
        """End all processes below at once."""
        for process in self._below:
            if process.is_running():
                process.kill()

    async def close(self) -> None:
        """End all processes below at once (they hold nothing worth keeping) and release the front end."""
        loop = asyncio.get_running_loop()
        for process in self._children:
            loop.remove_reader(process.sentinel)
        self.kill()
        if self._llm is not None:
            await asyncio.to_thread(self._llm.shutdown, timeout=0)


def _times(metrics: Any) -> tuple[float, float]:
    """Return seconds in the scheduler's queue and seconds from there to the last token."""
    if metrics is None or not metrics.scheduled_ts:
        return 0.0, 0.0
    return metrics.scheduled_ts - metrics.queued_ts, metrics.last_token_ts - metrics.scheduled_ts
