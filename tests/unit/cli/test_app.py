import subprocess
import sys
import types

import pytest
import typer

from codearena_ray import __version__
from codearena_ray.cli import app as cli
from codearena_ray.errors import EngineError, TaskError


def _verb_that(monkeypatch: pytest.MonkeyPatch, action) -> None:
    module = types.ModuleType("probe_verb")
    module.register = lambda app: app.command("probe")(action)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "probe_verb", module)
    monkeypatch.setattr(cli, "VERBS", (*cli.VERBS, cli.Verb("probe", "probe_verb", "Probe.")))


def _raise(error: BaseException):
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (TaskError("id: no such\ntask"), 2, "codearena: id: no such task\n"),
        (EngineError("engine died"), 1, "codearena: engine died\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (typer.Exit(7), 7, ""),
        (typer.BadParameter("too small"), 2, "too small"),
    ],
)
def test_exceptions_become_exit_codes_and_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    told: str,
) -> None:
    _verb_that(monkeypatch, _raise(error))
    assert cli.run(["probe"]) == code
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") <= 1
    assert captured.out == ""


def test_a_bug_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    _verb_that(monkeypatch, _raise(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.run(["probe"])


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["taks"], "did you mean tasks?"),
        (["--nonsense"], "No such option"),
        (["tasks", "list", "--nonsense"], "No such option"),
        (["tasks", "show"], "Missing argument"),
        (["tasks"], "Missing command"),
        (["tasks", "build", "--seed", "x"], "seed"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_code_two(
    capsys: pytest.CaptureFixture[str], argv: list[str], told: str
) -> None:
    assert cli.run(argv) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_help_and_version_are_for_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    for argv in ([], ["--help"]):
        assert cli.run(argv) == 0
        shown = capsys.readouterr().out
        for verb in cli.VERBS:
            assert verb.name in shown


def test_help_imports_no_verb() -> None:
    check = (
        "import sys; from codearena_ray.cli.app import run, VERBS; run(['--help']);"
        "assert not [v for v in VERBS if v.module in sys.modules]; assert 'ray' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True)
