"""Executions a second in one slot and with one `python` process each, alternating, so that load hits both.

python tests/benchmarks/sandbox_throughput.py [PROFILE] [ROUNDS]
"""

import statistics
import subprocess
import sys
import time

from codearena_ray.sandbox import Slot, detect_isolation
from codearena_ray.types import Limits, Step

CODE = "def order(values):\n    return sorted(values)\n"
CASES = [[9, 3, n] for n in range(10)]
BASELINE = f"""
import unittest
{CODE}
class Cases(unittest.TestCase):
    def test_all(self):
        for case in {CASES}:
            self.assertEqual(order(case), sorted(case))
unittest.main()
"""


def baseline_s(number: int) -> float:
    start = time.perf_counter()
    for _ in range(number):
        subprocess.run([sys._base_executable, "-c", BASELINE], check=True, capture_output=True)
    return (time.perf_counter() - start) / number


def ours_s(slot: Slot, number: int) -> float:
    steps = [Step("order", (case,)) for case in CASES]
    start = time.perf_counter()
    for _ in range(number):
        with slot.open(CODE, limits=Limits()) as session:
            assert [reply.value for reply in session.call(steps)] == [sorted(case) for case in CASES]
    return (time.perf_counter() - start) / number


def main() -> None:
    profile = sys.argv[1] if len(sys.argv) > 1 else "auto"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    ratios, ours, base = [], [], []
    with Slot(detect_isolation(profile)) as slot:
        for _ in range(rounds):
            base.append(baseline_s(8))
            ours.append(ours_s(slot, 80))
            ratios.append(base[-1] / ours[-1])
        print(
            f"{slot.isolation.profile}: baseline {1 / statistics.median(base):.1f}/s, "
            f"ours {1 / statistics.median(ours):.1f}/s, ratio median {statistics.median(ratios):.1f} "
            f"({min(ratios):.1f} to {max(ratios):.1f})"
        )


if __name__ == "__main__":
    main()
