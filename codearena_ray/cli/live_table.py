"""The table of a training run: a line an iteration; without a terminal, plain lines on stderr."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from codearena_ray.config import Config

COLUMNS = (
    "iter", "score", "solve rate", "1st step", "dev", "tok/s", "rollout", "learn", "sync", "stale",
    "live groups", "unscored",
)  # fmt: skip
SHOWN = 14
"""Rows kept in view on a terminal; all of them are in metrics.jsonl."""


class LiveTable:
    """Shows a run's iterations as they finish."""

    def __init__(self, settings: Config, *, quiet: bool) -> None:
        self._console = Console(stderr=True)
        self._rows: list[list[str]] = []
        self._iterations = settings.train.iterations
        self._note = ""
        self._dev = "–"
        self._quiet = quiet
        self._live: Live | None = None
        if self._console.is_terminal and not quiet:
            self._live = Live(self._table(), console=self._console, refresh_per_second=2)
            self._live.start()

    def note(self, text: str) -> None:
        """Say what is under way."""
        self._note = text
        self._refresh(f"{text} …")

    def dev(self, rate: Any) -> None:
        """Show a dev evaluation."""
        if rate is not None:
            self._dev = f"{rate.value:.0%} of {rate.n}" if rate.n else "–"
            self._refresh(f"dev solve rate, greedy: {self._dev}")

    def row(self, report: Any, dev: Any) -> None:
        """Add an iteration."""
        if report is None:
            return
        if dev is not None and dev.n:
            self._dev = f"{dev.value:.0%} of {dev.n}"
        seconds, rate = report.seconds, report.solve_rate
        cells = [
            f"{report.iteration + 1}/{self._iterations}",
            f"{report.mean_score:.3f}",
            f"{rate.value:.0%} [{rate.low:.0%}, {rate.high:.0%}]" if rate.n else "–",
            f"{report.solve_rate_step1.value:.0%}" if report.solve_rate_step1.n else "–",
            self._dev,
            f"{report.tokens_per_s:.0f}",
            f"{seconds['rollout']:.1f} s",
            f"{seconds['learn']:.1f} s",
            f"{seconds['sync']:.1f} s",
            str(report.staleness_max),
            f"{report.groups['live']} of {report.groups['played']}",
            ", ".join(f"{cause} {n}" for cause, n in report.unscored.items()) or "0",
        ]
        self._rows.append(cells)
        self._note = ""
        plain = (f"{name} {cell}" for name, cell in zip(COLUMNS, cells, strict=True))
        self._refresh("  ".join(plain))

    def close(self) -> None:
        """Leave the last state on the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _refresh(self, plain: str) -> None:
        if self._live is not None:
            self._live.update(self._table())
        elif not self._quiet:
            self._console.print(plain, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table(title="codearena train", caption=self._note or None, expand=False)
        for name in COLUMNS:
            table.add_column(name, justify="right", no_wrap=True)
        for cells in self._rows[-SHOWN:]:
            table.add_row(*cells)
        return table
