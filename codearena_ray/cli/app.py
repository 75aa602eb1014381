"""The table of verbs, and the one place that turns exceptions into exit codes.

A verb is one module with `register(app)` and one line in `VERBS`. Only the module of the verb that was called
is imported, so that `codearena --help` and a mistyped verb answer at once.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import typer
import typer.main

from codearena_ray import __version__
from codearena_ray.errors import InfrastructureError, RunAborted, UserError

EXIT_OK, EXIT_INFRASTRUCTURE, EXIT_USER, EXIT_INTERRUPTED = 0, 1, 2, 130


class Verb(NamedTuple):
    """One line of the table."""

    name: str
    module: str
    """A module with `register(app: typer.Typer) -> None`."""
    help: str
    """Shown by `codearena --help` without importing the module."""


VERBS: tuple[Verb, ...] = (
    Verb("doctor", "codearena_ray.cli.doctor", "Say what this machine offers and what is missing."),
    Verb("train", "codearena_ray.cli.train", "Train a code-repair policy."),
    Verb("rollout", "codearena_ray.cli.rollout", "Play episodes with a policy and report how it did."),
    Verb("bootstrap", "codearena_ray.cli.bootstrap", "Make the embedded tiny policy from nothing."),
    Verb("tasks", "codearena_ray.cli.tasks", "List, show, validate and build repair tasks."),
)
"""Every verb of the command line."""

# typer exports Exit, Abort and BadParameter, but not the base of its usage errors (and may vendor click).
_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 success, 2 user, 1 infrastructure, 130 interrupted.

    Args:
        argv: The arguments after the program's name.
    """
    try:
        return _dispatch(list(argv))
    except UserError as error:
        return _fail(error, EXIT_USER)
    except (InfrastructureError, RunAborted) as error:
        return _fail(error, EXIT_INFRASTRUCTURE)
    except (KeyboardInterrupt, typer.Abort):
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`codearena tasks list | head`): point stdout at nothing, so that
        # the interpreter's own flush at exit does not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK


def _dispatch(argv: list[str]) -> int:
    name = next((word for word in argv if not word.startswith("-")), "")
    names = [verb.name for verb in VERBS]
    if name and name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"verbs: {', '.join(names)}"
        raise UserError(f"no verb {name!r}; {hint}")
    command = typer.main.get_command(_build(name))
    try:
        code = command.main(args=argv, prog_name="codearena", standalone_mode=False)
    except _USAGE_ERROR as error:
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        raise UserError(f"{text} (see codearena {name + ' ' if name else ''}--help)") from error
    if code == EXIT_INTERRUPTED:  # typer turns Ctrl-C into an exit of its own
        raise KeyboardInterrupt
    return code if isinstance(code, int) else EXIT_OK


def _build(called: str) -> typer.Typer:
    """Return an app in which the called verb is real and the others are names with a help text."""
    app = typer.Typer(name="codearena", add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(_root)
    for verb in VERBS:
        if verb.name == called:
            importlib.import_module(verb.module).register(app)
        else:
            app.command(verb.name, help=verb.help)(_not_called)
    return app


def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    """Train policies that repair code."""
    if version:
        print(__version__)
    elif context.invoked_subcommand is None:
        print(context.get_help())


def _not_called() -> None:
    """Stand in for a verb that this invocation does not use."""


def _fail(error: Exception, code: int) -> int:
    print(f"codearena: {' '.join(str(error).split())}", file=sys.stderr)
    return code
