"""A trainer for tests: a Hugging Face model whose weights change on demand, and what it says about tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import Qwen2ForCausalLM

from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import Completion, Probe, SyncReport
from codearena_ray.actors.weight_file import WeightFile, write_weight_file


class Trainer:
    """Holds weights in float32."""

    def __init__(self, directory: Path) -> None:
        torch.set_num_threads(1)
        self.model = Qwen2ForCausalLM.from_pretrained(directory, dtype=torch.float32)
        self.tied = bool(self.model.config.tie_word_embeddings)

    def step(self, seed: int) -> None:
        """Change every weight a little, as an optimizer step would."""
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.model.parameters():
                parameter.add_(0.02 * torch.randn(parameter.shape, generator=generator))

    def logprobs(self, token_ids: Sequence[int]) -> list[float]:
        """Return the log-probability of every token but the first."""
        ids_1T = torch.tensor([list(token_ids)])
        with torch.no_grad():
            logprobs_TV = self.model(ids_1T).logits[0, :-1].log_softmax(-1)
        return logprobs_TV.gather(-1, ids_1T[0, 1:, None])[:, 0].tolist()

    def probe(self) -> Probe:
        """Return four sequences and what this model says about them."""
        generator = torch.Generator().manual_seed(11)
        ids = torch.randint(0, self.model.config.vocab_size, (4, 32), generator=generator).tolist()
        return Probe(tuple(map(tuple, ids)), tuple(tuple(self.logprobs(row)) for row in ids))

    def write(self, pool: EnginePool, version: int) -> WeightFile:
        """Write the weights where the pool's engines find them."""
        return write_weight_file(
            self.model.state_dict(),
            directory=pool.node.weights,
            module=pool.module,
            version=version,
            tied=self.tied,
        )

    def push(self, pool: EnginePool) -> SyncReport:
        """Make the weights the pool's next version."""
        return pool.sync(self.write(pool, pool.version + 1), self.probe())

    def error(self, prompt: Sequence[int], completion: Completion) -> float:
        """Return the largest |exp(trainer - engine) - 1| over a completion's tokens."""
        mine = self.logprobs([*prompt, *completion.token_ids])[len(prompt) - 1 :]
        difference = torch.tensor(mine, dtype=torch.float64) - torch.tensor(
            completion.logprobs, dtype=torch.float64
        )
        return float(difference.expm1().abs().max())
