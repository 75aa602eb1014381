"""A model behind an OpenAI-compatible endpoint as a fixer.

The key comes from `OPENAI_API_KEY`, the one secret that the environment may hold. Opening asks the endpoint
once for its models, so that a wrong address or key is the user's fault and is said before anything is
written; later failures belong to single questions.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import openai

from codearena_ray.errors import DeadlineError, EngineError, InfrastructureError, UserError
from codearena_ray.policies.protocol import Answer, Outcome, Question

MAX_TOKENS = 4096
"""Longest completion asked for: room for a whole program and some words."""
_RETRIES = 2
_PROBE_S = 10.0


class EndpointFixer:
    """Asks a chat model, several questions at a time.

    Args:
        model: What the endpoint calls it.
        url: Base URL, such as `http://127.0.0.1:8000/v1`.
        temperature: Of sampling.
        deadline_s: For one answer, retries included.
        concurrency: Questions in flight.

    Raises:
        UserError: nobody answers there, or the key is refused.
    """

    def __init__(
        self, model: str, url: str, *, temperature: float, deadline_s: float, concurrency: int = 16
    ) -> None:
        self._model = model
        self._where = f"openai:{model}@{url}"
        self._temperature = temperature
        self._deadline_s = deadline_s
        self._client = openai.OpenAI(
            base_url=url,
            api_key=os.environ.get("OPENAI_API_KEY") or "none",
            timeout=deadline_s / (_RETRIES + 1),
            max_retries=_RETRIES,
        )
        self._workers = ThreadPoolExecutor(concurrency, thread_name_prefix="endpoint")
        try:
            self._probe()
        except BaseException:
            self.close()
            raise

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Return what the model says to each."""
        return list(self._workers.map(self._ask, questions))

    def close(self) -> None:
        """Close connections."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _probe(self) -> None:
        client = self._client.with_options(timeout=min(_PROBE_S, self._deadline_s), max_retries=0)
        try:
            client.models.list()
        except openai.APIConnectionError as error:
            raise UserError(
                f"--policy {self._where}: nobody answers there ({error}); check the URL"
            ) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise UserError(
                f"--policy {self._where}: the key is refused ({error.status_code}); set OPENAI_API_KEY"
            ) from error
        except openai.APIStatusError as error:
            if error.status_code >= 500:
                raise UserError(
                    f"--policy {self._where}: the endpoint answers {error.status_code}; try again later"
                ) from error
            # Anything else is an endpoint that lists no models: the questions will tell.

    def _ask(self, question: Question) -> Outcome:
        try:
            completion = self._client.chat.completions.create(
                model=self._model,
                messages=[_message(m.role, m.content) for m in question.messages],
                temperature=self._temperature,
                max_tokens=MAX_TOKENS,
            )
        except openai.APITimeoutError:
            return DeadlineError(f"waited {self._deadline_s:g} s for {self._where}")
        except openai.OpenAIError as error:
            return _failed(self._where, error)
        text = completion.choices[0].message.content if completion.choices else None
        return Answer(text or "")


def _message(role: str, content: str) -> openai.types.chat.ChatCompletionMessageParam:
    if role == "system":
        return {"role": "system", "content": content}
    return {"role": "user", "content": content}


def _failed(where: str, error: Exception) -> InfrastructureError:
    failure = EngineError(f"{where}: {' '.join(str(error).split())[:300]}")
    failure.__cause__ = error
    return failure
