"""The tutorial's programs run as they are printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "step-by-hand.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "    solved\n"), (1, "3\n"), (2, "['reviewer']\nWrite the whole program")],
    ids=["solo", "settings", "team"],
)
def test_a_program_of_the_tutorial_runs_and_leaves_nothing_behind(number, shown):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAMS[number]], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
