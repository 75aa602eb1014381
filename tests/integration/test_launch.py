"""Jobs submitted through launch/submit.sh to a real Ray head on loopback, with token authentication."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_S = 120.0
JOB_S = 420.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(token_file: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    environment["RAY_AUTH_MODE"] = "token"
    environment["RAY_AUTH_TOKEN_PATH"] = str(token_file)
    environment["RAY_USAGE_STATS_ENABLED"] = "0"
    return environment


def _wait_until_serving(address: str, token: str, head: subprocess.Popen[bytes], log: Path) -> None:
    request = urllib.request.Request(f"{address}/api/jobs/", headers={"Authorization": f"Bearer {token}"})
    deadline = time.monotonic() + START_S
    while True:
        assert head.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"no job server at {address}: {error}\n{log.read_text()}") from error
        time.sleep(0.5)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which launch/submit.sh reaches a Ray head of its own."""
    folder = tmp_path_factory.mktemp("head")
    token = secrets.token_hex(32)
    token_file = folder / "token"
    token_file.write_text(token)
    token_file.chmod(0o600)
    environment = _environment(token_file)
    port = _free_port()
    log = folder / "head.log"
    command = [
        *("ray", "start", "--head", "--block", "--disable-usage-stats", "--node-ip-address=127.0.0.1"),
        *("--port=0", "--num-cpus=2", f"--object-store-memory={256 << 20}", "--include-dashboard=true"),
        *(
            "--dashboard-host=127.0.0.1",
            f"--dashboard-port={port}",
            f"--ray-client-server-port={_free_port()}",
        ),
        *(f"--dashboard-agent-listen-port={_free_port()}", f"--temp-dir={folder / 'ray'}"),
    ]
    with log.open("wb") as output:
        head = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_serving(address, token, head, log)
            yield environment | {"RAY_ADDRESS": address}
        finally:
            head.send_signal(signal.SIGTERM)
            try:
                head.wait(timeout=60)
            finally:
                _end_group(head.pid)


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _result(output: str) -> dict[str, Any]:
    """Return the JSON object among the lines that a followed job printed."""
    (line,) = [line for line in output.splitlines() if line.startswith('{"')]
    return json.loads(line)


def _submit(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "launch" / "submit.sh"), *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=JOB_S, check=False
    )


@pytest.mark.timeout(START_S + JOB_S)
def test_a_submitted_verb_runs_on_the_cluster_and_its_output_comes_back(cluster: dict[str, str]) -> None:
    done = _submit(cluster, "--", "tasks", "list", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert _result(done.stdout)["tasks"]


@pytest.mark.timeout(START_S + JOB_S)
def test_two_iterations_of_a_config_train_on_the_cluster(cluster: dict[str, str], tmp_path: Path) -> None:
    run = tmp_path / "run"

    done = _submit(cluster, "configs/ci.yaml", "train.iterations=2", "--run-dir", str(run), "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    result = _result(done.stdout)
    assert (result["status"], result["iterations"], result["run_dir"]) == ("finished", 2, str(run))
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [r["iteration"] for r in records if "solve_rate" in r] == [0, 1]


@pytest.mark.timeout(JOB_S)
def test_a_submitted_job_that_fails_gives_its_own_exit_code(cluster: dict[str, str]) -> None:
    done = _submit(cluster, "--", "tasks", "show", "no-such-task")

    assert done.returncode == 2, done.stdout + done.stderr
    assert "no-such-task" in done.stdout


@pytest.mark.timeout(JOB_S)
def test_a_wrong_token_submits_nothing(cluster: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "token"
    other.write_text(secrets.token_hex(32))

    done = _submit(cluster | {"RAY_AUTH_TOKEN_PATH": str(other)}, "--", "tasks", "list")

    assert done.returncode != 0
    assert "submitted successfully" not in done.stdout + done.stderr


def test_without_a_token_the_script_says_how_to_give_one(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    done = _submit(environment, "--", "tasks", "list")

    assert done.returncode == 2
    assert done.stderr.startswith("submit: no token")


def test_a_config_outside_the_clone_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("{}\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RAY_AUTH_MODE": "disabled"}

    done = _submit(environment, str(config))

    assert done.returncode == 2
    assert "must be a file in the clone" in done.stderr
