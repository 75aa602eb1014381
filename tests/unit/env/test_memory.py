"""What is remembered of a task, and what is never told."""

from __future__ import annotations

import itertools

from builders.episodes import FIXED, HALF, WORSE, make_task

from codearena_ray.env.memory import Memory

ENTRIES = ((HALF, 0.65, False), (WORSE, 0.30, False), (FIXED, 1.0, True), (FIXED + "# longer\n", 1.0, True))


def test_the_best_is_kept_and_a_shorter_one_wins_a_tie():
    memory, task = Memory(), make_task()
    assert [memory.record(task, code=c, score=s, solved=v) for c, s, v in ENTRIES] == [
        True,
        False,
        True,
        False,
    ]
    assert memory.snapshot().best(task).code == FIXED


def test_an_agent_is_told_the_best_attempt_and_never_a_solution():
    memory, task = Memory(), make_task()
    memory.record(task, code=FIXED, score=1.0, solved=True)
    assert memory.snapshot().hint(task) == ""
    memory.record(task, code=HALF, score=0.65, solved=False)
    assert HALF in memory.snapshot().hint(task)
    assert memory.snapshot().hint(task, above=0.7) == ""


def test_nothing_crosses_the_split_or_the_content_of_a_task():
    memory = Memory()
    memory.record(make_task(), code=HALF, score=0.65, solved=False)
    snapshot = memory.snapshot()
    for other in (make_task(split="dev"), make_task(content_hash="other"), make_task(id="double-9")):
        assert snapshot.best(other) is None
        assert snapshot.hint(other) == ""


def test_of_the_test_split_nothing_is_kept_or_told():
    memory, task = Memory(), make_task(split="test")
    assert not memory.record(task, code=FIXED, score=1.0, solved=True)
    assert memory.snapshot().best(task) is None


def test_a_snapshot_stays_as_it_is():
    memory, task = Memory(), make_task()
    memory.record(task, code=WORSE, score=0.3, solved=False)
    snapshot = memory.snapshot()
    memory.record(task, code=HALF, score=0.65, solved=False)
    assert snapshot.best(task).code == WORSE


def test_merging_gives_the_same_in_any_order_and_however_often():
    task = make_task()
    parts = []
    for code, score, solved in ENTRIES:
        part = Memory()
        part.record(task, code=code, score=score, solved=solved)
        parts.append(part.snapshot())
    results = []
    for order in itertools.permutations(parts):
        merged = Memory()
        for part in (*order, order[0]):
            merged.merge(part)
        results.append(merged.snapshot())
    assert all(result == results[0] for result in results)
