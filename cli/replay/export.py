"""Export the decision log from DynamoDB to files: resumable, in bounded memory, and it names nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chalicelib.model.log import Receipt
from chalicelib.model.plugins import Signal
from cli.errors import CliError
from cli.replay.columns import Row
from cli.replay.log import write_json_lines, write_parquet
from cli.replay.rows import row_of

SIDE_BY_SIDE = 4

Pages = Callable[[int, int], Iterable[tuple[int, Sequence[Receipt]]]]
Told = Callable[[int], None]


@dataclass(slots=True)
class Counts:
    """`unreadable` are decisions of this run whose signals have another shape than this version's: their rows have
    none. `resumed` are parts that an earlier run had finished."""

    decisions: int = 0
    unreadable: int = 0
    resumed: int = 0


class Export:
    """An export to `out`: a folder of Parquet, or a file of JSON lines if it is called so.

    What is done of it is in a folder beside it, part by part, so that it goes on where it was stopped.
    """

    def __init__(self, pages: Pages, parts: int, signals: Mapping[str, Signal], out: Path) -> None:
        """`pages(part, parts)` gives, of that part of the log, how many items were read and the decisions."""
        self._pages = pages
        self._parts = parts
        self._signals = signals
        self._out = out
        self._folder = out.with_name(f"{out.name}.{parts}-parts")

    def run(self, told: Told) -> Counts:
        """`told(items)` is called as they are read. Raises CliError when `out` is there already."""
        if self._out.exists():
            raise CliError(f"{self._out} is there already; give --out another name, or remove it.")
        self._folder.mkdir(parents=True, exist_ok=True)
        counts = Counts()
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            files = list(pool.map(lambda part: self._part(part, counts, told), range(self._parts)))
        counts.decisions = sum(map(_lines, files))
        if self._out.suffix == ".jsonl":
            _join(files, self._out)
        elif counts.decisions == 0:
            self._out.mkdir()
        else:
            write_parquet(self._folder / "*.jsonl", self._out)
        shutil.rmtree(self._folder)
        return counts

    def _part(self, part: int, counts: Counts, told: Told) -> Path:
        """A part gets its name when it is whole; one that was stopped is read again."""
        file = self._folder / f"{part:05}.jsonl"
        if file.exists():
            counts.resumed += 1
            return file
        unfinished = file.with_suffix(".unfinished")
        write_json_lines(self._rows(part, counts, told), unfinished)
        unfinished.rename(file)
        return file

    def _rows(self, part: int, counts: Counts, told: Told) -> Iterator[Row]:
        for read, receipts in self._pages(part, self._parts):
            for entry in (receipt.entry for receipt in receipts):
                try:
                    yield row_of(entry, self._signals)
                except (ValueError, TypeError):
                    counts.unreadable += 1
                    yield row_of({**entry, "details": {**entry["details"], "signals": {}}}, self._signals)
            told(read)


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _join(files: Iterable[Path], out: Path) -> None:
    with out.open("wb") as joined:
        for file in files:
            with file.open("rb") as part:
                shutil.copyfileobj(part, joined)
