"""Credit against numbers worked out by hand, and the properties that make it a baseline."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codearena_ray.algorithms.advantage import TurnCredit, group_advantages, returns_to_go


def turn(
    episode: str, number: int, reward: float, best_before: float = 0.0, role: str = "fixer"
) -> TurnCredit:
    return TurnCredit(episode, role, number, reward, best_before)


def test_returns_to_go_sum_a_roles_own_rewards_from_each_turn_on():
    togo = returns_to_go([turn("a", 1, 0.2), turn("a", 2, 0.5), turn("a", 1, 9.0, role="reviewer")])
    assert togo["a", "fixer", 1] == pytest.approx(0.7)
    assert togo["a", "fixer", 2] == pytest.approx(0.5)
    assert togo["a", "reviewer", 1] == pytest.approx(9.0)


def test_headroom_at_turn_one_with_equal_baselines_is_the_group_mean():
    result = group_advantages(
        [turn("a", 1, 1.0, 0.4), turn("b", 1, 0.0, 0.4)], credit="headroom", solved=frozenset({"a"})
    )
    assert result.advantages["a", "fixer", 1] == pytest.approx(0.5)
    assert result.advantages["b", "fixer", 1] == pytest.approx(-0.5)


def test_headroom_at_a_later_turn_shares_the_expected_gain_by_what_was_left_to_win():
    # returns 0.3 and 0.1, headrooms 0.5 and 0.1: gain per headroom = 0.4/0.6 = 2/3
    turns = [turn("a", 1, 0.1, 0.4), turn("b", 1, 0.5, 0.4), turn("a", 2, 0.3, 0.5), turn("b", 2, 0.1, 0.9)]
    result = group_advantages(turns, credit="headroom", solved=frozenset())
    assert result.advantages["a", "fixer", 2] == pytest.approx(0.3 - 0.5 * 2 / 3)
    assert result.advantages["b", "fixer", 2] == pytest.approx(0.1 - 0.1 * 2 / 3)


def test_episode_credit_gives_every_turn_the_return_of_its_episode():
    turns = [turn("a", 1, 0.2), turn("a", 2, 0.6), turn("b", 1, 0.0), turn("b", 2, 0.0)]
    result = group_advantages(turns, credit="episode", solved=frozenset())
    assert result.advantages["a", "fixer", 1] == result.advantages["a", "fixer", 2] == pytest.approx(0.4)


@pytest.mark.parametrize(("solved", "expected"), [(frozenset({"a", "b"}), (1, 0)), (frozenset(), (0, 1))])
def test_a_cohort_without_a_signal_is_dropped_and_counted_by_why(solved, expected):
    result = group_advantages([turn("a", 1, 0.5), turn("b", 1, 0.5)], credit="headroom", solved=solved)
    assert not result.advantages
    assert (result.all_solved, result.all_failed) == expected


def test_a_lone_survivor_of_later_turns_is_not_trained_on():
    turns = [turn("a", 1, 1.0), turn("b", 1, 0.0), turn("b", 2, 0.7)]
    result = group_advantages(turns, credit="headroom", solved=frozenset({"a"}))
    assert ("b", "fixer", 2) not in result.advantages


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 0.99)), min_size=2, max_size=8),
    st.sampled_from(["headroom", "turn", "episode"]),
)
def test_advantages_of_a_cohort_sum_to_zero(values, credit):
    turns = [turn(str(i), 1, r, b) for i, (r, b) in enumerate(values)]
    result = group_advantages(turns, credit=credit, solved=frozenset())
    assert math.fsum(result.advantages.values()) == pytest.approx(0.0, abs=1e-9)
