"""Results as tables: on the terminal as they come, and in bench/RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Section:
    """One table, with what was measured and how in `text`."""

    title: str
    text: str
    header: Row
    rows: Sequence[Row]

    def markdown(self) -> str:
        lines = [_line(self.header), _line(["---"] * len(self.header)), *map(_line, self.rows)]
        return f"## {self.title}\n\n{self.text}\n\n" + "\n".join(lines) + "\n"

    def plain(self) -> str:
        """With columns of one width, for a terminal."""
        rows = [self.header, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.header))]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
        return f"{self.title}\n" + "\n".join(f"  {line.rstrip()}" for line in lines)


@dataclass(frozen=True, slots=True)
class Failure:
    """A part that could not be measured, or not to its end."""

    part: str
    error: str

    def markdown(self) -> str:
        return f"## Not measured: {self.part}\n\n```text\n{self.error}\n```\n"

    def plain(self) -> str:
        return f"Not measured: {self.part}\n  {self.error}"


def document(sections: Sequence[Section | Failure], command: str, about: str) -> str:
    head = f"# Measured\n\nMade by `{command}`, which writes this file anew. {about}\n\n"
    return head + "\n".join(section.markdown() for section in sections)


def verdict(value: float, target: float) -> str:
    return "yes" if value <= target else "no"


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"
