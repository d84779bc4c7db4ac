"""How far a long run is: a bar on a terminal, elsewhere a line for each tenth."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

T = TypeVar("T")


class Track(Protocol):
    """Gives the items one by one, and says meanwhile how far that part of the run is."""

    def __call__(self, part: str, items: Sequence[T], /) -> Iterable[T]: ...


def untracked(_: str, items: Sequence[T]) -> Iterable[T]:
    return items


def bars(console: Console) -> Progress:
    """Of as many tasks as are added. Only a terminal shows them."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)


def tracked(console: Console) -> Track:
    def track(part: str, items: Sequence[T]) -> Iterable[T]:
        started_s = time.monotonic()
        with bars(console) as progress:
            for number, item in enumerate(progress.track(items, description=part), 1):
                yield item
                if not console.is_terminal and number * 10 // len(items) > (number - 1) * 10 // len(items):
                    took_s = time.monotonic() - started_s
                    console.print(f"{part}: {number:,} of {len(items):,}, {took_s:.0f} s", highlight=False)

    return track
