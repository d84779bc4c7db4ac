"""Results as one HTML file that needs nothing else: tiles, plots and tables for each flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from cli.replay.check_sql import UNKNOWN
from cli.replay.results import FlowResult, Group, has_another_reason
from cli.replay.scores import Distribution
from cli.replay.summary import reason_told, unknown_told
from cli.replay.svg import Bar, Line, columns

_ORDER = ("approved", "review", "denied", UNKNOWN)
_STYLE = (Path(__file__).parent / "report.css").read_text


def report(title: str, about: str, results: Sequence[FlowResult]) -> str:
    """`title` and `about` are plain text."""
    return page(title, about, "".join(part for result in results for part in _flow(result)))


def page(title: str, about: str, body: str) -> str:
    """A whole page; `body` is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE(encoding="utf-8")}</style>'
        f"</head><body><header><h1>{escape(title)}</h1><p>{escape(about)}</p></header><main>{body}</main></body></html>"
    )


def _flow(result: FlowResult) -> Iterator[str]:
    days = sorted(result.by_day)
    when = f"{days[0]} to {days[-1]}" if days else "no decisions"
    yield f"<section><h2>{escape(result.flow)}</h2><p class=when>{when}</p>"
    if result.decisions:
        yield _tiles(result)
        yield _directions(result)
        yield _over_time(result, days)
        yield table("What flips", ("from", "to", "decisions", "was", "would be", "for example"), _flip_rows(result))
        yield table("What cannot be told", ("because", "decisions"), _unknown_rows(result))
        yield from map(_distribution, result.distributions)
    yield "</section>"


def _tiles(result: FlowResult) -> str:
    flips = sum(group.decisions for group in result.flips())
    tiles = (
        ("decisions", result.decisions),
        ("flip", flips),
        ("cannot be told", result.unknown().total()),
        ("same, another reason", result.count(has_another_reason)),
    )
    shown = "".join(
        f"<div><b>{count:,}</b><span>{escape(name)}{_share(count, result) if name != 'decisions' else ''}</span></div>"
        for name, count in tiles
    )
    return f'<div class="tiles">{shown}</div>'


def _share(count: int, result: FlowResult) -> str:
    return f" &middot; {100 * count / result.decisions:.2f}&nbsp;%"


def _directions(result: FlowResult) -> str:
    """For each verdict then, a bar of what it would be now."""
    counted = result.verdicts()
    rows = []
    for was in _ORDER:
        total = sum(counted[was, now] for now in _ORDER)
        if total:
            parts = "".join(
                f'<i class="{now}" style="flex-grow:{counted[was, now]}" title="{now}: {counted[was, now]:,}"></i>'
                for now in _ORDER
                if counted[was, now]
            )
            rows.append(f"<div><span>{was}<small>{total:,}</small></span><p>{parts}</p></div>")
    return f'<h3>What became of them</h3>{_legend(_ORDER)}<div class="directions">{"".join(rows)}</div>'


def _over_time(result: FlowResult, days: Sequence[str]) -> str:
    bars = []
    for day in days:
        flipped = dict.fromkeys(_ORDER, 0)
        for (was, now), count in result.by_day[day].items():
            flipped[now] += count if was != now else 0
        told = ", ".join(f"{now}: {count:,}" for now, count in flipped.items() if count)
        bars.append(Bar(f"{day}: {told or 'none'}", [(now, flipped[now]) for now in _ORDER]))
    places = sorted({0, len(days) // 2, len(days) - 1})
    ticks = [((place + 0.5) / len(days), days[place]) for place in places]
    return f"<h3>Flips by day, by what they became</h3>{columns(bars, ticks, label='Flips by day')}"


def _distribution(found: Distribution) -> str:
    step = (found.high - found.low) / len(found.counts)
    bars = [
        Bar(f"{found.low + index * step:.1f} to {found.low + (index + 1) * step:.1f}: {count:,}", [("score", count)])
        for index, count in enumerate(found.counts)
    ]
    ticks = [(place, f"{found.low + place * (found.high - found.low):.1f}") for place in (0, 0.25, 0.5, 0.75, 1)]
    lines = [Line(_place(found.now, found), f"now {found.now:g}", "now")]
    if found.then is not None and found.changed:
        lines.append(Line(_place(found.then, found), f"then {found.then:g}", "then"))
    title = f"{found.step}: {found.parameter} ({found.unit})"
    changed = ' <em class="changed">changed</em>' if found.changed else ""
    return f"<h3>{escape(title)}{changed}</h3>{columns(bars, ticks, lines, label=title)}"


def _place(value: float, found: Distribution) -> float:
    return (value - found.low) / (found.high - found.low)


def _flip_rows(result: FlowResult) -> Iterator[tuple[str, ...]]:
    for group in result.flips():
        yield (
            *map(_badge, (group.was, group.now)),
            *_told(group, group.was_reason or "", reason_told(group.now_reason)),
        )


def _unknown_rows(result: FlowResult) -> Iterator[tuple[str, ...]]:
    for why, count in result.unknown().most_common():
        yield escape(unknown_told(why)), f"{count:,}"


def _told(group: Group, *reasons: str) -> tuple[str, ...]:
    examples = " ".join(f"<code>{escape(each)}</code>" for each in group.examples)
    return f"{group.decisions:,}", *map(escape, reasons), examples


def _badge(verdict: str) -> str:
    return f'<span class="badge {escape(verdict)}">{escape(verdict)}</span>'


def table(title: str, header: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """Cells are HTML. Nothing when there are no rows."""
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    return f"<h3>{title}</h3><table><tr>{head}</tr>{lines}</table>" if lines else ""


def _legend(names: Iterable[str]) -> str:
    shown = "".join(f'<span><i class="{name}"></i>{name}</span>' for name in names)
    return f'<p class="legend">{shown}</p>'
