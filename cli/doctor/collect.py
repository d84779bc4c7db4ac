"""Read all that is held of a tenant's users, side by side, into a spool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import TypeVar

from cli.doctor.estate import Estate
from cli.doctor.spool import Spool

_SEGMENTS = 4
_AT_ONCE = 8
_FIRST_DIGITS = "0123456789abcdef"  # of user keys, which are hexadecimal digests
T = TypeVar("T")

Progress = Callable[[str, int], None]
Store = Callable[[], None]


def collect(estate: Estate, progress: Progress) -> Spool:
    """`progress(what, how_many)` is told of items, faces and pictures as they are read."""
    spool = Spool()
    sources = (
        *(_records(estate, spool, progress, segment) for segment in range(_SEGMENTS)),
        *(_faces(estate, spool, progress, collection) for collection in estate.model_versions),
        *(_pictures(estate, spool, progress, digit) for digit in _FIRST_DIGITS),
    )
    for store in side_by_side(sources, _AT_ONCE):
        store()
    return spool


def _records(estate: Estate, spool: Spool, progress: Progress, segment: int) -> Iterator[Store]:
    for read, items in estate.roster.pages(segment, _SEGMENTS):
        yield partial(_store, partial(spool.add_records, items), partial(progress, "items of the table", read))


def _faces(estate: Estate, spool: Spool, progress: Progress, collection: str) -> Iterator[Store]:
    for faces in estate.faces(collection):
        yield partial(_store, partial(spool.add_faces, faces), partial(progress, "faces", len(faces)))


def _pictures(estate: Estate, spool: Spool, progress: Progress, digit: str) -> Iterator[Store]:
    for pictures in estate.pictures(digit):
        yield partial(_store, partial(spool.add_pictures, pictures), partial(progress, "pictures", len(pictures)))


def _store(add: Store, tell: Store) -> None:
    add()
    tell()


def side_by_side(sources: Sequence[Iterator[T]], at_once: int) -> Iterator[T]:
    """What the iterators yield, as it comes. Each runs in a thread; no more than `at_once` things wait to be taken."""
    waiting = iter(sources)
    with ThreadPoolExecutor(at_once, thread_name_prefix="collect") as pool:
        running = {pool.submit(next, source, None): source for source in islice(waiting, at_once)}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                source: Iterator[T] | None = running.pop(future)
                thing = future.result()
                if thing is None:
                    source = next(waiting, None)
                else:
                    yield thing
                if source is not None:
                    running[pool.submit(next, source, None)] = source
