"""Machine-readable zones: ICAO Doc 9303 parts 3 (rules), 4 (TD3, passports), 5 (TD1, cards) and 6 (TD2).

What OCR gets wrong is put right only where the standard leaves one possibility: a digit where only letters may be, a
letter where only digits may be, too many or too few fillers. Nothing is tried "until the check digit holds": that
would hide what somebody altered.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WEIGHTS = (7, 3, 1)
_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_LETTERS = str.maketrans("0158246", "OISBZAG")
_DIGITS = str.maketrans("OQDILZSBGA", "0001125864")
_MOST_FILLERS_LOST = 8


def check_digit(text: str) -> str:
    """The check digit of an entry (part 3, section 4.9), as the character that is printed behind it.

    Raises KeyError for a character that a machine-readable zone cannot hold.
    """
    return str(sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(text)) % 10)


@dataclass(frozen=True)
class Span:
    """A place in the zone: the row, and its columns from start to end."""

    row: int
    start: int
    end: int


@dataclass(frozen=True)
class Format:
    """One of the standard's layouts: so many rows of so many characters, and what stands where.

    Behind the number and both dates stands the check digit of each.
    """

    rows: int
    columns: int
    first_letters: str
    only_letters: tuple[Span, ...]
    only_digits: tuple[Span, ...]
    number: Span
    born: Span
    expires: Span
    names: Span


TD1 = Format(
    rows=3,
    columns=30,
    first_letters="IAC",
    only_letters=(Span(0, 0, 1), Span(0, 2, 5), Span(1, 7, 8), Span(1, 15, 18), Span(2, 0, 30)),
    only_digits=(Span(0, 14, 15), Span(1, 0, 7), Span(1, 8, 15), Span(1, 29, 30)),
    number=Span(0, 5, 14),
    born=Span(1, 0, 6),
    expires=Span(1, 8, 14),
    names=Span(2, 0, 30),
)
TD2 = Format(
    rows=2,
    columns=36,
    first_letters="IAC",
    only_letters=(Span(0, 0, 1), Span(0, 2, 36), Span(1, 10, 13), Span(1, 20, 21)),
    only_digits=(Span(1, 9, 10), Span(1, 13, 20), Span(1, 21, 28), Span(1, 35, 36)),
    number=Span(1, 0, 9),
    born=Span(1, 13, 19),
    expires=Span(1, 21, 27),
    names=Span(0, 5, 36),
)
TD3 = Format(
    rows=2,
    columns=44,
    first_letters="P",
    only_letters=(Span(0, 0, 1), Span(0, 2, 44), Span(1, 10, 13), Span(1, 20, 21)),
    only_digits=(Span(1, 9, 10), Span(1, 13, 20), Span(1, 21, 28), Span(1, 42, 44)),
    number=Span(1, 0, 9),
    born=Span(1, 13, 19),
    expires=Span(1, 21, 27),
    names=Span(0, 5, 44),
)


@dataclass(frozen=True)
class Mrz:
    """A zone whose rows have the length that its format demands."""

    format: Format
    rows: tuple[str, ...]

    def at(self, span: Span) -> str:
        return self.rows[span.row][span.start : span.end]

    def holds(self, span: Span) -> bool:
        """Whether the check digit behind the number or a date fits it."""
        digit = self.rows[span.row][span.end]
        return digit == check_digit(self.at(span))


def read_mrz(rows: Sequence[str], printed_numbers: Iterable[str] = ()) -> Mrz | None:
    """The zone in some rows of A-Z, 0-9 and <, as OCR reads them; None when they are none.

    printed_numbers: texts of the rest of the document, one of which may be the document's number. Letters and digits
    that look alike are told apart by it, if it differs from the zone's number in nothing else.
    """
    for layout in (TD3, TD1, TD2):
        fitted = tuple(_fitted(row, i, layout) for i, row in enumerate(rows))
        complete = tuple(row for row in fitted if row is not None)
        if len(complete) == layout.rows == len(rows) and complete[0].translate(_LETTERS)[0] in layout.first_letters:
            return _as_printed(Mrz(layout, _by_place(complete, layout)), printed_numbers)
    return None


def _fitted(row: str, index: int, layout: Format) -> str | None:
    """The row with as many fillers as its length demands; None if that cannot be."""
    missing = layout.columns - len(row)
    if index >= layout.rows or abs(missing) > _MOST_FILLERS_LOST:
        return None
    if index == 1:
        return _filled_inside(row, missing)
    if index == layout.names.row:
        row = re.sub(r"(?<=<<<)[^<]{1,2}(?=<|$)", "", row)  # behind the names, what is no filler was misread
    row = row.rstrip("<").ljust(layout.columns, "<")
    return row if len(row) == layout.columns else None


def _filled_inside(row: str, missing: int) -> str | None:
    """The row with its longest run of fillers made longer or shorter: row 1 of each format ends with a digit."""
    run = max(re.findall("<+", row), key=len, default="")
    if missing and (len(run) < 3 or len(run) + missing < 1):
        return None
    return row.replace(run, "<" * (len(run) + missing), 1) if missing else row


def _by_place(rows: tuple[str, ...], layout: Format) -> tuple[str, ...]:
    """Look-alikes put right where only letters, or only digits, may stand."""
    result = list(rows)
    for spans, table in ((layout.only_letters, _LETTERS), (layout.only_digits, _DIGITS)):
        for span in spans:
            row = result[span.row]
            result[span.row] = row[: span.start] + row[span.start : span.end].translate(table) + row[span.end :]
    return tuple(result)


def _as_printed(mrz: Mrz, printed_numbers: Iterable[str]) -> Mrz:
    """The zone with its number as the document prints it, if the two differ in look-alikes only."""
    span = mrz.format.number
    number = mrz.at(span)
    if mrz.holds(span):
        return mrz
    for printed in printed_numbers:
        candidate = printed.ljust(len(number), "<")
        row = mrz.rows[span.row]
        corrected = Mrz(
            mrz.format,
            (
                *mrz.rows[: span.row],
                row[: span.start] + candidate + row[span.end :],
                *mrz.rows[span.row + 1 :],
            ),
        )
        if _alike(candidate, number) and corrected.holds(span):
            return corrected
    return mrz


def _alike(one: str, other: str) -> bool:
    return one.translate(_DIGITS) == other.translate(_DIGITS)
