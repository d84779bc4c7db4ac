"""The plot and the table of a calibration, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cli.calibration.rates import Rate, Sample
from cli.replay.html import page, table
from cli.replay.svg import Bar, Line, columns

_BUCKETS = 100
Row = tuple[float, Rate, Rate]


def calibration_page(sample: Sample, rows: Sequence[Row], threshold: float | None, before: float | None) -> str:
    """`rows` are thresholds with their FMR and FNMR."""
    lines = [Line(threshold / 100, f"now {threshold:g}", "now")] if threshold is not None else []
    lines += [Line(before / 100, f"then {before:g}", "then")] if before is not None else []
    ticks = [(place / 100, str(place)) for place in range(0, 101, 10)]
    both = (("impostor pairs", "denied", sample.impostor), ("genuine pairs", "approved", sample.genuine))
    plots = "".join(
        f"<h3>{name} by similarity</h3>{columns(_bars(scores, css), ticks, lines, label=name)}"
        for name, css, scores in both
    )
    header = ("threshold", "FMR", "false matches", "FNMR", "false non-matches")
    shown = table("Error rates, each with its confidence interval", header, map(_cells, rows))
    about = f"{len(sample.genuine):,} genuine and {len(sample.impostor):,} impostor pairs."
    return page("Calibration", about, f"<section>{plots}{shown}</section>")


def percent(share: float) -> str:
    return f"{100 * share:.3f}"


def told(rate: Rate) -> str:
    return f"{percent(rate.share)} % ({percent(rate.low)} to {percent(rate.high)})"


def _cells(row: Row) -> tuple[str, ...]:
    threshold, fmr, fnmr = row
    return f"{threshold:g}", escape(told(fmr)), f"{fmr.errors:,}", escape(told(fnmr)), f"{fnmr.errors:,}"


def _bars(scores: Sequence[float], css: str) -> list[Bar]:
    counts = [0] * _BUCKETS
    for score in scores:
        counts[min(int(score), _BUCKETS - 1)] += 1
    return [Bar(f"{place} to {place + 1}: {count:,}", [(css, count)]) for place, count in enumerate(counts)]
