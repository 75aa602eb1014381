"""Intervals for rates and means: a number without one is not reported.

Wilson's score interval for independent trials (Wilson 1927, eq. 5 as in Brown, Cai & DasGupta 2001) and a
percentile bootstrap that resamples whole clusters, for rates over tasks that share a family.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Z_95 = 1.959963984540054


class Rate(NamedTuple):
    """k successes in n trials with a 95 % interval."""

    n: int
    k: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """K / n; NaN without trials."""
        return self.k / self.n if self.n else math.nan


def wilson(k: int, n: int, *, z: float = Z_95) -> Rate:
    """Return the rate k/n with its Wilson interval; (0, 1) without trials.

    Raises:
        ValueError: k is not in [0, n].
    """
    if not 0 <= k <= n:
        raise ValueError(f"k={k} is not between 0 and n={n}")
    if n == 0:
        return Rate(0, 0, 0.0, 1.0)
    p = k / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Rate(n, k, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def cluster_interval(
    clusters: Mapping[str, Sequence[float]], *, rng: random.Random, resamples: int = 2000
) -> tuple[float, float, float]:
    """Return (mean, low, high): the mean over all values, with a 95 % interval that resamples whole clusters.

    Args:
        clusters: Values by cluster, e.g. solved (0/1) by task family; empty clusters are ignored.
        rng: Source of the resampling.
        resamples: Number of bootstrap samples.
    """
    groups = [(sum(values), len(values)) for _, values in sorted(clusters.items()) if len(values)]
    if not groups:
        return math.nan, 0.0, 1.0
    mean = sum(total for total, _ in groups) / sum(count for _, count in groups)
    means = []
    for _ in range(resamples):
        drawn = [groups[rng.randrange(len(groups))] for _ in groups]
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return mean, means[int(0.025 * resamples)], means[min(resamples - 1, int(0.975 * resamples))]
