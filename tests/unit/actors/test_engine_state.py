"""An engine serves verified weights or nobody; no Ray, no vLLM."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from codearena_ray.actors.engine import Engine
from codearena_ray.actors.engine_types import BASE_VERSION, EngineState, EngineSync, Probe
from codearena_ray.errors import EngineError, StaleWeightsError, SyncError
from tests.builders.engines import SPEC, TOLERANCE, FakeBackend, probe_of, weight_file


async def started() -> tuple[Engine, FakeBackend]:
    backend = FakeBackend()
    engine = Engine(backend, engine_id="e", parity_tolerance=TOLERANCE)
    await engine.start()
    return engine, backend


async def push(
    engine: Engine, directory: Path, version: int, *, probe: Probe | None = None, lease_s: float = 5.0
) -> EngineSync:
    file = weight_file(directory, version)
    return await engine.sync(
        version, path=file.path, checksum=file.checksum, probe=probe or probe_of(version), lease_s=lease_s
    )


def run(body: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await body()

    asyncio.run(limited())


def test_a_fresh_engine_serves_only_those_who_ask_for_base_weights() -> None:
    async def body() -> None:
        engine, _ = await started()
        assert len(await engine.generate([1], n=3, sampling=SPEC)) == 3
        with pytest.raises(StaleWeightsError, match="asked for 0"):
            await engine.generate([1], sampling=SPEC, min_version=0)

    run(body)


def test_after_a_sync_it_serves_that_version_and_refuses_a_newer_one(tmp_path: Path) -> None:
    async def body() -> None:
        engine, _ = await started()
        result = await push(engine, tmp_path, 4)
        assert (result.version, engine.health().version) == (4, 4)
        assert result.parity < 1e-9
        assert (await engine.generate([1], sampling=SPEC, min_version=4))[0].oldest_version == 4
        with pytest.raises(StaleWeightsError):
            await engine.generate([1], sampling=SPEC, min_version=5)

    run(body)


def test_weights_that_do_not_compute_what_the_trainer_computes_quarantine_the_engine(tmp_path: Path) -> None:
    async def body() -> None:
        engine, _ = await started()
        with pytest.raises(SyncError, match="parity"):
            await push(engine, tmp_path, 2, probe=probe_of(3))
        assert engine.health().state is EngineState.QUARANTINED
        with pytest.raises(EngineError, match="quarantined"):
            await engine.generate([1], sampling=SPEC)
        with pytest.raises(EngineError, match="quarantined"):
            await push(engine, tmp_path, 3)

    run(body)


@pytest.mark.parametrize("step", ["load_weights", "prompt_logprobs"])
def test_an_update_that_fails_after_weights_were_touched_quarantines(tmp_path: Path, step: str) -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.failures[step] = RuntimeError("broken")
        with pytest.raises(SyncError, match="broken"):
            await push(engine, tmp_path, 1)
        assert engine.health().state is EngineState.QUARANTINED

    run(body)


def test_a_pause_that_outlives_its_lease_before_weights_were_touched_resumes(tmp_path: Path) -> None:
    async def body() -> None:
        engine, backend = await started()
        await push(engine, tmp_path, 0)
        backend.gates["pause"] = asyncio.Event()
        with pytest.raises(SyncError, match="lease"):
            await push(engine, tmp_path, 1, lease_s=0.05)
        assert backend.running.is_set()
        assert engine.health().state is EngineState.READY
        assert (await engine.generate([1], sampling=SPEC, min_version=0))[0].oldest_version == 0

    run(body)


def test_a_pause_that_outlives_its_lease_while_weights_change_quarantines(tmp_path: Path) -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.gates["load_weights"] = asyncio.Event()
        with pytest.raises(SyncError, match="lease"):
            await push(engine, tmp_path, 1, lease_s=0.05)
        assert engine.health().state is EngineState.QUARANTINED

    run(body)


def test_a_caller_that_goes_away_in_the_middle_of_an_update_leaves_a_quarantined_engine(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.gates["load_weights"] = asyncio.Event()
        task = asyncio.ensure_future(push(engine, tmp_path, 1))
        while "load_weights" not in backend.calls:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.01)
        assert engine.health().state is EngineState.QUARANTINED

    run(body)


def test_what_was_in_flight_during_an_update_is_held_until_the_weights_are_verified(tmp_path: Path) -> None:
    async def body() -> None:
        engine, backend = await started()
        await push(engine, tmp_path, 0)
        backend.gates["generate"] = asyncio.Event()
        backend.gates["prompt_logprobs"] = asyncio.Event()
        request = asyncio.ensure_future(engine.generate([1], sampling=SPEC, min_version=0))
        update = asyncio.ensure_future(push(engine, tmp_path, 1))
        while "prompt_logprobs" not in backend.calls[5:]:
            await asyncio.sleep(0)
        backend.gates["generate"].set()
        await asyncio.sleep(0.02)
        assert not request.done()
        backend.gates["prompt_logprobs"].set()
        await update
        spans = (await request)[0].weight_spans
        assert [(s.version, s.start, s.end) for s in spans] == [(0, 0, 1), (1, 1, 2)]

    run(body)


def test_what_was_in_flight_is_lost_when_the_weights_turn_out_wrong(tmp_path: Path) -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.gates["generate"] = asyncio.Event()
        request = asyncio.ensure_future(engine.generate([1], sampling=SPEC))
        await asyncio.sleep(0)
        with pytest.raises(SyncError):
            await push(engine, tmp_path, 1, probe=probe_of(9))
        with pytest.raises(EngineError, match="quarantined"):
            await request

    run(body)


def test_a_request_for_the_version_under_way_waits_for_it(tmp_path: Path) -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.gates["load_weights"] = asyncio.Event()
        update = asyncio.ensure_future(push(engine, tmp_path, 1))
        while "load_weights" not in backend.calls:
            await asyncio.sleep(0)
        request = asyncio.ensure_future(engine.generate([1], sampling=SPEC, min_version=1))
        await asyncio.sleep(0.01)
        assert not request.done()
        backend.gates["load_weights"].set()
        await update
        assert (await request)[0].oldest_version == 1

    run(body)


def test_callers_hear_at_once_when_a_process_below_dies() -> None:
    async def body() -> None:
        causes: list[str] = []
        backend = FakeBackend()
        engine = Engine(backend, engine_id="e", parity_tolerance=TOLERANCE, on_dead=causes.append)
        await engine.start()
        backend.gates["generate"] = asyncio.Event()
        request = asyncio.ensure_future(engine.generate([1], sampling=SPEC))
        await asyncio.sleep(0.01)
        backend.on_death("process 1 ended with code -9")
        with pytest.raises(EngineError, match="code -9"):
            await request
        assert causes == ["process 1 ended with code -9"]
        assert "kill" in backend.calls
        assert engine.health().state is EngineState.DEAD

    run(body)


def test_an_impossible_request_is_the_callers_fault_and_harms_nobody() -> None:
    async def body() -> None:
        engine, backend = await started()
        backend.failures["generate"] = ValueError("prompt too long")
        with pytest.raises(ValueError, match="too long"):
            await engine.generate([1] * 9999, sampling=SPEC)
        assert engine.health().state is EngineState.READY
        assert engine.health().num_inflight == 0

    run(body)


def test_an_older_version_is_not_taken_and_harms_nobody(tmp_path: Path) -> None:
    async def body() -> None:
        engine, _ = await started()
        await push(engine, tmp_path, 3)
        with pytest.raises(SyncError, match="not taking 2"):
            await push(engine, tmp_path, 2)
        await push(engine, tmp_path, 3)
        assert engine.health().version == 3

    run(body)


def test_an_engine_that_does_not_start_says_why_and_is_dead() -> None:
    async def body() -> None:
        backend = FakeBackend()
        backend.failures["start"] = RuntimeError("no memory")
        engine = Engine(backend, engine_id="e", parity_tolerance=TOLERANCE)
        with pytest.raises(EngineError, match="no memory"):
            await engine.start()
        assert engine.health().state is EngineState.DEAD

    run(body)


def test_parity_is_infinite_when_a_value_is_missing_or_not_finite() -> None:
    probe = probe_of(0)
    good = list(probe.logprobs[0])
    assert probe.worst([good]) == 0.0
    assert probe.worst([good[:-1]]) == math.inf
    assert probe.worst([[math.nan, *good[1:]]]) == math.inf
    assert probe.worst([[-math.inf, *good[1:]]]) == math.inf
    shifted = [value - 0.01 for value in good]
    assert probe.worst([shifted]) == pytest.approx(math.exp(0.01) - 1)
    assert probe.worst([[-1e9, *good[1:]]]) > 1e100


def test_a_probe_without_positions_is_refused() -> None:
    for ids, values in ((), ()), (((1,),), ((),)), (((1, 2),), ((0.1, 0.2),)):
        with pytest.raises(ValueError, match="probe"):
            Probe(ids, values)


def test_the_oldest_version_of_a_completion_without_spans_is_base(tmp_path: Path) -> None:
    async def body() -> None:
        engine, _ = await started()
        one = (await engine.generate([1], sampling=SPEC))[0]
        assert one.oldest_version == BASE_VERSION

    run(body)
