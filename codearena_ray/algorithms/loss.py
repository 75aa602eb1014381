"""The policy-gradient loss as a pure function over the trainable tokens of a micro-batch.

Clipped surrogate with separate lower and upper range (DAPO, arXiv 2503.14476, eq. 10) and dual clip (arXiv
1912.09729, eq. 5), between the current policy and a *proximal* one; the proximal policy is
importance-weighted against the *behaviour* policy that sampled the token, capped (decoupled PPO, arXiv
2110.00641, eq. 6). With one optimizer step per batch the proximal policy is the current one, its ratio is
exactly 1 and clipping never acts.

Legend: K trainable tokens.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class LossStats(NamedTuple):
    """Sums over the tokens of a micro-batch, to be divided by `tokens` after all of them."""

    tokens: Tensor
    clipped: Tensor
    ratio: Tensor
    """Sum of exp(current - behaviour)."""
    max_abs_ratio_error: Tensor
    """max |exp(current - behaviour) - 1|."""
    max_abs_dlogp: Tensor
    kl: Tensor
    """Sum of the k3 estimate of KL(behaviour, current)."""
    entropy: Tensor


def policy_loss(
    logprobs_K: Tensor,
    proximal_K: Tensor,
    behaviour_K: Tensor,
    advantages_K: Tensor,
    weight_K: Tensor,
    entropy_K: Tensor,
    *,
    clip_low: float,
    clip_high: float,
    dual_clip: float,
    importance_cap: float,
) -> tuple[Tensor, LossStats]:
    """Return (loss, stats): the weighted sum of -min(r A, clip(r) A), r = current/proximal.

    Args:
        logprobs_K: Current log-probabilities, with gradient.
        proximal_K: Log-probabilities when the update started, no gradient.
        behaviour_K: Log-probabilities at sampling, from the engine.
        advantages_K: Advantage of each token.
        weight_K: What each token counts in the sum (number of learners / tokens of its role).
        entropy_K: Entropy of the current distribution at each token, for the record only.
        clip_low: Lower clip range; the ratio is clipped at 1 - clip_low.
        clip_high: Upper clip range.
        dual_clip: Bound of the loss for negative advantages, as a multiple of |A|.
        importance_cap: Largest proximal/behaviour weight.
    """
    ratio = torch.exp(logprobs_K - proximal_K)
    clipped = ratio.clamp(1 - clip_low, 1 + clip_high)
    surrogate = torch.min(ratio * advantages_K, clipped * advantages_K)
    bounded = torch.where(advantages_K < 0, torch.max(surrogate, dual_clip * advantages_K), surrogate)
    importance = torch.exp(proximal_K - behaviour_K).clamp(max=importance_cap)
    loss = -(bounded * importance * weight_K).sum()
    with torch.no_grad():
        delta = logprobs_K.detach() - behaviour_K
        off = torch.exp(delta)
        empty = delta.new_zeros(())
        stats = LossStats(
            tokens=torch.as_tensor(float(delta.numel())),
            clipped=((ratio < 1 - clip_low) | (ratio > 1 + clip_high)).float().sum(),
            ratio=off.sum(),
            max_abs_ratio_error=(off - 1).abs().max() if delta.numel() else empty,
            max_abs_dlogp=delta.abs().max() if delta.numel() else empty,
            kl=(torch.exp(-delta) - 1 + delta).sum(),
            entropy=entropy_K.sum(),
        )
    return loss, stats


def merge_stats(parts: list[LossStats]) -> LossStats:
    """Return the stats of all micro-batches together."""
    sums = {
        name: torch.stack([getattr(p, name).float() for p in parts]).sum()
        for name in ("tokens", "clipped", "ratio", "kl", "entropy")
    }
    tops = {
        name: torch.stack([getattr(p, name).float() for p in parts]).max()
        for name in ("max_abs_ratio_error", "max_abs_dlogp")
    }
    return LossStats(**sums, **tops)
