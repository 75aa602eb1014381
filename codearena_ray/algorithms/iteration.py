"""What one iteration showed, as one flat-enough record for metrics.jsonl, the table and the final JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from codearena_ray.algorithms.collect import Collected
from codearena_ray.algorithms.groups import EpisodeSummary, GroupOrder
from codearena_ray.intervals import Rate, wilson

NO_TRIALS = Rate(0, 0, 0.0, 1.0)


@dataclass(slots=True)
class IterationReport:
    """Numbers of one iteration; rates carry n and a 95 % interval."""

    iteration: int
    version: int
    """Weight version that generated it."""
    episodes: int = 0
    mean_score: float = 0.0
    solve_rate: Rate = NO_TRIALS
    solve_rate_step1: Rate = NO_TRIALS
    dev_solve_rate: Rate | None = None
    """Greedy, on the dev split; None in iterations without an evaluation."""
    tokens: int = 0
    samples: int = 0
    trained_samples: int = 0
    trained_tokens: int = 0
    tokens_per_s: float = 0.0
    samples_per_s: float = 0.0
    groups: dict[str, int] = field(default_factory=dict)
    unscored: dict[str, int] = field(default_factory=dict)
    staleness_max: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall: rollout, learn, sync, grade (busy time of a sandbox slot, within the rollout), idle."""
    learner: dict[str, dict[str, float]] = field(default_factory=dict)
    """By module: ratio_mean, max_abs_dlogp, max_abs_ratio_error, entropy, …"""
    parity: float = 0.0
    """Worst engine parity at the last weight sync."""
    curriculum_level: int = 0

    def record(self) -> dict[str, Any]:
        """Return plain JSON types; rates become {n, k, value, low, high}."""
        plain = asdict(self)
        for name in ("solve_rate", "solve_rate_step1", "dev_solve_rate"):
            rate = getattr(self, name)
            plain[name] = rate_record(rate) if rate is not None else None
        return plain


def rate_record(rate: Rate) -> dict[str, float]:
    """Return a rate as {n, k, value, low, high}."""
    return {
        "n": rate.n,
        "k": rate.k,
        "value": rate.value if rate.n else 0.0,
        "low": rate.low,
        "high": rate.high,
    }


def rate_of(flags: Iterable[bool]) -> Rate:
    """Return the rate of true flags."""
    values = list(flags)
    return wilson(sum(values), len(values))


def describe(iteration: int, version: int, found: Collected) -> IterationReport:
    """Return the report of what was collected, before learning."""
    episodes = [e for _, e in found.episodes]
    return IterationReport(
        iteration=iteration,
        version=version,
        episodes=len(episodes),
        mean_score=sum(e.score for e in episodes) / len(episodes) if episodes else 0.0,
        solve_rate=rate_of(e.solved for e in episodes),
        solve_rate_step1=rate_of(e.solved_first for e in episodes),
        tokens=found.num_tokens,
        samples=found.num_turns,
        trained_samples=sum(len(t.samples) for t in found.trained),
        trained_tokens=sum(len(s.completion_ids) for t in found.trained for s in t.samples),
        groups={
            "played": found.groups,
            "live": found.live_groups,
            "all_solved": found.groups_all_solved,
            "all_failed": found.groups_all_failed,
            "repeated": found.groups_repeated,
            "dropped": found.groups_dropped,
        },
        unscored=dict(found.unscored),
        staleness_max=version - found.oldest_version if found.oldest_version is not None else 0,
    )


def dev_rate(played: Sequence[tuple[GroupOrder, EpisodeSummary]]) -> Rate:
    """Return the solve rate of an evaluation's scored episodes."""
    return rate_of(e.solved for _, e in played if not e.unscored_cause)


LEARNER_NUMBERS = (
    "tokens", "total_loss", "ratio_mean", "clip_fraction", "kl_behaviour", "entropy", "max_abs_dlogp",
    "max_abs_ratio_error", "num_micro_batches", "gradients_default_optimizer_global_norm",
)  # fmt: skip


def learner_numbers(results: Mapping[str, Any], modules: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return the plain numbers of `LEARNER_NUMBERS` that learners logged, by module."""
    return {
        module_id: {name: float(logged[name]) for name in LEARNER_NUMBERS if name in logged}
        for module_id in modules
        for logged in [results.get(module_id, {})]
    }
