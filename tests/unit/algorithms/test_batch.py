"""Packing: what shares a prompt is computed once, and nothing about the result depends on how rows are
packed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codearena_ray.algorithms.batch import Sample, build_shards, pack_prompts, role_token_counts

ids = st.lists(st.integers(1, 50), min_size=1, max_size=6).map(tuple)


def sample(prompt=(1, 2, 3), completion=(7, 8), advantage=0.5, role="fixer") -> Sample:
    return Sample(
        tuple(prompt),
        tuple(completion),
        tuple(-0.1 * (i + 1) for i in range(len(completion))),
        advantage,
        role,
    )


def test_completions_of_one_prompt_follow_a_single_copy_of_it():
    (arrays,) = build_shards(
        [sample(completion=(7, 8)), sample(completion=(9,))], num_shards=1, max_tokens=64
    )
    assert arrays["input_ids"].tolist() == [[1, 2, 3, 7, 8, 9]]
    assert arrays["positions"].tolist() == [[0, 1, 2, 3, 4, 3]]
    assert arrays["segments"].tolist() == [[1, 1, 1, 2, 2, 3]]
    assert arrays["predecessor"].tolist() == [[0, 0, 0, 2, 3, 2]]
    assert arrays["loss_mask"].tolist() == [[0, 0, 0, 1, 1, 1]]


def test_token_weights_make_the_mean_over_learners_the_mean_over_a_roles_tokens():
    rows = [sample(prompt=(i,), completion=(1, 2)) for i in range(1, 4)] + [
        sample(prompt=(9,), role="reviewer")
    ]
    shards = build_shards(rows, num_shards=2, max_tokens=4)
    fixer, reviewer = 2 / 6, 2 / 2
    weights = sorted({float(w) for s in shards for w in s["token_weight"][s["loss_mask"] > 0]})
    assert weights == pytest.approx([fixer, reviewer])


@settings(max_examples=60)
@given(st.lists(st.tuples(ids, ids), min_size=1, max_size=20), st.integers(1, 4), st.integers(4, 64))
def test_every_sampled_token_is_trained_exactly_once_in_equally_many_steps(pairs, num_shards, max_tokens):
    rows = [sample(p, c, advantage=i) for i, (p, c) in enumerate(pairs)]
    shards = build_shards(rows, num_shards=num_shards, max_tokens=max_tokens)
    assert sum(float(s["loss_mask"].sum()) for s in shards) == sum(len(c) for _, c in pairs)
    steps = {int(s["micro_batch"].max()) + 1 for s in shards}
    assert len(steps) == 1
    assert all(set(s["micro_batch"].tolist()) == set(range(next(iter(steps)))) for s in shards)
    total = sum(float((s["token_weight"] * s["loss_mask"]).sum()) for s in shards)
    assert total == pytest.approx(num_shards)


@given(st.lists(st.tuples(ids, ids), min_size=1, max_size=20), st.integers(4, 40))
def test_no_packed_sequence_is_longer_than_allowed_unless_one_sample_is(pairs, max_tokens):
    for tree in pack_prompts([sample(p, c) for p, c in pairs], max_tokens=max_tokens):
        assert tree.length <= max_tokens or len(tree.samples) == 1


def test_denominators_count_the_tokens_of_each_role():
    rows = [sample(completion=(1,)), sample(completion=(1, 2)), sample(completion=(1, 2, 3), role="reviewer")]
    assert role_token_counts(rows) == {"fixer": 3, "reviewer": 3}


def test_shards_are_balanced_by_tokens():
    rng = np.random.default_rng(0)
    rows = [sample(prompt=tuple(rng.integers(1, 99, size=rng.integers(2, 30)))) for _ in range(64)]
    shards = build_shards(rows, num_shards=2, max_tokens=128)
    loads = [int(s["lengths"].sum()) for s in shards]
    assert max(loads) / min(loads) < 1.25
