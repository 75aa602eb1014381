"""The loss against numbers worked out by hand."""

import math

import pytest
import torch

from codearena_ray.algorithms.loss import merge_stats, policy_loss

RANGES = {"clip_low": 0.2, "clip_high": 0.28, "dual_clip": 3.0, "importance_cap": 2.0}


def loss_of(current, proximal, behaviour, advantage, weight=1.0):
    one = [torch.tensor([float(v)]) for v in (current, proximal, behaviour, advantage, weight, 0.0)]
    one[0].requires_grad_()
    loss, stats = policy_loss(*one, **RANGES)
    loss.backward()
    return float(loss), float(one[0].grad), stats


@pytest.mark.parametrize(
    ("ratio", "advantage", "expected", "slope"),
    [
        (1.0, 2.0, -2.0, -2.0),
        (1.5, 2.0, -2.56, 0.0),  # clipped above at 1.28
        (0.5, 2.0, -1.0, -1.0),  # a small ratio is not clipped for a good action
        (0.5, -2.0, 1.6, 0.0),  # clipped below at 0.8
        (2.0, -2.0, 4.0, 4.0),  # a large ratio is not clipped for a bad action …
        (5.0, -2.0, 6.0, 0.0),  # … but bounded at three times |A|
    ],
)
def test_clipping_and_dual_clipping(ratio, advantage, expected, slope):
    loss, grad, _ = loss_of(math.log(ratio), 0.0, 0.0, advantage)
    assert loss == pytest.approx(expected, rel=1e-5)
    assert grad == pytest.approx(slope, rel=1e-5)


def test_the_proximal_policy_is_weighted_against_the_one_that_sampled_and_the_weight_is_capped():
    assert loss_of(0.0, 0.0, -math.log(1.5), 1.0)[0] == pytest.approx(-1.5, rel=1e-5)
    assert loss_of(0.0, 0.0, -math.log(9.0), 1.0)[0] == pytest.approx(-2.0, rel=1e-5)


def test_statistics_of_micro_batches_add_up():
    stats = [loss_of(math.log(r), math.log(r), 0.0, 1.0)[2] for r in (1.0, 1.1)]
    merged = merge_stats(stats)
    assert float(merged.tokens) == 2
    assert float(merged.ratio) == pytest.approx(2.1)
    assert float(merged.max_abs_ratio_error) == pytest.approx(0.1, rel=1e-5)
