"""Rows to arrays: completions that share a prompt are packed behind one copy of it.

Legend: N packed sequences, T padded length. A packed sequence is `prompt | completion 1 | completion 2 | …`;
a token of completion k sees the prompt and the tokens of completion k before it (`segments_NT`: 0 padding, 1
prompt, 2… completions). `predecessor_NT` is the position whose hidden state predicts the token: the last
prompt token for the first token of every completion. Micro-batches are cut by tokens, and every shard gets
the same number of them: learners that step a different number of times would wait for one another for ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


class Sample(NamedTuple):
    """One trainable row."""

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    """Sampled log-probabilities of the completion, from the engine (behaviour policy)."""
    advantage: float
    role: str


class _Tree(NamedTuple):
    prompt: tuple[int, ...]
    samples: list[Sample]

    @property
    def length(self) -> int:
        return len(self.prompt) + sum(len(s.completion_ids) for s in self.samples)


def role_token_counts(samples: Sequence[Sample]) -> dict[str, int]:
    """Return the number of trainable tokens per role: the denominators of the loss."""
    counts: dict[str, int] = defaultdict(int)
    for sample in samples:
        counts[sample.role] += len(sample.completion_ids)
    return dict(counts)


def pack_prompts(samples: Sequence[Sample], *, max_tokens: int) -> list[_Tree]:
    """Return trees of samples with identical prompts, none over `max_tokens` unless one sample is."""
    by_prompt: dict[tuple[int, ...], list[Sample]] = defaultdict(list)
    for sample in samples:
        by_prompt[sample.prompt_ids].append(sample)
    trees: list[_Tree] = []
    for prompt, members in by_prompt.items():
        tree = _Tree(prompt, [])
        for sample in members:
            if tree.samples and tree.length + len(sample.completion_ids) > max_tokens:
                trees.append(tree)
                tree = _Tree(prompt, [])
            tree.samples.append(sample)
        trees.append(tree)
    return trees


def build_shards(
    samples: Sequence[Sample],
    *,
    num_shards: int,
    max_tokens: int,
    denominators: Mapping[str, float] | None = None,
) -> list[dict[str, np.ndarray]]:
    """Return one dict of arrays per learner, balanced by tokens, with equal numbers of micro-batches.

    Args:
        samples: Trainable rows of one module, at least one.
        num_shards: Number of learners.
        max_tokens: Padded tokens of one micro-batch.
        denominators: Loss denominator per role over all learners; default: the role's trainable tokens (token
            mean).

    The per-token weight is num_shards / denominator, so that the mean of the shards' gradients, which is what
    DDP computes, is the gradient of the global sum.
    """
    totals = denominators or role_token_counts(samples)
    trees = sorted(pack_prompts(samples, max_tokens=max_tokens), key=lambda t: t.length)
    micro = _cut(trees, max_tokens=max_tokens)
    while len(micro) % num_shards:
        largest = max(range(len(micro)), key=lambda i: len(micro[i]))
        if len(micro[largest]) < 2:
            micro.append([])  # fewer trees than learners: an empty micro-batch keeps the steps aligned
            continue
        half = len(micro[largest]) // 2
        micro[largest : largest + 1] = [micro[largest][:half], micro[largest][half:]]
    micro.sort(key=lambda m: -sum(t.length for t in m))
    shards: list[list[list[_Tree]]] = [[] for _ in range(num_shards)]
    for at in range(0, len(micro), num_shards):  # snake order balances tokens
        row = micro[at : at + num_shards]
        for shard, part in enumerate(row if (at // num_shards) % 2 == 0 else row[::-1]):
            shards[shard].append(part)
    weights = {role: num_shards / total for role, total in totals.items()}
    width = max(max((t.length for m in micro for t in m), default=1), 1)
    return [_arrays(shard, weights, width) for shard in shards]


def _cut(trees: Sequence[_Tree], *, max_tokens: int) -> list[list[_Tree]]:
    micro: list[list[_Tree]] = []
    for tree in trees:  # ascending length: the newest tree sets the padded width
        if micro and (len(micro[-1]) + 1) * tree.length <= max_tokens:
            micro[-1].append(tree)
        else:
            micro.append([tree])
    return micro


def _arrays(
    micro: Sequence[Sequence[_Tree]], weights: Mapping[str, float], width: int
) -> dict[str, np.ndarray]:
    rows = [(index, tree) for index, part in enumerate(micro) for tree in (part or [_Tree((0,), [])])]
    n = len(rows)
    out: dict[str, np.ndarray] = {
        "input_ids": np.zeros((n, width), np.int64),
        "positions": np.zeros((n, width), np.int64),
        "segments": np.zeros((n, width), np.int64),
        "predecessor": np.zeros((n, width), np.int64),
        "loss_mask": np.zeros((n, width), np.float32),
        "old_logprobs": np.zeros((n, width), np.float32),
        "advantages": np.zeros((n, width), np.float32),
        "token_weight": np.zeros((n, width), np.float32),
        "lengths": np.zeros(n, np.int64),
        "micro_batch": np.asarray([index for index, _ in rows], np.int64),
    }
    for i, (_, tree) in enumerate(rows):
        prompt = len(tree.prompt)
        out["input_ids"][i, :prompt] = tree.prompt
        out["positions"][i, :prompt] = np.arange(prompt)
        out["segments"][i, :prompt] = 1
        at = prompt
        for k, sample in enumerate(tree.samples):
            size = len(sample.completion_ids)
            span = slice(at, at + size)
            out["input_ids"][i, span] = sample.completion_ids
            out["positions"][i, span] = prompt + np.arange(size)
            out["segments"][i, span] = k + 2
            out["predecessor"][i, span] = np.concatenate(([prompt - 1], np.arange(at, at + size - 1)))
            out["loss_mask"][i, span] = 1.0
            out["old_logprobs"][i, span] = sample.logprobs
            out["advantages"][i, span] = sample.advantage
            out["token_weight"][i, span] = weights[sample.role]
            at += size
        out["lengths"][i] = at
    return out
