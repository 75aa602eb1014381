"""Completions from a Hugging Face model in this process, batched, on the CPU.

A completion depends on its prompt and its seed alone (up to rounding): sampling adds Gumbel noise from a
generator per sequence and takes the largest logit (the Gumbel-max trick), so that no global random state is
touched and neighbours in a batch do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codearena_ray.errors import InfrastructureError, UserError
from codearena_ray.policies.prompted import Sampled


class TransformersSampler:
    """Samples from a model directory.

    Args:
        folder: A directory with a Hugging Face model.
        temperature: 0 is greedy.
        max_tokens: Longest completion.
        pad_id: Fills the left of shorter prompts; masked.
        end_ids: Ids that end a completion.
        batch_size: Prompts at once.

    Raises:
        UserError: the directory holds no model that transformers can load, or it is not installed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        temperature: float,
        max_tokens: int,
        pad_id: int,
        end_ids: Sequence[int],
        batch_size: int = 32,
    ) -> None:
        self._model = _load(folder)
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._pad_id = pad_id
        self._end_ids = list(end_ids)
        self._batch_size = batch_size

    def sample(
        self, prompts: Sequence[Sequence[int]], *, seeds: Sequence[int]
    ) -> list[Sampled | InfrastructureError]:
        """Return a completion for each prompt; prompts of similar length share a batch."""
        done: list[Sampled | InfrastructureError] = [Sampled(())] * len(prompts)
        order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
        for at in range(0, len(order), self._batch_size):
            chosen = order[at : at + self._batch_size]
            sampled = self._batch([prompts[i] for i in chosen], [seeds[i] for i in chosen])
            for i, one in zip(chosen, sampled, strict=True):
                done[i] = one
        return done

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def _batch(self, prompts: Sequence[Sequence[int]], seeds: Sequence[int]) -> list[Sampled]:
        import torch

        width = max(len(prompt) for prompt in prompts)
        ids_BT = torch.tensor([[self._pad_id] * (width - len(p)) + list(p) for p in prompts])
        mask_BT = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
        noise = [] if self._temperature == 0 else [_gumbel_noise(seeds, temperature=self._temperature)]
        with torch.inference_mode():
            out_BT = self._model.generate(
                input_ids=ids_BT,
                attention_mask=mask_BT,
                max_new_tokens=self._max_tokens,
                do_sample=False,
                logits_processor=noise,
                pad_token_id=self._pad_id,
                eos_token_id=self._end_ids,
            )
        return [Sampled(self._until_end(row)) for row in out_BT[:, width:].tolist()]

    def _until_end(self, row: Sequence[int]) -> tuple[int, ...]:
        """Return the ids up to the one that ended the completion, that one included."""
        end = next((i + 1 for i, token in enumerate(row) if token in self._end_ids), len(row))
        return tuple(row[:end])


def _load(folder: Path) -> Any:
    try:
        import torch
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging
    except ImportError as error:
        raise UserError(
            f"this policy needs torch and transformers ({error}); run launch/install.sh"
        ) from error
    logging.disable_progress_bar()  # it would draw on a stderr that is no terminal
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{folder}: no model that transformers can load ({str(error)[:200]})") from error
    return model.eval()


def _gumbel_noise(seeds: Sequence[int], *, temperature: float) -> Any:
    """Return a logits processor that makes the largest logit a sample from softmax(logits / temperature)."""
    import torch

    streams = [torch.Generator().manual_seed(seed % (1 << 63)) for seed in seeds]

    def add_noise(_ids_BT: Any, logits_BV: Any) -> Any:
        uniform_BV = torch.stack(
            [torch.rand(logits_BV.shape[1], generator=stream, dtype=torch.float64) for stream in streams]
        )
        gumbel_BV = -torch.log(-torch.log(uniform_BV.clamp(1e-300, 1 - 1e-16)))
        return (logits_BV.double() / temperature + gumbel_BV).to(logits_BV.dtype)

    return add_noise
