"""Which entry belongs to which caption."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sandbox.documents.captions import find_captions
from sandbox.documents.dates import find_dates
from sandbox.documents.entries import fits
from sandbox.documents.sheet import PlacedLine


@dataclass(frozen=True)
class CaptionAt:
    """A caption and where it stands."""

    field: str
    place: PlacedLine


@dataclass(frozen=True)
class Pairing:
    """An entry that was found for a field."""

    field: str
    entry: PlacedLine


def pair(lines: Sequence[PlacedLine], *, licence: bool) -> list[Pairing]:
    """The entries of the captions in these lines.

    An entry stands to the right of its caption or below it. The nearest fitting pairs are made first, and each entry
    has one caption only.
    """
    captions: list[CaptionAt] = []
    entries: list[PlacedLine] = []
    for line in lines:
        own_captions, own_entries = _taken_apart(line, licence=licence)
        captions += own_captions
        entries += own_entries
    candidates = [
        (distance, i, j)
        for i, caption in enumerate(captions)
        for j, entry in enumerate(entries)
        if fits(caption.field, entry.text) and (distance := _distance(caption.place, entry)) is not None
    ]
    pairings, paired_captions, paired_entries = [], set(), set()
    for _, i, j in sorted(candidates):
        if i not in paired_captions and j not in paired_entries:
            pairings.append(Pairing(captions[i].field, entries[j]))
            paired_captions.add(i)
            paired_entries.add(j)
    return pairings


def _taken_apart(line: PlacedLine, *, licence: bool) -> tuple[list[CaptionAt], list[PlacedLine]]:
    """A line's captions, and the texts between them; a date is a text of its own."""
    captions: list[CaptionAt] = []
    entries: list[PlacedLine] = []
    end = 0
    for caption in find_captions(line.text, licence=licence):
        entries += _texts(line, end, caption.start)
        captions.append(CaptionAt(caption.field, _part(line, caption.start, caption.end)))
        end = caption.end
    return captions, [*entries, *_texts(line, end, len(line.text))]


def _texts(line: PlacedLine, start: int, end: int) -> Iterable[PlacedLine]:
    for date in find_dates(line.text[start:end]):
        yield from _nonempty(line, start, start + date.start)
        yield _part(line, start + date.start, start + date.end)
        start += date.end
    yield from _nonempty(line, start, end)


def _nonempty(line: PlacedLine, start: int, end: int) -> Iterable[PlacedLine]:
    if any(character.isalnum() for character in line.text[start:end]):
        yield _part(line, start, end)


def _part(line: PlacedLine, start: int, end: int) -> PlacedLine:
    """Some characters of a line, with their box if all characters were of one width."""
    pitch = (line.right - line.left) / max(1, len(line.text))
    return replace(
        line,
        text=line.text[start:end].lstrip(" .:;,|/-*").rstrip(" :;,|/-*"),
        left=line.left + start * pitch,
        right=line.left + end * pitch,
    )


def _distance(caption: PlacedLine, entry: PlacedLine) -> float | None:
    """How far the entry is from where it should be, in heights of the text; None if it cannot be this caption's."""
    unit = max(1.0, (caption.height + entry.height) / 2)
    down = (entry.middle - caption.middle) / unit
    gap = (entry.left - caption.right) / unit
    if abs(down) < 0.5 and -0.8 < gap < 6:
        return abs(gap) / 4 + abs(down)
    indent = (entry.left - caption.left) / unit
    if 0.5 <= down < 3 and indent > -2 and gap < 2:
        return down + abs(indent) / 2
    return None
