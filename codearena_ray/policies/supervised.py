"""Supervised steps for the tiny policy: a clock-bound, resumable loop over freshly drawn pairs.

Matrices are trained with Muon (torch.optim.Muon), everything else with AdamW; the learning rate follows the
share of the time budget that is spent. The loss counts answer tokens fully and prompt tokens at a tenth. A
checkpoint holds weights, optimizers, random state and seconds spent; resuming continues the same schedule.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

PROMPT_LOSS = 0.1
Pair = tuple[list[int], list[int]]
"""Prompt ids and answer ids (ending with the end token)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Numbers of the supervised stage."""

    seconds: float = 1500.0
    batch_size: int = 16
    pool: int = 1024
    """Pairs drawn at a time, sorted by length and cut into batches."""
    muon_lr: float = 8e-3
    adamw_lr: float = 6e-3
    warmup_share: float = 0.02
    final_share: float = 0.02
    """Learning rate at the end as a share of the peak."""
    seed: int = 0


@dataclass(slots=True)
class Progress:
    """What the loop reports after every batch."""

    seconds: float
    steps: int
    tokens: int
    loss: float
    """Mean loss of answer tokens, smoothed."""


def draw_batches(
    draw: Callable[[random.Random], Pair], *, recipe: Recipe, rng: random.Random
) -> Iterator[list[Pair]]:
    """Yield batches of pairs of similar length, for ever."""
    while True:
        pool = sorted((draw(rng) for _ in range(recipe.pool)), key=lambda p: len(p[0]) + len(p[1]))
        batches = [pool[i : i + recipe.batch_size] for i in range(0, len(pool), recipe.batch_size)]
        rng.shuffle(batches)
        yield from batches


def pair_tensors(batch: list[Pair], *, pad: int) -> tuple[Tensor, Tensor]:
    """Return (ids_BT, weights_BT): right-padded ids and the loss weight of predicting each token."""
    width = max(len(p) + len(a) for p, a in batch)
    ids_BT = torch.full((len(batch), width), pad)
    weights_BT = torch.zeros(len(batch), width)
    for i, (prompt, answer) in enumerate(batch):
        size = len(prompt) + len(answer)
        ids_BT[i, :size] = torch.tensor(prompt + answer)
        weights_BT[i, 1 : len(prompt)] = PROMPT_LOSS
        weights_BT[i, len(prompt) : size] = 1.0
    return ids_BT, weights_BT


def optimizers(model: Any, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices inside the blocks and AdamW for embeddings, norms and biases."""
    inside: list[torch.nn.Parameter] = []
    outside: list[torch.nn.Parameter] = []
    for name, parameter in model.named_parameters():
        (inside if parameter.ndim == 2 and "embed" not in name and "lm_head" not in name else outside).append(
            parameter
        )
    return [
        torch.optim.Muon(inside, lr=recipe.muon_lr, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outside, lr=recipe.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def schedule(share: float, recipe: Recipe) -> float:
    """Return the factor on the peak learning rate after `share` of the budget: warm-up, then cosine."""
    if share < recipe.warmup_share:
        return max(0.05, share / recipe.warmup_share)
    rest = min(1.0, (share - recipe.warmup_share) / (1 - recipe.warmup_share))
    return recipe.final_share + (1 - recipe.final_share) * 0.5 * (1 + math.cos(math.pi * rest))


class SupervisedLoop:
    """Trains `model` until the time budget of the recipe is spent; `checkpoint` makes it resumable."""

    def __init__(
        self,
        model: Any,
        draw: Callable[[random.Random], Pair],
        *,
        pad: int,
        recipe: Recipe,
        checkpoint: Path | None,
    ) -> None:
        self.model = model
        self.pad = pad
        self.recipe = recipe
        self.checkpoint = checkpoint
        self.rng = random.Random(recipe.seed)
        self.optimizers = optimizers(model, recipe)
        self.progress = Progress(0.0, 0, 0, math.nan)
        self._draw = draw
        if checkpoint is not None and checkpoint.is_file():
            self._load(checkpoint)

    def run(self, report: Callable[[Progress], None], *, save_every_s: float = 120.0) -> Progress:
        """Train to the end of the budget; return the totals."""
        batches = draw_batches(self._draw, recipe=self.recipe, rng=self.rng)
        self.model.train()
        saved = self.progress.seconds
        while self.progress.seconds < self.recipe.seconds:
            start = time.perf_counter()
            self._step(next(batches))
            self.progress.seconds += time.perf_counter() - start
            report(self.progress)
            if self.checkpoint is not None and self.progress.seconds - saved > save_every_s:
                self._save(self.checkpoint)
                saved = self.progress.seconds
        if self.checkpoint is not None:
            self._save(self.checkpoint)
        self.model.eval()
        return self.progress

    def _step(self, batch: list[Pair]) -> None:
        ids_BT, weights_BT = pair_tensors(batch, pad=self.pad)
        factor = schedule(self.progress.seconds / self.recipe.seconds, self.recipe)
        for optimizer, peak in zip(self.optimizers, (self.recipe.muon_lr, self.recipe.adamw_lr), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
            optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits_BTV = self.model(input_ids=ids_BT, attention_mask=(ids_BT != self.pad).long()).logits
        losses = torch.nn.functional.cross_entropy(
            logits_BTV[:, :-1].float().flatten(0, 1), ids_BT[:, 1:].flatten(), reduction="none"
        )
        weights = weights_BT[:, 1:].flatten()
        answers = weights == 1.0
        (losses * weights).sum().div(answers.sum()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        loss = float(losses.detach()[answers].mean())
        smooth = self.progress.loss
        self.progress.loss = loss if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss
        self.progress.steps += 1
        self.progress.tokens += int((ids_BT != self.pad).sum())

    def _save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "rng": self.rng.getstate(),
                "progress": (
                    self.progress.seconds,
                    self.progress.steps,
                    self.progress.tokens,
                    self.progress.loss,
                ),
            },
            part,
        )
        part.replace(path)

    def _load(self, path: Path) -> None:
        state = torch.load(path, weights_only=False)
        self.model.load_state_dict(state["model"])
        for optimizer, own in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(own)
        self.rng.setstate(state["rng"])
        self.progress = Progress(*state["progress"])
