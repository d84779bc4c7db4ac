"""The machine-readable zone of a page: which of its lines belong to it, and the fields that they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.documents.field import Field, given_names
from sandbox.documents.mrz import TD3, Mrz, Span, read_mrz
from sandbox.documents.sheet import PlacedLine

# What OCR makes of fillers: guillemets, single and double, and "less than or equal".
_FILLERS = str.maketrans({"\u00ab": "<<", "\u2039": "<", "\u2264": "<", "\u300a": "<<", "\u3008": "<"})
_NUMBER = re.compile(r"(?=(?:.*\d){3})[A-Z0-9]{5,9}")
_SHORTEST_ROW = 22
_OLDEST_HOLDER_YEARS = 100
# A field whose own check digit does not hold was misread or altered: it is worth this share of its confidence.
_WITHOUT_DIGIT = 0.6


@dataclass(frozen=True)
class Zone:
    """The zone as it was read: its rows, how sure that is (0-100), and their meaning if they have one."""

    rows: tuple[str, ...]
    confidence: float
    mrz: Mrz | None

    @property
    def is_passport(self) -> bool:
        return self.mrz is not None and self.mrz.format is TD3


def find_zone(lines: Sequence[PlacedLine]) -> Zone | None:
    """The zone among the lines of a page, or None."""
    rows = [row for row in _rows([line for line in lines if _belongs(line.text)]) if len(_joined(row)) >= _SHORTEST_ROW]
    texts = tuple(_joined(row) for row in rows)
    if not any("<<" in text for text in texts):
        return None
    numbers = {match for line in lines for match in _NUMBER.findall(line.text.upper())}
    mrz = read_mrz(texts, sorted(numbers))
    confidence = min(line.confidence for row in rows for line in row)
    return Zone(mrz.rows if mrz else texts, confidence, mrz)


def zone_fields(zone: Zone, today: date) -> dict[str, Field]:
    """What the zone says, under AnalyzeID's names; MRZ_CODE is the zone itself, its rows separated by line breaks."""
    fields = {"MRZ_CODE": Field("\n".join(zone.rows), zone.confidence)}
    if zone.mrz is None:
        return fields
    surname, _, others = zone.mrz.at(zone.mrz.format.names).partition("<<")
    if surname := _plain(surname):
        fields["LAST_NAME"] = Field(surname, zone.confidence)
    if others := _plain(others):
        fields |= given_names(others, zone.confidence)
    if number := zone.mrz.at(zone.mrz.format.number).strip("<"):
        fields["DOCUMENT_NUMBER"] = Field(number, _confidence(zone, zone.mrz.format.number))
    latest = {"DATE_OF_BIRTH": today, "EXPIRATION_DATE": today + timedelta(days=365 * 50)}
    for name, span in (("DATE_OF_BIRTH", zone.mrz.format.born), ("EXPIRATION_DATE", zone.mrz.format.expires)):
        if day := _day(zone.mrz.at(span), latest[name]):
            fields[name] = Field(f"{day:%d %b %Y}".upper(), _confidence(zone, span), day)
    return fields


def _belongs(text: str) -> bool:
    """Whether a line can be a row of a zone or a part of one."""
    characters = _characters(text)
    return characters.count("<") >= 2 or re.fullmatch(r"[A-Z0-9]{28,44}", characters) is not None


def _characters(text: str) -> str:
    return re.sub(r"\s", "", text.upper().translate(_FILLERS))


def _rows(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """The lines by the height at which they stand; each row from left to right."""
    rows: list[list[PlacedLine]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle - rows[-1][-1].middle < 0.5 * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _joined(row: Sequence[PlacedLine]) -> str:
    return "".join(re.sub(r"[^A-Z0-9<]", "<", _characters(line.text)) for line in row)


def _confidence(zone: Zone, span: Span) -> float:
    return zone.confidence * (1.0 if zone.mrz and zone.mrz.holds(span) else _WITHOUT_DIGIT)


def _plain(name: str) -> str:
    return " ".join(name.replace("<", " ").split())


def _day(yymmdd: str, latest: date) -> date | None:
    """The day in the hundred years up to the latest one possible."""
    if not yymmdd.isdecimal():
        return None
    for century in (latest.year // 100, latest.year // 100 - 1):
        try:
            day = date(100 * century + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
        except ValueError:
            return None
        if day <= latest:
            return day
    return None
