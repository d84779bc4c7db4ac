from __future__ import annotations

from datetime import date

import pytest

from sandbox.documents.dates import find_dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 JAN 1981", date(1981, 1, 1)),
        ("01JAN1981", date(1981, 1, 1)),
        ("09 0CT 2030", date(2030, 10, 9)),
        ("12 AUG/AOUT 1974", date(1974, 8, 12)),
        ("04 September 2029", date(2029, 9, 4)),
        ("JAN 1, 1981", date(1981, 1, 1)),
        ("03/14/2031", date(2031, 3, 14)),
        ("04/03/2031", date(2031, 4, 3)),  # American
        ("14/03/2031", date(2031, 3, 14)),  # cannot be American
        ("04.03.2031", date(2031, 3, 4)),  # European
        ("2031-03-14", date(2031, 3, 14)),
    ],
)
def test_one_date(text: str, day: date) -> None:
    assert [found.day for found in find_dates(text)] == [day]


@pytest.mark.parametrize(
    "text", ["31 FEB 2020", "12/34/2020", "1 JAN 81", "12 FOO 1990", "C03005988", "123 01/01/20201", ""]
)
def test_no_date(text: str) -> None:
    assert find_dates(text) == []


def test_dates_stand_from_left_to_right() -> None:
    text = "4a 05/01/2023 4b 14 MAR 2031"
    found = find_dates(text)
    assert [text[date.start : date.end] for date in found] == ["05/01/2023", "14 MAR 2031"]
