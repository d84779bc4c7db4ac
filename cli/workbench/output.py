"""Output that is pleasant on a terminal and plain text in a pipe: no colour, no wrapping, no trailing blanks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_UNWRAPPED = 1_000  # columns: wider than any line


def show(*parts: RenderableType) -> None:
    """Print on stdout, each part on lines of its own."""
    if not parts:
        return
    if sys.stdout.isatty():
        Console(highlight=False).print(*parts, sep="\n")
        return
    console = Console(width=_UNWRAPPED, highlight=False, color_system=None)
    with console.capture() as captured:
        console.print(*parts, sep="\n")
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    """Without lines. Cells are text, never markup; an empty header leaves the titles out."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=bool(header))
    lines = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    for index in range(len(header) or max(map(len, lines), default=0)):
        table.add_column(header[index] if header else "", no_wrap=index == 0)
    for line in lines:
        table.add_row(*line)
    return table
