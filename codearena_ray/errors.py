"""Every exception of the project, who raises it, who catches it, who records it.

    CodeArenaError
    ├── UserError            raised by config, CLI, taskset; caught by the CLI: one line, exit code 2
    │   ├── ConfigError      a field, the value it got, the fix
    │   └── TaskError        a record of a pack that is not a task: file, line, field
    ├── InfrastructureError  the machine's fault; caught at the episode boundary: the episode is unscored, its
    │   │                    cause goes into its rows and events.jsonl; elsewhere exit code 1
    │   ├── SandboxError     a slot died, a zygote did not start; the host restarts it, tries once more
    │   │   └── IsolationError   the machine offers less than the floor; raised at start, never caught
    │   ├── JudgeError       the judge gave no answer in time; never cached
    │   ├── EngineError      an engine died or was quarantined; its supervisor restarts it
    │   │   └── StaleWeightsError   an engine has no verified version as new as the request asks
    │   ├── SyncError        a weight update did not reach an engine, or parity did not hold
    │   ├── SinkError        rows could not be written
    │   └── DeadlineError    a wait passed its deadline; the message names what it waited for
    └── RunAborted           the run stops itself (unscored share, no progress); exit code 1 after a report

A fault of the model is none of these: it is a verdict.
"""

from __future__ import annotations

from functools import cached_property


class CodeArenaError(Exception):
    """Root of the tree."""

    @cached_property
    def cause(self) -> str:
        """Short stable name for rows and events: the class name in snake case without `_error`.

        Not a plain property: Ray assigns the original exception to this name on the class that it derives
        from an error that crossed an actor, and falls back to a bare RayTaskError where it cannot.
        """
        name = type(self).__name__.removesuffix("Error")
        return "".join(("_" + c.lower()) if c.isupper() and i else c.lower() for i, c in enumerate(name))


class UserError(CodeArenaError):
    """The user can fix it; the message is one line that says how."""


class ConfigError(UserError):
    """A configuration value is wrong."""


class TaskError(UserError):
    """A task or pack is wrong."""


class InfrastructureError(CodeArenaError):
    """The machine's fault: never a score."""


class SandboxError(InfrastructureError):
    """A sandbox slot failed."""


class IsolationError(SandboxError):
    """This machine cannot isolate untrusted code well enough."""


class JudgeError(InfrastructureError):
    """A judge gave no verdict."""


class EngineError(InfrastructureError):
    """An inference engine failed."""


class StaleWeightsError(EngineError):
    """An engine has no verified weights of the version asked for."""


class SyncError(InfrastructureError):
    """Weights did not arrive as sent."""


class SinkError(InfrastructureError):
    """Trajectory rows could not be stored."""


class DeadlineError(InfrastructureError):
    """A wait took longer than allowed."""


class RunAborted(CodeArenaError):
    """The run stopped itself and says why."""
