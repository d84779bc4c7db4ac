"""People's names compared, whatever their capitals, marks, hyphens and the machine-readable zone's spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

MAX_WORDS = 12  # of a claimed full name: every way to part it is tried

_APOSTROPHES = str.maketrans("", "", "'`\u00b4\u02bc\u2018\u2019")
# Letters that Unicode does not take apart into a base letter and a mark.
_BASE = str.maketrans({"Æ": "AE", "Œ": "OE", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "TH", "Ħ": "H", "Ŧ": "T"})
# ICAO Doc 9303 part 3, section 6, table A: where the zone writes more than the base letter.
_ICAO = str.maketrans({"Ä": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Ü": "UE"})
_WORD = re.compile(r"[^\W\d_]+")


class Name(NamedTuple):
    given: str
    surname: str


def name_percent(properties: Mapping[str, str], printed: Name) -> float | None:
    """The share of letters (0-100) in which the claimed name agrees with the printed one; None: nobody is claimed.

    Every claimed given name must be on the document, in any order; the document may show more. Surnames are whole.
    The lower of both shares counts.
    """
    return max((_similarity_percent(claimed, printed) for claimed in _claimed(properties)), default=None)


def same_name(printed: str, zone: str, cut: bool) -> bool:
    """Letter by letter in either spelling, without blanks; a zone that was too short may stop early."""
    letters = zone.replace(" ", "")
    spelled = ["".join(words) for words in spellings(printed)]
    return bool(letters) and any(name == letters or (cut and name.startswith(letters)) for name in spelled)


def spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """A name's words in capitals without marks, first plain, then as the zone spells them (Müller: MULLER, MUELLER)."""
    capitals = unicodedata.normalize("NFC", name).upper().translate(_APOSTROPHES)
    return _words(capitals), _words(capitals.translate(_ICAO))


def _words(capitals: str) -> tuple[str, ...]:
    apart = unicodedata.normalize("NFKD", capitals.translate(_BASE))
    return tuple(_WORD.findall("".join(letter for letter in apart if not unicodedata.combining(letter))))


def similarity_percent(one: str, other: str) -> float:
    """The share of letters that agree: 100 less the edit distance (Levenshtein) per letter of the longer text.

    Two empty texts have nothing in common: 0.
    """
    longest = max(len(one), len(other))
    return 100 * (longest - _edit_distance(one, other)) / longest if longest else 0.0


def _edit_distance(one: str, other: str) -> int:
    """How many letters must be put in, left out or exchanged; row by row (Wagner and Fischer)."""
    row = list(range(len(other) + 1))
    for above, letter in enumerate(one, start=1):
        diagonal, row[0] = row[0], above
        for column, wanted in enumerate(other, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (letter != wanted)),
            )
    return row[-1]


def _claimed(properties: Mapping[str, str]) -> Iterator[Name]:
    """The claimed name; a full one in every way to part it, surname last or first."""
    given, surname = properties.get("first_name", ""), properties.get("last_name", "")
    if given.strip() and surname.strip():
        yield Name(given, surname)
        return
    words = properties.get("name", "").split()
    for border in range(1, len(words) if len(words) <= MAX_WORDS else 0):
        front, back = " ".join(words[:border]), " ".join(words[border:])
        yield Name(front, back)
        yield Name(back, front)


def _similarity_percent(claimed: Name, printed: Name) -> float:
    surname = max(
        similarity_percent("".join(one), "".join(other))
        for one, other in product(spellings(claimed.surname), spellings(printed.surname))
    )
    given = max(_given_percent(*pair) for pair in product(spellings(claimed.given), spellings(printed.given)))
    return min(given, surname)


def _given_percent(claimed: tuple[str, ...], printed: tuple[str, ...]) -> float:
    """The claimed given name that fits worst, or all in one, since ANNE MARIE is written ANNEMARIE too."""
    fits = (max((similarity_percent(word, other) for other in printed), default=0.0) for word in claimed)
    return max(min(fits, default=0.0), similarity_percent("".join(claimed), "".join(printed)))
