"""A language model behind an OpenAI-compatible endpoint as the judge.

A request has a deadline, few retries and bounded concurrency. No answer, or one that is not exactly a
verdict, raises `JudgeError`: the turn is unscored, nothing is remembered. The key comes from
`OPENAI_API_KEY`.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from dataclasses import replace

import openai

from codearena_ray.bounded_map import BoundedMap
from codearena_ray.config import JudgeConfig
from codearena_ray.errors import JudgeError
from codearena_ray.judge.analysis import Analyser, AnalyserDied
from codearena_ray.judge.protocol import verdict_key
from codearena_ray.judge.rubric import AXES, Scores, parse_scores, rubric_hash, rubric_messages
from codearena_ray.types import JudgeVerdict, Task

ATTEMPTS = 3
MAX_CODE_CHARS = 20_000
MAX_ANSWER_TOKENS = 200


class EndpointJudge:
    """Asks one model. Thread-safe.

    Args:
        config: Model, endpoint, timeout of one request, requests in flight.
    """

    def __init__(self, config: JudgeConfig) -> None:
        self.config = config
        key = os.environ.get("OPENAI_API_KEY", "none")
        self._client = openai.OpenAI(
            base_url=config.base_url, api_key=key, timeout=config.timeout_s, max_retries=0
        )
        self._analyser = Analyser()
        self._places = threading.BoundedSemaphore(config.concurrency)
        self._verdicts: BoundedMap[JudgeVerdict] = BoundedMap(50_000)

    @property
    def axes(self) -> frozenset[str]:
        """All three."""
        return frozenset(AXES)

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:
        """Return the model's verdict; see `Judge.judge`."""
        key = verdict_key(task, code)
        known = self._verdicts.get(key)
        if known is not None:
            return replace(known, cached=True)
        start = time.monotonic()
        until = start + deadline_s
        shown = self._stripped(code, until)
        scores = Scores(0.0, 0.0, 0.0) if shown is None else self._ask(task, shown, until)
        verdict = JudgeVerdict(
            correctness=scores.correctness,
            security=scores.security,
            quality=scores.quality,
            model=self.config.model,
            prompt_hash=rubric_hash(),
            judge_s=time.monotonic() - start,
        )
        return self._verdicts.keep_first(key, verdict)

    def close(self) -> None:
        """Close connections and the analyser process."""
        self._client.close()
        self._analyser.close()

    def _stripped(self, code: str, until: float) -> str | None:
        """Return the program without comments and docstrings; None for one that no tool can read."""
        if len(code) > MAX_CODE_CHARS:
            return None
        try:
            found = self._analyser.analyse(code, deadline_s=until - time.monotonic())
        except AnalyserDied:
            return None
        return found.stripped if found.parses else None

    def _ask(self, task: Task, code: str, until: float) -> Scores:
        problem = "no attempt fitted into the deadline"
        for _ in range(ATTEMPTS):
            left = until - time.monotonic()
            if left <= 0 or not self._places.acquire(timeout=left):
                break
            try:
                answer = self._complete(task, code, until - time.monotonic())
            except openai.OpenAIError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            finally:
                self._places.release()
            scores = parse_scores(answer)
            if scores is not None:
                return scores
            problem = "the answer was not a verdict"
        raise JudgeError(f"judge {self.config.model} at {self.config.base_url}: {problem}")

    def _complete(self, task: Task, code: str, patience_s: float) -> str:
        response = self._client.chat.completions.create(
            model=self.config.model,
            messages=rubric_messages(task, code, marker=secrets.token_hex(8)),  # type: ignore[arg-type]
            temperature=0.0,
            max_tokens=MAX_ANSWER_TOKENS,
            timeout=max(0.05, min(self.config.timeout_s, patience_s)),
        )
        return response.choices[0].message.content or "" if response.choices else ""
