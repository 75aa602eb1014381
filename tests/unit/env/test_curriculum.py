"""Counters that merge in any order, and draws that seek tasks near one half."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from builders.episodes import make_task
from hypothesis import given
from hypothesis import strategies as st

from codearena_ray.env.curriculum import CLOSED_SHARE, Curriculum, Tallies, gain_of, level_of


def fill(curriculum, task, *, episodes, solved, best=1.0, baseline=0.5):
    for i in range(episodes):
        won = i < solved
        curriculum.record(task, best=best if won else baseline, baseline=baseline, solved=won)


@pytest.mark.parametrize(
    ("best", "baseline", "gain"),
    [(1.0, 0.5, 1.0), (0.75, 0.5, 0.5), (0.5, 0.5, 0.0), (0.4, 0.5, 0.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)],
)
def test_gain_is_the_share_of_what_there_was_to_win(best, baseline, gain):
    assert gain_of(best, baseline) == pytest.approx(gain)


def test_a_task_that_starts_high_is_not_an_easy_one():
    curriculum = Curriculum()
    high, low = make_task(id="high"), make_task(id="low")
    for _ in range(20):
        curriculum.record(high, best=0.9, baseline=0.9, solved=False)
        curriculum.record(low, best=0.9, baseline=0.0, solved=False)
    snapshot = curriculum.snapshot()
    assert snapshot.tasks["high"].mean_score == pytest.approx(snapshot.tasks["low"].mean_score)
    assert snapshot.estimate(low) > snapshot.estimate(high) + 0.3


def test_tasks_near_one_half_are_drawn_most():
    curriculum = Curriculum()
    never, half, always = (make_task(id=name) for name in ("never", "half", "always"))
    for task, solved in ((never, 0), (half, 20), (always, 40)):
        fill(curriculum, task, episodes=40, solved=solved)
    drawn = Counter(
        task.id
        for task in curriculum.snapshot().draw((never, half, always), rng=random.Random(1), count=3000)
    )
    assert drawn["half"] > 2 * drawn["never"]
    assert drawn["half"] > 2 * drawn["always"]
    assert min(drawn.values()) > 0


def test_a_level_opens_when_the_one_below_is_mastered_by_half():
    curriculum = Curriculum()
    first, second = make_task(id="a", difficulty=1), make_task(id="b", difficulty=2)
    assert curriculum.snapshot().weight(second) == CLOSED_SHARE
    fill(curriculum, first, episodes=40, solved=10)
    assert curriculum.snapshot().level == 1
    fill(curriculum, first, episodes=60, solved=60)
    assert curriculum.snapshot().level == 2
    assert curriculum.snapshot().weight(second) > 0.9


def test_a_snapshot_stays_as_it_is():
    curriculum, task = Curriculum(), make_task()
    fill(curriculum, task, episodes=10, solved=5)
    snapshot = curriculum.snapshot()
    before = snapshot.estimate(task)
    fill(curriculum, task, episodes=100, solved=100)
    assert snapshot.estimate(task) == before


def test_the_same_seed_draws_the_same_tasks():
    tasks = [make_task(id=str(i)) for i in range(50)]
    snapshot = Curriculum().snapshot()

    def draw(seed):
        return [task.id for task in snapshot.draw(tasks, rng=random.Random(seed), count=20)]

    assert draw(5) == draw(5)
    assert draw(5) != draw(6)


def test_a_draw_from_nothing_is_refused():
    with pytest.raises(ValueError, match="no tasks"):
        Curriculum().snapshot().draw((), rng=random.Random(1))


def test_what_is_taken_is_new_and_taken_once():
    curriculum, task = Curriculum(), make_task()
    fill(curriculum, task, episodes=3, solved=1)
    other = Curriculum()
    other.merge([curriculum.take(), curriculum.take()])
    assert other.counters().tasks[task.id].episodes == 3
    assert other.take().tasks == {}
    assert curriculum.counters().tasks[task.id].episodes == 3


def test_counters_survive_a_checkpoint():
    curriculum, task = Curriculum(), make_task()
    fill(curriculum, task, episodes=5, solved=2)
    assert Curriculum(curriculum.counters()).counters() == curriculum.counters()


def test_a_difficulty_outside_the_levels_lands_in_the_nearest():
    assert [level_of(make_task(difficulty=d)) for d in (0, 1, 5, 9)] == [1, 1, 5, 5]


_EPISODES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.booleans(), st.integers(0, 4)), max_size=20
)


@given(_EPISODES, st.randoms(use_true_random=False))
def test_merging_in_any_order_and_partition_counts_the_same(episodes, shuffler):
    def tallies(part):
        curriculum = Curriculum()
        for name, difficulty, solved, quarters in part:
            task = make_task(id=name, difficulty=difficulty)
            curriculum.record(task, best=quarters / 4, baseline=0.0, solved=solved)
        return curriculum.take()

    whole = tallies(episodes)
    shuffled = list(episodes)
    shuffler.shuffle(shuffled)
    parts = [tallies([one]) for one in shuffled]
    merged = Tallies()
    for part in parts:
        merged.merge(part)
    assert merged == whole
