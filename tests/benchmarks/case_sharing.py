"""What a child per case costs against one child for all, side by side.

    python tests/benchmarks/case_sharing.py

Prints medians and minima in milliseconds for ten cases of a small function, in every profile this machine
offers.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from builders.hand_tasks import SUM, hand_task  # noqa: E402

from codearena_ray.errors import IsolationError  # noqa: E402
from codearena_ray.grading.cases import run_cases  # noqa: E402
from codearena_ray.sandbox import Slot, detect_isolation  # noqa: E402
from codearena_ray.types import Limits  # noqa: E402

ROUNDS = 40


def main() -> None:
    """Time both ways alternately."""
    task = hand_task()
    cases = (*task.hidden_cases, *task.visible_cases)
    print(f"{len(cases)} cases, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for profile in ("root", "user", "shared"):
        try:
            isolation = detect_isolation(profile)
        except IsolationError as error:
            print(f"{profile:7} not offered: {error}")
            continue
        taken: dict[bool, list[float]] = {True: [], False: []}
        with Slot(isolation) as slot:
            for index in range(2 * ROUNDS):
                share = index % 2 == 0
                start = time.perf_counter()
                run_cases(slot, SUM, cases, limits=Limits(), share=share)
                taken[share].append((time.perf_counter() - start) * 1e3)
        for share, name in ((True, "one child for all"), (False, "a child per case")):
            times = taken[share]
            print(f"{profile:7} {name:18} p50 {statistics.median(times):7.1f} ms  min {min(times):7.1f} ms")


if __name__ == "__main__":
    main()
