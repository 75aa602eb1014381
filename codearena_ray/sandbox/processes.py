"""In the child: `subprocess`, `os.system` and their kin, answered by the supervisor's process broker.

No process can be started in a sandbox. What would have been one becomes a request that the supervisor
records and answers from the task's fixture. A program can replace all this; then it starts nothing and
nothing is answered.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any, NoReturn

from codearena_ray.sandbox import runner

_Command = str | bytes | os.PathLike[str] | Sequence[str | bytes | os.PathLike[str]]


def _text(part: Any) -> str:
    return os.fsdecode(part)


def _ask(command: _Command, *, shell: bool) -> tuple[bytes, int]:
    """Have a command recorded; returns its output and exit code.

    Raises:
        FileNotFoundError: the fixture knows no such program.
    """
    if isinstance(command, (str, bytes, os.PathLike)):
        parts = [_text(command)]
    elif shell:
        parts = [_text(part) for part in command][:1]
    else:
        parts = [_text(part) for part in command]
    output, code = runner.ask_broker(parts, shell=shell)
    if code < 0:
        raise FileNotFoundError(2, "No such file or directory", parts[0] if parts else "")
    return output, code


class Popen:
    """Looks like `subprocess.Popen` for a process that has already ended."""

    def __init__(
        self,
        args: _Command,
        _bufsize: int = -1,
        _executable: str | None = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        *_ignored: Any,
        shell: bool = False,
        text: bool | None = None,
        universal_newlines: bool | None = None,
        encoding: str | None = None,
        errors: str | None = None,
        **_other: Any,
    ) -> None:
        self.args = args
        self.pid = 0
        output, self.returncode = _ask(args, shell=shell)
        self.text_mode = bool(text or universal_newlines or encoding or errors)
        self.encoding, self.errors = encoding or "utf-8", errors or "strict"
        self.stdin: IO[Any] | None = self._stream(b"") if stdin == subprocess.PIPE else None
        self.stdout = self._place(output, stdout)
        self.stderr = self._stream(b"") if stderr == subprocess.PIPE else None

    def _stream(self, data: bytes) -> IO[Any]:
        raw = io.BytesIO(data)
        return io.TextIOWrapper(raw, self.encoding, self.errors) if self.text_mode else raw

    def _place(self, output: bytes, target: Any) -> IO[Any] | None:
        """Put the output where the caller wants it."""
        if target == subprocess.PIPE:
            return self._stream(output)
        if target is None:
            os.write(1, output)
        elif target != subprocess.DEVNULL:
            os.write(target if isinstance(target, int) else target.fileno(), output)
        return None

    def communicate(self, *_input: Any, **_options: Any) -> tuple[Any, Any]:
        """Return the output and the error output."""
        return self.stdout and self.stdout.read(), self.stderr and self.stderr.read()

    def wait(self, *_patience: Any, **_options: Any) -> int:
        """Return the exit code."""
        return self.returncode

    def poll(self) -> int:
        """Return the exit code."""
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Do nothing: the process has ended."""

    def terminate(self) -> None:
        """Do nothing: the process has ended."""

    kill = terminate

    def __enter__(self) -> Popen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __class_getitem__(cls, _item: Any) -> type[Popen]:
        return cls


def _system(command: Any) -> int:
    output, code = _ask(command, shell=True)
    os.write(1, output)
    return code << 8


def _spawn(mode: int, _file: Any, args: Any, _env: Mapping[str, str] | None = None) -> int:
    output, code = _ask(list(args), shell=False)
    os.write(1, output)
    return code if mode == os.P_WAIT else 1


def _spawn_list(mode: int, file: Any, *args: Any) -> int:
    return _spawn(mode, file, args)


def _exec(_file: Any, args: Any, _env: Mapping[str, str] | None = None) -> NoReturn:
    output, code = _ask(list(args), shell=False)
    os.write(1, output)
    os._exit(code)


def _exec_list(file: Any, *args: Any) -> NoReturn:
    _exec(file, args)


def install() -> None:
    """Put the broker in front of every way that the standard library has to start a process."""
    module: Any = subprocess
    module.Popen = Popen
    system: Any = os
    system.system = _system
    for name in ("spawnv", "spawnve", "spawnvp", "spawnvpe"):
        setattr(system, name, _spawn)
    for name in ("spawnl", "spawnlp"):
        setattr(system, name, _spawn_list)
    for name in ("execv", "execve", "execvp", "execvpe"):
        setattr(system, name, _exec)
    for name in ("execl", "execlp"):
        setattr(system, name, _exec_list)
