"""Dates as documents print them."""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CENTURY = r"(?:19|20)\d\d"
# 1 JAN 1981, 12AUG/AOUT 1974, 09 0CT 2030 (a nought read for the O); never inside a longer number.
_WITH_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})[\s.,/-]*([A-Z0]{{3}})[A-Z]*\.?(?:\s*/\s*[A-Z]+)?[\s.,/-]*({_CENTURY})(?!\d)"
)
# JAN 1, 1981
_NAME_FIRST = re.compile(rf"([A-Z0]{{3}})[A-Z]*\.?[\s.]*(\d{{1,2}})[\s,]+({_CENTURY})(?!\d)")
_IN_FIGURES = re.compile(rf"(?<!\d)(\d{{1,2}})([/.-])\s?(\d{{1,2}})[/.-]\s?({_CENTURY})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)({_CENTURY})[/.-](\d{{1,2}})[/.-](\d{{1,2}})(?!\d)")


@dataclass(frozen=True)
class PrintedDate:
    """A date in a text: the characters from `start` to `end`, and the day that they mean."""

    start: int
    end: int
    day: date


def find_dates(text: str) -> list[PrintedDate]:
    """All dates in a line, from left to right. Figures are month/day/year, as in the USA, unless that is no date
    or they are separated by points, as in Europe."""
    found = [_printed(match, _named(match[3], match[2], match[1])) for match in _WITH_NAME.finditer(text.upper())]
    found += [_printed(match, _named(match[3], match[1], match[2])) for match in _NAME_FIRST.finditer(text.upper())]
    found += [_printed(match, _figures(match)) for match in _IN_FIGURES.finditer(text)]
    found += [_printed(match, _day(match[1], match[2], match[3])) for match in _YEAR_FIRST.finditer(text)]
    return sorted((date for date in found if date is not None), key=lambda date: date.start)


def _printed(match: re.Match[str], day: date | None) -> PrintedDate | None:
    return PrintedDate(match.start(), match.end(), day) if day else None


def _named(year: str, month: str, day: str) -> date | None:
    name = month.replace("0", "O")
    return _day(year, str(_MONTHS.index(name) + 1), day) if name in _MONTHS else None


def _figures(match: re.Match[str]) -> date | None:
    first, separator, second, year = match.groups()
    american, european = _day(year, first, second), _day(year, second, first)
    return (european or american) if separator == "." else (american or european)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
