"""The README's program runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.sandbox
def test_the_program_of_the_readme_ends_with_a_solved_task() -> None:
    (program,) = re.findall(
        r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=README.parent,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("ended True\nsolved\n")
    assert len(program.splitlines()) <= 22
