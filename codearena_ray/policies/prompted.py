"""A language model as a fixer: prompts to tokens, a sampler, tokens to answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from codearena_ray.errors import InfrastructureError
from codearena_ray.policies.prompt_codec import PromptCodec
from codearena_ray.policies.protocol import Answer, Outcome, Question
from codearena_ray.trajectory.rows import TokenRecord


@dataclass(frozen=True, slots=True)
class Sampled:
    """One completion."""

    token_ids: tuple[int, ...]
    tokens: TokenRecord | None = None
    """With log-probabilities, where our engines sampled it."""


class Sampler(Protocol):
    """Completes prompts of token ids."""

    def sample(
        self, prompts: Sequence[Sequence[int]], *, seeds: Sequence[int]
    ) -> list[Sampled | InfrastructureError]:
        """Return a completion, or the error that came instead, for each prompt."""
        ...

    def close(self) -> None:
        """End what it holds."""
        ...


class PromptedFixer:
    """Answers what a model completes.

    Args:
        codec: The model's tokenizer.
        sampler: The model.
    """

    def __init__(self, codec: PromptCodec, sampler: Sampler) -> None:
        self._codec = codec
        self._sampler = sampler

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return the completions as text."""
        prompts = [self._codec.encode(question.messages) for question in questions]
        sampled = self._sampler.sample(prompts, seeds=[question.seed for question in questions])
        return [
            one
            if isinstance(one, InfrastructureError)
            else Answer(self._codec.decode(one.token_ids), one.tokens)
            for one in sampled
        ]

    def close(self) -> None:
        """End the sampler."""
        self._sampler.close()
