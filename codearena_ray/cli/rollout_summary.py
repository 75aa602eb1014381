"""What a rollout showed: scores and rates with their intervals, as plain JSON types.

The mean score is that of the best program of each scored episode; it resamples whole task families for its
interval. A rate is solved over scored episodes with its Wilson interval. Unscored episodes count nowhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from codearena_ray.adapters.rounds import PlayedEpisode
from codearena_ray.intervals import Rate, cluster_interval, wilson
from codearena_ray.seeding import child_rng


def summarise(played: Sequence[PlayedEpisode], *, max_steps: int, seed: int) -> dict[str, Any]:
    """Return the result of a rollout.

    Args:
        played: Ended episodes, unscored ones too.
        max_steps: `solve_rate_by_step` has so many entries; entry i is solved within i + 1 steps.
        seed: Of the resampling.
    """
    scored = [one for one in played if not one.episode.unscored_cause]
    by_step = [
        wilson(sum(0 < one.solved_at <= step for one in scored), len(scored))
        for step in range(1, max_steps + 1)
    ]
    solved = wilson(sum(one.episode.solved for one in scored), len(scored))
    categories = sorted({str(one.plan.task.category) for one in scored})
    clusters: dict[str, list[float]] = {}
    for one in scored:
        clusters.setdefault(one.plan.task.family_id, []).append(one.best_score)
    mean, low, high = cluster_interval(clusters, rng=child_rng(seed, "intervals"))
    return {
        "episodes": len(played),
        "mean_score": _number(mean),
        "solve_rate": _number(solved.value),
        "solve_rate_interval": [round(solved.low, 6), round(solved.high, 6)],
        "solve_rate_by_step": [_number(rate.value) for rate in by_step],
        "by_category": {name: _category(scored, name) for name in categories},
        "unscored": dict(Counter(one.episode.unscored_cause for one in played if one.episode.unscored_cause)),
        "intervals": {
            "mean_score": {
                "n": len(scored),
                "families": len(clusters),
                "low": round(low, 6),
                "high": round(high, 6),
            },
            "solve_rate": rate_record(solved),
            "solve_rate_by_step": [rate_record(rate) for rate in by_step],
        },
    }


def rate_record(rate: Rate) -> dict[str, float]:
    """Return a rate as {n, k, low, high}."""
    return {"n": rate.n, "k": rate.k, "low": round(rate.low, 6), "high": round(rate.high, 6)}


def _category(scored: Sequence[PlayedEpisode], name: str) -> dict[str, Any]:
    those = [one for one in scored if str(one.plan.task.category) == name]
    rate = wilson(sum(one.episode.solved for one in those), len(those))
    return {
        "mean_score": _number(sum(one.best_score for one in those) / len(those)),
        "solve_rate": _number(rate.value),
        **rate_record(rate),
    }


def _number(value: float) -> float | None:
    """Return a number that JSON has; None where there was nothing to average."""
    return round(value, 6) if math.isfinite(value) else None
