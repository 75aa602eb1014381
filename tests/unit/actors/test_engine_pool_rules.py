"""The pool keeps engines current and replaces what fails; engines are fakes, there is no Ray."""

from __future__ import annotations

import asyncio
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codearena_ray.actors import engine_client, engine_supervisor
from codearena_ray.actors.engine import Engine
from codearena_ray.actors.engine_actor import EngineActor
from codearena_ray.actors.engine_client import EngineClient
from codearena_ray.actors.engine_directory import EngineDirectory, EngineTable, ServingEngine
from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import EngineEvent, SamplingSpec
from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.config import DeadlinesConfig, EngineConfig
from codearena_ray.errors import DeadlineError, EngineError, SyncError
from tests.builders.engines import SPEC, FakeBackend, FakeCluster, probe_of, weight_file

DEADLINES = DeadlinesConfig(engine_start_s=5, generate_s=5, sync_s=5, stop_s=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_supervisor, "_ROUND_S", 0.02)
    monkeypatch.setattr(engine_supervisor, "_RESTART_PAUSE_S", 0.01)


class Made:
    """A pool, what it is made of, and what it reported."""

    def __init__(self, tmp_path: Path, *, num_engines: int = 1, max_restarts: int = 3) -> None:
        self.events: list[EngineEvent] = []
        self.cluster = FakeCluster()
        self.node = NodeDirectory("t", root=tmp_path)
        self.pool = EnginePool(
            module="m",
            model_path="unused",
            config=EngineConfig(num_engines=num_engines),
            deadlines=DEADLINES,
            max_model_len=64,
            cluster=self.cluster,
            node=self.node,
            max_restarts=max_restarts,
            on_event=self.events.append,
        )

    def backend(self, index: int = -1) -> FakeBackend:
        return self.cluster.handles[index].backend

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def files(self) -> list[str]:
        return [path.name for path in self.node.weights.iterdir()]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Made]]:
    made: list[Made] = []

    def build(**options: int) -> Made:
        made.append(Made(tmp_path, **options))
        made[-1].pool.start()
        return made[-1]

    yield build
    for one in made:
        one.pool.close()
        one.node.close()


def until(condition: Callable[[], bool], *, limit_s: float = 5.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_a_version_becomes_current_on_all_engines_and_the_file_before_it_goes(
    make: Callable[..., Made],
) -> None:
    made = make(num_engines=2)
    for version in (0, 1):
        report = made.pool.sync(weight_file(made.node.weights, version), probe_of(version))
        assert {one.engine_id for one in report.engines} == {"m-0.0", "m-1.0"}
    assert made.pool.version == 1
    assert [name[:8] for name in made.files()] == ["m-000001"]
    assert made.pool.generate([1], sampling=SPEC, min_version=1)[0].oldest_version == 1


def test_a_lost_engine_is_replaced_and_serves_the_current_weights_not_the_base(
    make: Callable[..., Made],
) -> None:
    made = make()
    made.pool.sync(weight_file(made.node.weights, 5), probe_of(5))
    made.backend().on_death("process 9 ended with code -9")
    answer = made.pool.generate([1], sampling=SPEC, min_version=5)[0]
    assert (answer.engine_id, answer.oldest_version) == ("m-0.1", 5)
    until(lambda: "engine_restarted" in made.kinds())
    lost = next(event for event in made.events if event.kind == "engine_lost")
    assert "code -9" in lost.cause
    assert lost.actor == "m-0.0"
    assert made.pool.restarts == 1


def test_a_bad_file_is_refused_and_the_last_version_comes_back(make: Callable[..., Made]) -> None:
    made = make()
    made.pool.sync(weight_file(made.node.weights, 0), probe_of(0))
    bad = weight_file(made.node.weights, 1)
    Path(bad.path).write_bytes(b"cut")
    with pytest.raises(SyncError, match="checksum"):
        made.pool.sync(bad, probe_of(1))
    assert made.pool.version == 0
    answer = made.pool.generate([1], sampling=SPEC, min_version=0)[0]
    assert (answer.engine_id, answer.oldest_version) == ("m-0.1", 0)
    assert [name[:8] for name in made.files()] == ["m-000000"]
    made.pool.sync(weight_file(made.node.weights, 2), probe_of(2))
    assert made.pool.generate([1], sampling=SPEC, min_version=2)[0].oldest_version == 2
    assert made.pool.restarts == 1


def test_one_engine_that_fails_an_update_does_not_stop_the_others(make: Callable[..., Made]) -> None:
    made = make(num_engines=2)
    made.backend(0).computes = 77
    report = made.pool.sync(weight_file(made.node.weights, 1), probe_of(1))
    assert [one.engine_id for one in report.engines] == ["m-1.0"]
    assert "parity" in report.failed["m-0.0"]
    until(lambda: "engine_restarted" in made.kinds())
    assert made.cluster.handles[-1].backend.version == 1


def test_an_engine_that_dies_under_an_update_is_replaced_and_the_update_is_tried_again(
    make: Callable[..., Made],
) -> None:
    made = make()
    backend = made.backend()
    backend.gates["load_weights"] = asyncio.Event()
    threading.Thread(
        target=lambda: (
            until(lambda: "load_weights" in backend.calls),
            made.cluster.handles[0].kill(),
            made.pool._loop.call_soon_threadsafe(backend.on_death, "killed"),
        )
    ).start()
    report = made.pool.sync(weight_file(made.node.weights, 3), probe_of(3))
    assert [one.engine_id for one in report.engines] == ["m-0.1"]
    assert made.pool.version == 3


def test_engines_of_other_nodes_get_the_bytes_of_the_file(make: Callable[..., Made]) -> None:
    made = make(num_engines=3)
    made.cluster.handles[1].sees = made.cluster.handles[2].sees = False
    file = weight_file(made.node.weights, 1)
    content = Path(file.path).read_bytes()
    made.pool.sync(file, probe_of(1))
    assert [handle.received for handle in made.cluster.handles] == [[], [content], [content]]


def test_an_actor_stores_bytes_on_its_node_only_while_it_loads_them(tmp_path: Path) -> None:
    async def body() -> None:
        file = weight_file(tmp_path, 1)
        data = Path(file.path).read_bytes()
        Path(file.path).unlink()
        options = EngineOptions(
            engine_id="m-0.0", model_path="unused", config=EngineConfig(), max_model_len=8, node_directory="n"
        )
        actor = EngineActor(options)
        with pytest.raises(EngineError, match="not started"):
            await actor.health()
        actor._node = NodeDirectory("n", root=tmp_path)
        actor._engine = Engine(FakeBackend(), engine_id="m-0.0", parity_tolerance=1e-4)
        await actor._engine.start()
        done = await actor.sync(file, data=data, probe=probe_of(1), mode="keep", lease_s=5)
        assert done.version == 1
        assert list(actor._node.weights.iterdir()) == []
        await actor.close()

    asyncio.run(body())


def test_past_the_restart_limit_everybody_is_told(make: Callable[..., Made]) -> None:
    made = make(max_restarts=2)
    made.cluster.prepare = lambda backend: backend.failures.update(start=RuntimeError("no memory"))
    made.backend().on_death("gone")
    with pytest.raises(EngineError, match=r"2 restarts.*no memory"):
        made.pool.generate([1], sampling=SPEC)
    assert made.kinds().count("engines_given_up") == 1
    assert "no memory" in made.pool.given_up
    with pytest.raises(EngineError, match="no engines"):
        made.pool.sync(weight_file(made.node.weights, 1), probe_of(1))


def test_an_engine_whose_trained_rows_disagree_can_be_quarantined_by_name(make: Callable[..., Made]) -> None:
    made = make()
    made.pool.quarantine("m-0.0", cause="rows disagree")
    until(lambda: "engine_restarted" in made.kinds())
    made.pool.quarantine("m-0.0", cause="said again, too late")
    assert made.pool.generate([1], sampling=SPEC)[0].engine_id == "m-0.1"
    assert made.pool.restarts == 1


def test_a_request_for_weights_that_never_come_ends_at_its_deadline_and_names_them(
    make: Callable[..., Made],
) -> None:
    made = make()
    with pytest.raises(DeadlineError, match="version 8"):
        made.pool.generate([1], sampling=SPEC, min_version=8, deadline_s=0.1)


def test_a_request_that_hangs_ends_at_its_deadline(make: Callable[..., Made]) -> None:
    made = make()
    made.backend().gates["generate"] = asyncio.Event()
    with pytest.raises(DeadlineError, match=r"engine m-0\.0 to generate"):
        made.pool.generate([1], sampling=SPEC, deadline_s=0.1)
    until(lambda: made.cluster.handles[0].engine.health().num_inflight == 0)


def test_an_older_version_than_the_current_one_is_refused(make: Callable[..., Made]) -> None:
    made = make()
    made.pool.sync(weight_file(made.node.weights, 2), probe_of(2))
    with pytest.raises(SyncError, match="older"):
        made.pool.sync(weight_file(made.node.weights, 1), probe_of(1))
    assert made.pool.restarts == 0


def test_closing_leaves_no_file_and_closing_twice_is_fine(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.pool.start()
    made.pool.sync(weight_file(made.node.weights, 1), probe_of(1))
    made.pool.close()
    made.pool.close()
    assert made.files() == []
    assert "close" in made.backend().calls
    made.node.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EngineError, match="not running"):
        made.pool.client()


def test_engines_that_do_not_start_are_an_error_that_says_why(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.cluster.prepare = lambda backend: backend.failures.update(start=RuntimeError("no compiler"))
    with pytest.raises(EngineError, match="no compiler"):
        made.pool.start()
    made.node.close()


class Answers:
    """A handle that counts its requests and answers as told."""

    def __init__(self, *, error: Exception | None = None, hold: asyncio.Event | None = None) -> None:
        self.error, self.hold, self.count = error, hold, 0

    async def call(self, method: str, *args: object, **kwargs: object) -> list[str]:
        self.count += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        return [method]

    def kill(self) -> None:
        """Nothing to end."""


def test_a_client_spreads_requests_over_engines_and_avoids_one_that_failed() -> None:
    async def body() -> None:
        directory = EngineDirectory()
        good, other, bad = Answers(), Answers(), Answers(error=EngineError("gone"))
        engines = tuple(ServingEngine(str(i), 1, handle) for i, handle in enumerate((good, other, bad)))
        await directory.publish(EngineTable(1, engines))
        client = EngineClient(directory, module="m", generate_s=5)
        results = await asyncio.gather(
            *(client.generate([1], sampling=SPEC, min_version=1) for _ in range(30))
        )
        assert len(results) == 30
        assert bad.count <= 10
        assert client.num_retries == bad.count
        assert abs(good.count - other.count) <= 12
        before = bad.count
        await client.generate([1], sampling=SPEC)
        assert bad.count == before

    asyncio.run(body())


def test_a_client_gives_up_after_a_few_engines_failed_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "_SHUN_S", 0.0)

    async def body() -> None:
        directory = EngineDirectory()
        bad = Answers(error=EngineError("gone"))
        await directory.publish(EngineTable(1, (ServingEngine("a", 1, bad),)))
        with pytest.raises(EngineError, match="gone"):
            await EngineClient(directory, module="m", generate_s=5).generate([1], sampling=SPEC)
        assert bad.count == 4

    asyncio.run(body())


def test_a_client_works_from_one_event_loop_after_another_and_survives_pickling() -> None:
    directory = EngineDirectory()
    asyncio.run(directory.publish(EngineTable(1, (ServingEngine("a", 1, Answers()),))))
    client = EngineClient(directory, module="m", generate_s=1)
    for _ in range(2):
        assert asyncio.run(client.generate([1], sampling=SPEC)) == ["generate"]
    copy = pickle.loads(pickle.dumps(EngineClient("directory", module="m", generate_s=1)))  # type: ignore[arg-type]
    assert copy._module == "m"


def test_the_directory_answers_when_the_table_changes_and_not_before() -> None:
    async def body() -> None:
        directory = EngineDirectory()
        assert await directory.wait(-1, timeout_s=0.01) is None
        waiting = asyncio.ensure_future(directory.wait(-1, timeout_s=5))
        await asyncio.sleep(0)
        await directory.publish(EngineTable(2, ()))
        assert (await waiting) == EngineTable(2, ())
        await directory.publish(EngineTable(1, (), "an older table"))
        assert await directory.wait(2, timeout_s=0.01) is None

    asyncio.run(body())


def test_a_sampling_spec_must_name_its_stop_tokens() -> None:
    with pytest.raises(TypeError, match="stop_token_ids"):
        SamplingSpec(max_tokens=3)  # type: ignore[call-arg]
