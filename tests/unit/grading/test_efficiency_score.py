"""Scores of made-up measurements, worked out by hand."""

from __future__ import annotations

import math

import pytest

from codearena_ray.grading.efficiency import (
    RATIO_SCORES,
    SLOPE_SCORES,
    Point,
    interpolate,
    score_points,
    slope_of,
)

SIZES = (1000, 2000, 4000, 8000)


def points(*candidate_ms: float, reference_ms: float = 2.0, empty_ms: float = 2.0) -> list[Point]:
    """Return points whose reference costs grow linearly up to `reference_ms`."""
    return [
        Point(n, empty_ms / 1e3, (empty_ms + reference_ms * n / SIZES[-1]) / 1e3, (empty_ms + ms) / 1e3)
        for n, ms in zip(SIZES, candidate_ms, strict=True)
    ]


@pytest.mark.parametrize(
    ("ratio", "score"),
    [(0.1, 1.0), (1.0, 1.0), (2.0, 1.0), (5.0, 0.8), (10.0, 0.55), (20.0, 0.3), (100.0, 0.1), (5000.0, 0.0)],
)
def test_the_score_falls_with_the_logarithm_of_the_ratio(ratio: float, score: float) -> None:
    assert interpolate(RATIO_SCORES, ratio, scale=math.log) == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(("slope", "score"), [(-1.0, 1.0), (0.3, 1.0), (0.4, 0.65), (0.5, 0.3), (1.0, 0.2)])
def test_the_score_falls_to_a_third_within_a_class_of_growth(slope: float, score: float) -> None:
    assert interpolate(SLOPE_SCORES, slope) == pytest.approx(score)


def test_a_constant_factor_has_no_slope() -> None:
    measured = points(0.75, 1.5, 3.0, 6.0, reference_ms=2.0)
    assert slope_of(measured) == pytest.approx(0.0)
    # ratio 3 at the largest size: 1 - 0.2 * ln(3/2) / ln(5/2)
    assert score_points(measured) == pytest.approx(1 - 0.2 * math.log(1.5) / math.log(2.5))


def test_a_quadratic_program_has_slope_one_and_at_most_a_fifth() -> None:
    measured = points(0.5, 2.0, 8.0, 32.0, reference_ms=8.0)
    assert slope_of(measured) == pytest.approx(1.0)
    assert measured[-1].ratio == pytest.approx(4.0)
    assert score_points(measured) == pytest.approx(0.2)


def test_a_logarithmic_factor_is_forgiven() -> None:
    linear = [8.0 * n / SIZES[-1] for n in SIZES]
    measured = points(*(2 * ms * math.log2(n) / math.log2(1000) for ms, n in zip(linear, SIZES, strict=True)),
                      reference_ms=8.0)  # fmt: skip
    assert slope_of(measured) < 0.2
    assert score_points(measured) > 0.9


def test_differences_below_half_an_empty_call_do_not_count() -> None:
    tiny = points(0.01, 0.02, 0.05, 0.9, reference_ms=0.001)
    assert tiny[-1].ratio == 1.0
    assert score_points(tiny) == 1.0
    assert points(0.0, 0.0, 0.0, -0.5)[-1].ratio == pytest.approx(0.5)  # 1 ms of floor to 2 ms of work


def test_sizes_lost_in_noise_say_nothing_about_a_slope() -> None:
    assert slope_of(points(0.0, 0.0, 0.0, 9.0)) == 0.0
    assert slope_of(points(0.0, 0.0, 3.0, 12.0, reference_ms=4.0)) == pytest.approx(1.0)


def test_the_least_of_two_measurements_counts() -> None:
    first, second = Point(10, 0.001, 0.004, 0.009), Point(11, 0.002, 0.003, 0.012)
    assert first.least(second) == Point(10, 0.001, 0.003, 0.009)
