"""A real engine holds exactly the trainer's weights, whatever happens to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
import pytest

from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import EngineEvent, SamplingSpec
from codearena_ray.errors import DeadlineError, SyncError
from tests.builders.trainers import Trainer
from tests.integration.conftest import small_pool

pytestmark = pytest.mark.timeout(900)

PROMPT = list(range(100, 140))
SPEC = SamplingSpec(max_tokens=24, seed=5, stop_token_ids=())
TOLERANCE = 2e-4


@pytest.fixture(scope="module")
def base(tiny_random_model: Callable[[bool], Path]) -> Trainer:
    return Trainer(tiny_random_model(True))


@pytest.fixture(scope="module")
def trainer(tiny_random_model: Callable[[bool], Path]) -> Trainer:
    return Trainer(tiny_random_model(True))


def assert_serves(pool: EnginePool, trainer: Trainer, *, not_these: Trainer | None = None) -> None:
    """What the pool samples now has the trainer's log-probabilities and not the other's."""
    for completion in pool.generate(PROMPT, n=4, sampling=SPEC, min_version=pool.version):
        assert trainer.error(PROMPT, completion) <= TOLERANCE
        assert completion.oldest_version == pool.version
        if not_these is not None:
            assert not_these.error(PROMPT, completion) > 0.05


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def shared_memory(pids: Iterable[int]) -> set[int]:
    """Inodes in /dev/shm that processes have mapped."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    return {int(line.split()[4]) for line in lines if "/dev/shm/" in line}


def shared_memory_names() -> set[int]:
    """Inodes that still have a name in /dev/shm."""
    return {entry.inode() for entry in os.scandir("/dev/shm")}


def wait_until(condition: Callable[[], bool], *, limit_s: float) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def test_a_pushed_version_is_what_the_engine_computes_with(
    engine_pool: EnginePool, trainer: Trainer, base: Trainer
) -> None:
    trainer.step(1)
    report = trainer.push(engine_pool)
    assert report.parity <= TOLERANCE
    assert not report.failed
    assert_serves(engine_pool, trainer, not_these=base)
    assert [path.name.split("-")[1] for path in engine_pool.node.weights.iterdir()] == [
        f"{report.version:06d}"
    ]


def test_a_version_that_nobody_pushed_is_not_served(engine_pool: EnginePool, trainer: Trainer) -> None:
    with pytest.raises(DeadlineError, match="verified weights"):
        engine_pool.generate(PROMPT, sampling=SPEC, min_version=engine_pool.version + 1, deadline_s=1)
    assert_serves(engine_pool, trainer)


def test_twenty_syncs_of_the_same_weights_change_no_log_probability(
    engine_pool: EnginePool, trainer: Trainer
) -> None:
    def tokens_and_logprobs() -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
        found = engine_pool.generate(PROMPT, n=2, sampling=SPEC, min_version=engine_pool.version)
        return [(one.token_ids, one.logprobs) for one in found]

    trainer.push(engine_pool)
    before = tokens_and_logprobs()
    parities = {trainer.push(engine_pool).parity for _ in range(20)}
    assert len(parities) == 1
    assert parities.pop() <= TOLERANCE
    assert tokens_and_logprobs() == before
    assert_serves(engine_pool, trainer)


def test_samples_in_flight_go_on_under_new_weights_and_say_where(
    engine_pool: EnginePool, trainer: Trainer
) -> None:
    old = engine_pool.version
    spec = SamplingSpec(max_tokens=400, stop_token_ids=())

    async def ask() -> list[tuple[int, int, int]]:
        found = await engine_pool.client().generate(PROMPT, n=2, sampling=spec, min_version=old)
        assert all(len(one.token_ids) == len(one.logprobs) == 400 for one in found)
        return [[(s.version, s.start, s.end) for s in one.weight_spans] for one in found]  # type: ignore[misc]

    async def both() -> list[tuple[int, int, int]]:
        request = asyncio.ensure_future(ask())
        await asyncio.sleep(0.5)
        await asyncio.to_thread(trainer.push, engine_pool)
        return await request

    trainer.step(2)
    for spans in asyncio.run(both()):
        assert [version for version, _, _ in spans] == [old, old + 1]
        assert spans[0][1] == 0
        assert spans[0][2] == spans[1][1]
        assert spans[1][2] == 400
    assert_serves(engine_pool, trainer)


def test_a_prompt_that_is_too_long_is_refused_and_the_engine_serves_on(
    engine_pool: EnginePool, trainer: Trainer
) -> None:
    with pytest.raises(ValueError, match="1024"):
        engine_pool.generate([1] * 2000, sampling=SPEC)
    assert_serves(engine_pool, trainer)


def test_many_seeded_requests_at_once_repeat_exactly_and_prompts_longer_than_one_step_are_fine(
    engine_pool: EnginePool,
) -> None:
    async def ask(seed: int) -> tuple[tuple[int, ...], ...]:
        prompt = [(seed * 31 + i) % 2048 for i in range(500)]
        spec = SamplingSpec(max_tokens=8, seed=seed, stop_token_ids=())
        return tuple(one.token_ids for one in await engine_pool.client().generate(prompt, n=3, sampling=spec))

    async def all_of_them() -> list[tuple[tuple[int, ...], ...]]:
        return await asyncio.gather(*(ask(seed) for seed in range(8)))

    first = asyncio.run(all_of_them())
    assert asyncio.run(all_of_them()) == first
    assert len(set(first)) == 8


def test_after_kill_9_of_the_engine_core_the_current_weights_come_back_and_not_the_base(
    engine_pool: EnginePool, trainer: Trainer, base: Trainer
) -> None:
    trainer.step(3)
    trainer.push(engine_pool)
    restarts, (health,) = engine_pool.restarts, engine_pool.health()
    os.kill(health.child_pids[0], signal.SIGKILL)
    assert_serves(engine_pool, trainer, not_these=base)
    assert engine_pool.restarts == restarts + 1
    assert engine_pool.health()[0].engine_id != health.engine_id
    wait_until(lambda: not any(map(is_running, (health.pid, *health.child_pids))), limit_s=20)


def test_a_truncated_weight_file_quarantines_and_the_engine_comes_back_with_the_current_weights(
    engine_pool: EnginePool, trainer: Trainer, tiny_random_model: Callable[[bool], Path]
) -> None:
    current = engine_pool.version
    file = trainer.write(engine_pool, current + 1)
    os.truncate(file.path, file.num_bytes // 2)
    with pytest.raises(SyncError, match="checksum"):
        engine_pool.sync(file, trainer.probe())
    assert engine_pool.version == current
    assert_serves(engine_pool, trainer)
    assert not Path(file.path).exists()


def test_an_untied_model_survives_kill_9_of_its_actor_and_a_closed_pool_leaves_nothing(
    ray_session: None, tiny_random_model: Callable[[bool], Path]
) -> None:
    base, trainer = Trainer(tiny_random_model(False)), Trainer(tiny_random_model(False))
    events: list[EngineEvent] = []
    pool = small_pool(tiny_random_model(False), on_event=events.append)
    try:
        (health,) = pool.start()
        trainer.step(4)
        trainer.push(pool)
        assert_serves(pool, trainer, not_these=base)
        pids = [health.pid, *health.child_pids]
        assert len(pids) >= 3
        assert all(map(is_running, pids))
        os.kill(health.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, pids)), limit_s=20)
        assert_serves(pool, trainer, not_these=base)
        second = [pool.health()[0].pid, *pool.health()[0].child_pids]
        pids += second
        mapped = shared_memory(second)
        assert mapped & shared_memory_names()
    finally:
        pool.close()
    assert not any(map(is_running, pids))
    assert [event.kind for event in events] == ["engine_started", "engine_lost", "engine_restarted"]
    assert not pool.node.path.exists()
    assert not mapped & shared_memory_names()


def test_an_engine_that_is_given_up_while_it_starts_leaves_no_process_and_no_memory(
    ray_session: None, tiny_random_model: Callable[[bool], Path]
) -> None:
    mapped: set[int] = set()
    pids: set[int] = set()
    over = threading.Event()

    def below() -> set[int]:
        return {process.pid for process in psutil.Process().children(recursive=True)}

    def watch() -> None:
        while not over.wait(0.1):
            found = below() - others
            pids.update(found)
            with contextlib.suppress(OSError):
                mapped.update(shared_memory(found))

    others, before = below(), shared_memory_names()
    watcher = threading.Thread(target=watch)
    watcher.start()
    pool = small_pool(tiny_random_model(True), start_s=15)
    try:
        with pytest.raises(DeadlineError, match="to start"):
            pool.start()
    finally:
        over.set()
        watcher.join()
    left = [psutil.Process(pid).name() for pid in pids if is_running(pid)]
    assert [name for name in left if "ray::" not in name or "Engine" in name] == []
    assert not pool.node.path.exists()
    assert not (mapped - before) & shared_memory_names()
