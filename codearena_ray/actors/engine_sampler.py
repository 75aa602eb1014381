"""A vLLM engine pool as a sampler for policies: many prompts at once, failures in place of completions."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import Completion, SamplingSpec
from codearena_ray.errors import InfrastructureError
from codearena_ray.policies.prompted import Sampled
from codearena_ray.trajectory.rows import Sampling, TokenRecord


class EngineSampler:
    """Samples from the engines of a pool, at base weights.

    Args:
        pool: Started; closed with this.
        temperature: 0 is greedy.
        max_tokens: Longest completion.
        end_ids: Ids that end a completion.
        model_hash: Of the model's directory, for the rows.
        tokenizer_hash: Likewise.
        concurrency: Requests in flight.
    """

    def __init__(
        self,
        pool: EnginePool,
        *,
        temperature: float,
        max_tokens: int,
        end_ids: Sequence[int],
        model_hash: str,
        tokenizer_hash: str,
        concurrency: int = 64,
    ) -> None:
        self._pool = pool
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._end_ids = tuple(end_ids)
        self._hashes = (model_hash, tokenizer_hash)
        self._workers = ThreadPoolExecutor(concurrency, thread_name_prefix="engine-sampler")

    def sample(
        self, prompts: Sequence[Sequence[int]], *, seeds: Sequence[int]
    ) -> list[Sampled | InfrastructureError]:
        """Return a completion, or the error that came instead, for each prompt."""
        return list(self._workers.map(self._one, prompts, seeds))

    def close(self) -> None:
        """End the engines."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._pool.close()

    def _one(self, prompt: Sequence[int], seed: int) -> Sampled | InfrastructureError:
        own_seed = None if self._temperature == 0 else seed % (1 << 31)
        spec = SamplingSpec(
            temperature=self._temperature,
            max_tokens=self._max_tokens,
            seed=own_seed,
            stop_token_ids=self._end_ids,
        )
        try:
            (completion,) = self._pool.generate(prompt, sampling=spec)
        except InfrastructureError as error:
            return error
        return Sampled(completion.token_ids, self._record(prompt, completion, own_seed))

    def _record(self, prompt: Sequence[int], completion: Completion, seed: int | None) -> TokenRecord:
        return TokenRecord(
            prompt_token_ids=prompt,
            completion_token_ids=completion.token_ids,
            logprobs=completion.logprobs,
            loss_mask=[0] * len(completion.token_ids),
            finish_reason=completion.finish_reason,
            weight_spans=[(span.version, span.start, span.end) for span in completion.weight_spans],
            engine_id=completion.engine_id,
            model_hash=self._hashes[0],
            tokenizer_hash=self._hashes[1],
            sampling=Sampling(self._temperature, self._max_tokens, seed),
            queue_s=completion.queue_s,
            generate_s=completion.generate_s,
        )
