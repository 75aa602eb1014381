"""Engines without vLLM, a backend that "computes" from a version number, and a cluster without Ray."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codearena_ray.actors.engine import Engine
from codearena_ray.actors.engine_directory import EngineDirectory
from codearena_ray.actors.engine_types import BASE_VERSION, Completion, Probe, SamplingSpec, WeightSpan
from codearena_ray.actors.vllm_settings import EngineOptions
from codearena_ray.actors.weight_file import WeightFile, verify_weight_file
from codearena_ray.errors import EngineError

SPEC = SamplingSpec(max_tokens=4, stop_token_ids=(0,))
TOLERANCE = 2e-4


def fake_logprobs(version: int, token_ids: Sequence[int]) -> list[float]:
    """What weights of a version say about a sequence."""
    return [-1.0 - 0.1 * version - 0.001 * token for token in token_ids[1:]]


def probe_of(version: int) -> Probe:
    """What a trainer with the same weights says."""
    ids = (3, 1, 4, 1, 5)
    return Probe((ids,), (tuple(fake_logprobs(version, ids)),))


def weight_file(directory: Path, version: int, *, content: bytes | None = None) -> WeightFile:
    """Write a file that fake engines take for weights of a version."""
    import hashlib

    data = b"weights %d" % version if content is None else content
    checksum = hashlib.sha256(data).hexdigest()
    path = directory / f"m-{version:06d}-{checksum}.safetensors"
    path.write_bytes(data)
    return WeightFile("m", version, checksum, str(path), len(data))


class FakeBackend:
    """Holds a version instead of weights. Every step can be made to hang or fail."""

    def __init__(self, engine_id: str = "e") -> None:
        self.engine_id = engine_id
        self.version = BASE_VERSION
        self.computes = None
        """If set, the version that it computes with, whatever it says."""
        self.dead = False
        self.child_pids = (0,)
        self.running = asyncio.Event()
        self.running.set()
        self.gates: dict[str, asyncio.Event] = {}
        self.failures: dict[str, Exception] = {}
        self.calls: list[str] = []
        self.on_death: Callable[[str], None] = lambda _: None

    async def _step(self, name: str) -> None:
        self.calls.append(name)
        if name in self.gates:
            await self.gates[name].wait()
        if name in self.failures:
            raise self.failures[name]

    async def start(self, on_death: Callable[[str], None]) -> None:
        self.on_death = on_death
        await self._step("start")

    async def generate(
        self, prompt_token_ids: Sequence[int], *, n: int, sampling: SamplingSpec
    ) -> list[Completion]:
        began = self.version
        await self._step("generate")
        await self.running.wait()
        spans = (WeightSpan(began, 0, 1), WeightSpan(self.version, 1, 2))
        return [Completion((7, 0), (-1.0, -1.0), "stop", spans, self.engine_id, 0.0, 0.0) for _ in range(n)]

    async def prompt_logprobs(self, token_ids: Sequence[int]) -> list[float]:
        await self._step("prompt_logprobs")
        return fake_logprobs(self.version if self.computes is None else self.computes, token_ids)

    async def pause(self, mode: str) -> None:
        self.running.clear()
        await self._step("pause")

    async def resume(self) -> None:
        await self._step("resume")
        self.running.set()

    async def load_weights(self, version: int, *, path: str, checksum: str) -> None:
        await self._step("load_weights")
        verify_weight_file(path, checksum=checksum)
        self.version = version

    def kill(self) -> None:
        self.calls.append("kill")

    async def close(self) -> None:
        self.calls.append("close")


@dataclass
class FakeHandle:
    """An engine in this process, behind the handle that clients use."""

    options: EngineOptions
    backend: FakeBackend
    engine: Engine
    alive: bool = True
    sees: bool = True
    """Weight files of the driver's node are visible where this engine runs."""
    received: list[bytes] = field(default_factory=list)

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        if not self.alive:
            raise EngineError(f"engine {self.options.engine_id}: ActorDiedError")
        if method == "where":
            return ("elsewhere", 0)
        if method == "sees":
            return self.sees
        if method == "sync":
            if (data := kwargs.pop("data", None)) is not None:
                self.received.append(data)
            weights = args[0]
            return await self.engine.sync(
                weights.version, path=weights.path, checksum=weights.checksum, **kwargs
            )
        result = getattr(self.engine, method)(*args, **kwargs)
        return await result if asyncio.iscoroutine(result) else result

    def kill(self) -> None:
        self.alive = False


class FakeDirectory(EngineDirectory):
    """The real directory, called directly."""

    def kill(self) -> None:
        """Nothing to end."""


@dataclass
class FakeCluster:
    """Makes engines in this process and remembers them."""

    prepare: Callable[[FakeBackend], None] = lambda _: None
    handles: list[FakeHandle] = field(default_factory=list)

    def spawn_engine(self, options: EngineOptions, *, index: int) -> FakeHandle:
        backend = FakeBackend(options.engine_id)
        self.prepare(backend)
        engine = Engine(backend, engine_id=options.engine_id, parity_tolerance=TOLERANCE)
        self.handles.append(FakeHandle(options, backend, engine))
        return self.handles[-1]

    def spawn_directory(self) -> FakeDirectory:
        return FakeDirectory()

    def share_weights(self, weights: WeightFile) -> bytes:
        return Path(weights.path).read_bytes()

    async def delete_weights(self, weights: WeightFile) -> None:
        Path(weights.path).unlink(missing_ok=True)
