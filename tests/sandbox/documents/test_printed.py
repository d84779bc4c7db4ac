"""Where entries are found: layouts of documents that nobody drew here, as lines with their places."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.documents.printed import LICENCE_FRONT, PASSPORT, read_printed, read_title
from sandbox.documents.sheet import PlacedLine
from tests.sandbox.documents.paper import line, page

PASSPORT_CARD = page(
    ("UNITED STATES OF AMERICA", 40, 20),
    ("PASSPORT CARD", 700, 20),
    ("Nationality", 330, 110),
    ("Passport Card no.", 640, 110),
    ("USA", 330, 135),
    ("C03005988", 640, 135),
    ("Surname", 330, 170),
    ("TRAVELER", 330, 195),
    ("Given Names", 330, 230),
    ("HAPPY", 330, 255),
    ("Sex", 330, 290),
    ("Date of Birth", 440, 290),
    ("M", 330, 315),
    ("1 JAN 1981", 440, 315),
    ("Place of Birth", 330, 350),
    ("NEW YORK, U.S.A.", 330, 375),
    ("Issued On", 330, 410),
    ("Expires On", 560, 410),
    ("30 NOV 2009", 330, 435),
    ("29 NOV 2019", 560, 435),
)

# The sample licence in AWS's documentation of AnalyzeID.
MASSACHUSETTS = page(
    ("MASSACHUSETTS", 60, 20),
    ("DRIVER", 560, 20),
    ("LICENSE", 560, 45),
    ("4a ISS", 500, 110),
    ("4d NUMBER", 700, 110),
    ("03/18/2018", 500, 135),
    ("736HDV7874JSB", 700, 135),
    ("4b EXP", 500, 170),
    ("3 DOB", 700, 170),
    ("01/20/2028", 500, 195),
    ("03/18/2001", 700, 195),
    ("9 CLASS", 500, 230),
    ("12 REST", 620, 230),
    ("9a END", 740, 230),
    ("D", 500, 255),
    ("NONE", 620, 255),
    ("NONE", 740, 255),
    ("1 GARCIA", 500, 300),
    ("2 MARIA", 500, 330),
    ("8 100 MARKET STREET", 500, 370),
    ("BIGTOWN, MA, 02801", 520, 395),
    ("VETERAN", 500, 430),
)


def texts(lines: list[PlacedLine], *, licence: bool = False) -> dict[str, str]:
    return {name: field.text for name, field in read_printed(lines, licence=licence).items()}


def test_a_passport_card() -> None:
    assert texts(PASSPORT_CARD) == {
        "DOCUMENT_NUMBER": "C03005988",
        "LAST_NAME": "TRAVELER",
        "FIRST_NAME": "HAPPY",
        "DATE_OF_BIRTH": "1 JAN 1981",
        "PLACE_OF_BIRTH": "NEW YORK, U.S.A.",
        "DATE_OF_ISSUE": "30 NOV 2009",
        "EXPIRATION_DATE": "29 NOV 2019",
    }
    assert read_printed(PASSPORT_CARD, licence=False)["DATE_OF_BIRTH"].day == date(1981, 1, 1)


def test_captions_and_entries_that_ran_together() -> None:
    together = page(
        ("Sex Date of Birth", 330, 290),
        ("M  1 JAN 1981", 330, 315),
        ("Issued On   Expires On", 330, 350),
        ("30 NOV 2009 29 NOV 2019", 330, 375),
    )
    assert texts(together) == {
        "DATE_OF_BIRTH": "1 JAN 1981",
        "DATE_OF_ISSUE": "30 NOV 2009",
        "EXPIRATION_DATE": "29 NOV 2019",
    }


def test_entries_beside_their_captions() -> None:
    beside = page(
        ("Surname:", 100, 100),
        ("ERIKSSON", 230, 101),
        ("Given names: ANNA MARIA", 100, 140),
        ("DOB 08/12/1974 EXP 04/15/2032", 100, 180),
    )
    assert texts(beside) == {
        "LAST_NAME": "ERIKSSON",
        "FIRST_NAME": "ANNA",
        "MIDDLE_NAME": "MARIA",
        "DATE_OF_BIRTH": "08/12/1974",
        "EXPIRATION_DATE": "04/15/2032",
    }


def test_a_driver_licence() -> None:
    assert texts(MASSACHUSETTS, licence=True) == {
        "STATE_NAME": "MASSACHUSETTS",
        "DATE_OF_ISSUE": "03/18/2018",
        "EXPIRATION_DATE": "01/20/2028",
        "DATE_OF_BIRTH": "03/18/2001",
        "DOCUMENT_NUMBER": "736HDV7874JSB",
        "CLASS": "D",
        "RESTRICTIONS": "NONE",
        "ENDORSEMENTS": "NONE",
        "LAST_NAME": "GARCIA",
        "FIRST_NAME": "MARIA",
        "ADDRESS": "100 MARKET STREET",
        "CITY_IN_ADDRESS": "BIGTOWN",
        "STATE_IN_ADDRESS": "MA",
        "ZIP_CODE_IN_ADDRESS": "02801",
        "VETERAN": "VETERAN",
    }


def test_a_suffix_leaves_the_name_at_whose_end_it_is() -> None:
    names = page(("1 LN", 100, 100), ("SAMPLE JR", 100, 125), ("2 FN", 100, 160), ("ALEX JORDAN", 100, 185))
    read = texts(names, licence=True)
    assert (read["LAST_NAME"], read["SUFFIX"], read["MIDDLE_NAME"]) == ("SAMPLE", "JR", "JORDAN")


def test_an_entry_that_cannot_be_the_captions_own_is_left() -> None:
    assert texts(page(("Date of Birth", 100, 100), ("HOPPER", 100, 125))) == {}
    assert texts(page(("Surname", 100, 100), ("L898902C3", 100, 125))) == {}
    assert texts(page(("Surname", 100, 100), ("HOPPER", 100, 400))) == {}
    assert texts(page(("Surname", 100, 100), ("HOPPER", 900, 125))) == {}


def test_the_confidence_is_that_of_the_entry() -> None:
    read = read_printed([line("Surname", 100, 100), line("HOPPER", 100, 125, confidence=61.5)], licence=False)
    assert read["LAST_NAME"].confidence == 61.5


@pytest.mark.parametrize(
    ("title", "id_type"),
    [
        ("PASSPORT", PASSPORT),
        ("PASSPORT CARD", PASSPORT),
        ("Passport No.", None),
        ("Passport Card no.", None),
        ("DRIVER LICENSE", LICENCE_FRONT),
        ("DRIVER'S LICENCE", LICENCE_FRONT),
        ("DRIVING LICENCE", LICENCE_FRONT),
        ("FISHING LICENSE", None),
    ],
)
def test_the_type_by_the_title(title: str, id_type: str | None) -> None:
    found = read_title(page((title, 0, 0)))
    assert (found.text if found else None) == id_type
