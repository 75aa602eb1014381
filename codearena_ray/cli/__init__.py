"""The command line: one file per verb, imported when the verb is called.

Exit codes: 0 success, 2 the user's fault (one line on stderr), 1 infrastructure, 130 interrupted.
"""

from __future__ import annotations

import sys

from codearena_ray.cli.app import run


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))
