"""What travels between engines, their supervisor and their clients: frozen records, standard library only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BASE_VERSION = -1
"""The version of weights read from the model's directory: held by a fresh engine, verified by nobody.

A request with this as its `min_version` accepts any weights: serving without a trainer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSpec:
    """How to sample: temperature only, so that the log-probability of a sample is the policy's own."""

    temperature: float = 1.0
    """0 is greedy."""
    max_tokens: int
    seed: int | None = None
    """Sample i of a request draws from seed + i; None draws from the engine's own stream (faster)."""
    stop_token_ids: tuple[int, ...]
    """Every token that ends a completion, end-of-sequence too; the one that did is part of the result."""


@dataclass(frozen=True, slots=True)
class WeightSpan:
    """Tokens `[start, end)` of a completion were sampled by weights of this version."""

    version: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Completion:
    """One sampled sequence."""

    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    """Of each sampled token, under the temperature that it was sampled with."""
    finish_reason: str
    """`stop` or `length`."""
    weight_spans: tuple[WeightSpan, ...]
    """Adjacent, covering all tokens; more than one where weights changed in flight."""
    engine_id: str
    queue_s: float
    """Seconds held back at the door of the engine and in its scheduler before the first step."""
    generate_s: float
    """Seconds from then to the last token."""

    @property
    def oldest_version(self) -> int:
        """The oldest weights that sampled a token of this completion."""
        return min((span.version for span in self.weight_spans), default=BASE_VERSION)


@dataclass(frozen=True, slots=True)
class Probe:
    """Token sequences and what the trainer says about them: the yardstick of a weight update."""

    token_ids: tuple[tuple[int, ...], ...]
    """Sequences of at least two tokens."""
    logprobs: tuple[tuple[float, ...], ...]
    """For each sequence, log-probability of token j + 1 given tokens 0..j at temperature 1; one shorter."""

    def __post_init__(self) -> None:
        if not self.token_ids or len(self.token_ids) != len(self.logprobs):
            raise ValueError("a probe needs at least one sequence and log-probabilities for each")
        for ids, values in zip(self.token_ids, self.logprobs, strict=True):
            if len(ids) < 2 or len(values) != len(ids) - 1:
                raise ValueError(f"a probe of {len(ids)} tokens needs {len(ids) - 1} log-probabilities")

    def worst(self, measured: Sequence[Sequence[float]]) -> float:
        """Return the largest |exp(trainer - engine) - 1|; infinite if a value is not finite or missing."""
        largest = 0.0
        for mine, theirs in zip(self.logprobs, measured, strict=True):
            if len(mine) != len(theirs):
                return math.inf
            for a, b in zip(mine, theirs, strict=True):
                if not (math.isfinite(a) and math.isfinite(b)):
                    return math.inf
                largest = max(largest, abs(math.expm1(min(a - b, 700.0))))
        return largest


class EngineState(StrEnum):
    """Where an engine is in its life."""

    STARTING = "starting"
    READY = "ready"
    QUARANTINED = "quarantined"
    """It may hold half an update or weights that failed the parity check: it serves nobody any more."""
    DEAD = "dead"
    """A process below it is gone."""


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """What an engine says about itself."""

    engine_id: str
    state: EngineState
    version: int
    """Newest parity-checked version; `BASE_VERSION` before the first."""
    num_inflight: int
    host: str
    pid: int
    child_pids: tuple[int, ...]
    """The processes of vLLM below it, the EngineCore first."""
    start_s: float
    cause: str = ""
    """Why it is quarantined or dead."""


@dataclass(frozen=True, slots=True)
class EngineSync:
    """One engine took an update and passed the parity check."""

    engine_id: str
    version: int
    parity: float
    """Largest |exp(trainer - engine) - 1| over the probe."""
    pause_s: float
    """From asking for a pause until nothing was running."""
    update_s: float
    """Loading the weights."""
    probe_s: float


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A version reached these engines and is now current."""

    version: int
    engines: tuple[EngineSync, ...]
    failed: dict[str, str]
    """Engines that did not take it, and why; they are being replaced."""
    total_s: float

    @property
    def parity(self) -> float:
        """The worst parity among the engines that took it."""
        return max(engine.parity for engine in self.engines)


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """Something that belongs into events.jsonl."""

    time: float
    """Seconds since the epoch."""
    kind: str
    """`engine_started`, `engine_lost`, `engine_restarted`, `sync_failed`, `directory_unreachable` or
    `engines_given_up`."""
    actor: str
    cause: str
    restarts: int
    """Restarts of this pool so far."""
