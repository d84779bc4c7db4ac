from __future__ import annotations

from datetime import date

from sandbox.documents.sheet import PlacedLine
from sandbox.documents.zone import find_zone, zone_fields
from tests.sandbox.documents.paper import line
from tests.sandbox.documents.test_mrz import PASSPORT

TODAY = date(2026, 6, 1)


def lines(first: str = PASSPORT[0], second: str = PASSPORT[1]) -> list[PlacedLine]:
    return [line("PASSPORT", 100, 20), line(first, 20, 500, confidence=97), line(second, 20, 540, confidence=91)]


def test_the_fields_of_a_zone() -> None:
    zone = find_zone(lines())
    assert zone is not None
    assert zone.is_passport
    fields = zone_fields(zone, TODAY)
    assert {name: field.text for name, field in fields.items()} == {
        "MRZ_CODE": "\n".join(PASSPORT),
        "LAST_NAME": "ERIKSSON",
        "FIRST_NAME": "ANNA",
        "MIDDLE_NAME": "MARIA",
        "DOCUMENT_NUMBER": "L898902C3",
        "DATE_OF_BIRTH": "12 AUG 1974",
        "EXPIRATION_DATE": "15 APR 2012",
    }
    assert fields["DATE_OF_BIRTH"].day == date(1974, 8, 12)
    assert {field.confidence for field in fields.values()} == {91.0}


def test_a_row_in_two_parts_is_one_row() -> None:
    parts = [line(PASSPORT[0], 20, 500), line(PASSPORT[1][28:], 320, 541), line(PASSPORT[1][:28], 20, 540)]
    zone = find_zone(parts)
    assert zone is not None
    assert zone.rows == PASSPORT


def test_a_wrong_check_digit_is_less_sure() -> None:
    forged = PASSPORT[1].replace("7408122", "8408122")
    zone = find_zone(lines(second=forged))
    assert zone is not None
    fields = zone_fields(zone, TODAY)
    assert fields["MRZ_CODE"].text == f"{PASSPORT[0]}\n{forged}"
    assert fields["DATE_OF_BIRTH"].confidence < 60 < fields["EXPIRATION_DATE"].confidence


def test_rows_without_a_format_are_handed_on_as_they_were_read() -> None:
    zone = find_zone(lines(second=PASSPORT[1][:33]))
    assert zone is not None
    assert zone.mrz is None
    assert set(zone_fields(zone, TODAY)) == {"MRZ_CODE"}


def test_centuries() -> None:
    for born, expires, expected in (
        ("260531", "360101", (date(2026, 5, 31), date(2036, 1, 1))),
        ("260602", "990101", (date(1926, 6, 2), date(1999, 1, 1))),
        ("740230", "<<<<<<", (None, None)),
    ):
        row = PASSPORT[1][:13] + born + PASSPORT[1][19:21] + expires + PASSPORT[1][27:]
        zone = find_zone(lines(second=row))
        assert zone is not None
        fields = zone_fields(zone, TODAY)
        days = tuple(fields[name].day if name in fields else None for name in ("DATE_OF_BIRTH", "EXPIRATION_DATE"))
        assert days == expected


def test_a_page_without_a_zone() -> None:
    assert find_zone([line("PASSPORT", 0, 0), line("HOPPER << GRACE", 0, 40), line("L898902C3", 0, 80)]) is None
