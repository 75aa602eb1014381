"""Learning curves of runs as a picture: training solve rate and dev solve rate with their 95 % intervals.

    python -m codearena_ray.trajectory.plots OUT.png RUN_DIR [RUN_DIR …]

Every point is one line of a run's metrics.jsonl; nothing is smoothed. matplotlib (extra `analysis`) is loaded
when a picture is made.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from codearena_ray.errors import UserError


class Curve(NamedTuple):
    """Rates over iterations with their intervals."""

    iterations: list[int]
    values: list[float]
    low: list[float]
    high: list[float]


def read_curves(run_dir: Path) -> dict[str, Curve]:
    """Return `train` and `dev` curves of a run; dev is placed after the iteration that it was measured at.

    Raises:
        UserError: there are no metrics.
    """
    file = run_dir / "metrics.jsonl"
    if not file.is_file():
        raise UserError(f"{run_dir}: no metrics.jsonl; is it a run directory?")
    curves = {"train": Curve([], [], [], []), "dev": Curve([], [], [], [])}
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "solve_rate" in record:
            _add(curves["train"], record["iteration"] + 1, record["solve_rate"])
        if record.get("dev_solve_rate"):
            after = 1 if "solve_rate" in record else 0
            _add(curves["dev"], record["iteration"] + after, record["dev_solve_rate"])
    return curves


def _add(curve: Curve, iteration: int, rate: dict[str, Any]) -> None:
    curve.iterations.append(iteration)
    curve.values.append(rate["value"])
    curve.low.append(rate["low"])
    curve.high.append(rate["high"])


def plot_learning(run_dirs: Sequence[Path], out: Path) -> None:
    """Write a picture of the runs' curves: training on the left, dev on the right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), sharey=True)
    titles = {"train": "training tasks, sampled", "dev": "dev tasks, greedy"}
    for run_dir in run_dirs:
        curves = read_curves(run_dir)
        for axis, name in zip(axes, ("train", "dev"), strict=True):
            curve = curves[name]
            (line,) = axis.plot(curve.iterations, curve.values, marker="o", markersize=3, label=run_dir.name)
            axis.fill_between(curve.iterations, curve.low, curve.high, alpha=0.15, color=line.get_color())
            axis.set_title(titles[name])
            axis.set_xlabel("iteration")
            axis.grid(alpha=0.3)
    axes[0].set_ylabel("solve rate, 95 % interval")
    axes[0].set_ylim(0, 1)
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(out, dpi=120)
    pyplot.close(figure)


def main(arguments: Sequence[str]) -> int:
    """Make the picture named first from the runs named after it."""
    if len(arguments) < 2:
        print("usage: python -m codearena_ray.trajectory.plots OUT.png RUN_DIR [RUN_DIR …]", file=sys.stderr)
        return 2
    plot_learning([Path(name) for name in arguments[1:]], Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
