"""Plots as inline SVG: no script, no library, sharp at any size. Colours come from the page's style, by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 12.0, 22.0, 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of parts stacked upon each other: pairs of CSS class and value. `title` is shown on hovering."""

    title: str
    parts: Sequence[tuple[str, float]]

    @property
    def total(self) -> float:
        return sum(value for _, value in self.parts)


@dataclass(frozen=True, slots=True)
class Line:
    """A vertical line at a place on the x axis from 0 to 1."""

    place: float
    text: str
    css: str


def columns(
    bars: Sequence[Bar], ticks: Sequence[tuple[float, str]], lines: Iterable[Line] = (), label: str = ""
) -> str:
    """Columns side by side. `ticks` are places on the x axis from 0 to 1, with their texts; `label` is for readers."""
    top = nice_top(max((bar.total for bar in bars), default=0))
    parts = [_grid(top), *_bars(bars, top), *(_tick(place, text) for place, text in ticks)]
    parts += [_line(line, index) for index, line in enumerate(lines)]
    head = f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(label)}">'
    return f"{head}{''.join(parts)}</svg>"


def nice_top(largest: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ... where an axis can end."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= largest)


def short(number: float) -> str:
    """1500 as 1.5k."""
    for limit, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(number) >= limit:
            return f"{number / limit:g}{letter}"
    return f"{number:g}"


def _x(place: float) -> float:
    return _LEFT + place * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _grid(top: float) -> str:
    rows = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        rows.append(f'<line class="grid" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        rows.append(
            f'<text class="axis" x="{_LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end">{short(top * share)}</text>'
        )
    return "".join(rows)


def _bars(bars: Sequence[Bar], top: float) -> Iterable[str]:
    step = 1 / max(len(bars), 1)
    gap = min(0.15 * step, 0.003)
    for index, bar in enumerate(bars):
        x, width, below = _x(index * step + gap), _x((index + 1) * step - gap) - _x(index * step + gap), 0.0
        rects = []
        for css, value in bar.parts:
            if value:
                y, bottom = _y((below + value) / top), _y(below / top)
                rects.append(
                    f'<rect class="{css}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{bottom - y:.2f}"/>'
                )
                below += value
        if rects:
            yield f"<g><title>{escape(bar.title)}</title>{''.join(rects)}</g>"


def _tick(place: float, text: str) -> str:
    anchor = "start" if place < 0.04 else "end" if place > 0.96 else "middle"
    return f'<text class="axis" x="{_x(place):.1f}" y="{HEIGHT - 8:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(line: Line, index: int) -> str:
    x, anchor, css = _x(line.place), "end" if line.place > 0.5 else "start", f"limit {line.css}"
    text_x, text_y = x + (-6 if anchor == "end" else 6), 12 + 14 * index
    return (
        f'<line class="{css}" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{HEIGHT - _BOTTOM:g}"/>'
        f'<text class="{css}" x="{text_x:.1f}" y="{text_y}" text-anchor="{anchor}">{escape(line.text)}</text>'
    )
