"""The fixer behind an OpenAI-compatible endpoint, against a small server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from builders.episodes import make_task
from builders.packs import save_config

from codearena_ray.cli.app import run
from codearena_ray.env.prompts import Message
from codearena_ray.errors import DeadlineError, EngineError, UserError
from codearena_ray.policies.endpoint import EndpointFixer
from codearena_ray.policies.protocol import Answer, Question
from codearena_ray.trajectory.reading import read_rows
from codearena_ray.types import Observation

_OBSERVATION = Observation("", "x = 1\n", "", "", "", steps_left=5, best_score=0.0, agent_view="")


@contextmanager
def endpoint(
    *, models: int = 200, chat: int = 200, answer: str = "give up", hang_s: float = 0.0
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the base URL of a server with fixed answers, and the chat requests that it gets."""
    asked: list[Any] = []
    leave = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(models, {"object": "list", "data": []})

        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if hang_s:
                leave.wait(hang_s)
            choice = {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": answer},
            }
            self._send(
                chat,
                {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]},
            )

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body if status == 200 else {"error": {"message": "no"}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        leave.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def question(text: str = "repair this") -> Question:
    messages = (Message("system", "You repair programs."), Message("user", text))
    return Question(make_task(), _OBSERVATION, "fixer", messages)


def ask(url: str, count: int = 1, *, deadline_s: float = 30.0) -> list[Any]:
    fixer = EndpointFixer("m", url, temperature=0.5, deadline_s=deadline_s)
    try:
        return fixer.answers([question(f"number {i}") for i in range(count)])
    finally:
        fixer.close()


def test_answers_come_in_the_order_of_the_questions_and_messages_arrive_whole() -> None:
    with endpoint(answer="4: a => b") as (url, asked):
        assert ask(url, 5) == [Answer("4: a => b")] * 5
    assert sorted(body["messages"][1]["content"] for body in asked) == [f"number {i}" for i in range(5)]
    assert asked[0]["messages"][0] == {"role": "system", "content": "You repair programs."}
    assert (asked[0]["model"], asked[0]["temperature"]) == ("m", 0.5)


def test_an_endpoint_that_lists_no_models_may_still_answer() -> None:
    with endpoint(models=404) as (url, _):
        assert ask(url) == [Answer("give up")]


@pytest.mark.parametrize(
    ("status", "said"), [(401, "the key is refused"), (403, "refused"), (503, "answers 503")]
)
def test_an_endpoint_that_refuses_is_known_before_anything_starts(status: int, said: str) -> None:
    with endpoint(models=status) as (url, _), pytest.raises(UserError, match=said):
        ask(url)


def test_a_failing_answer_is_an_infrastructure_error_in_its_place() -> None:
    with endpoint(chat=400) as (url, _):
        (outcome,) = ask(url)
    assert isinstance(outcome, EngineError)


def test_an_answer_that_takes_too_long_is_a_deadline() -> None:
    with endpoint(hang_s=20) as (url, _):
        (outcome,) = ask(url, deadline_s=0.6)
    assert isinstance(outcome, DeadlineError)


@pytest.mark.sandbox
def test_episodes_without_an_answer_are_unscored_and_stop_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint(chat=400) as (url, _):
        words = [
            "--policy",
            f"openai:m@{url}",
            "--episodes",
            "60",
            "--run-dir",
            str(tmp_path / "run"),
            "--json",
        ]
        code = run(["rollout", str(save_config(tmp_path, train={"episode_concurrency": 10})), *words])
    out, err = capsys.readouterr()
    assert code == 1
    assert "train.max_unscored_share" in err
    result = json.loads(out)
    assert result["unscored"] == {"engine": 20}
    assert result["solve_rate"] is None
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert [event["kind"] for event in events] == ["started", *["unscored"] * 20, "aborted"]
    assert "m@http" in events[1]["detail"]


@pytest.mark.sandbox
def test_what_an_endpoint_says_is_graded_and_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint(answer="give up") as (url, _):
        words = [
            "--policy",
            f"openai:m@{url}",
            "--episodes",
            "2",
            "--run-dir",
            str(tmp_path / "run"),
            "--json",
        ]
        assert run(["rollout", str(save_config(tmp_path)), *words]) == 0
    assert json.loads(capsys.readouterr().out)["solve_rate"] == 0.0
    rows = read_rows(tmp_path / "run").to_pylist()
    assert [row["stop_reason"] for row in rows] == ["gave_up"] * 2
    assert all(row["prompt_token_ids"] is None and row["policy"] == f"openai:m@{url}" for row in rows)
