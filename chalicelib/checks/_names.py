"""People's names made comparable: capitals, marks, hyphens and the spelling of the machine-readable zone."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans("", "", "'`\u00b4\u02bc\u2018\u2019")
# Letters that Unicode does not take apart into a base letter and a mark.
_BASE = str.maketrans({"Æ": "AE", "Œ": "OE", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "TH", "Ħ": "H", "Ŧ": "T"})
# ICAO Doc 9303 part 3, section 6, table A: where the zone writes more than the base letter.
_ICAO = str.maketrans({"Ä": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Ü": "UE"})
_WORD = re.compile(r"[^\W\d_]+")


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
