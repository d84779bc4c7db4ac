from __future__ import annotations

import pytest

from sandbox.documents.captions import OTHER, find_captions


def captions(text: str, *, licence: bool = False) -> list[tuple[str, str]]:
    return [(found.field, text[found.start : found.end].strip()) for found in find_captions(text, licence=licence)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Surname", "LAST_NAME"),
        ("Surname / Nom / Apellidos", "LAST_NAME"),
        ("Surname/Sukunimi", "LAST_NAME"),
        ("Vornamen/Given names/Prénoms", "FIRST_NAME"),
        ("Date of birth / Date de naissance", "DATE_OF_BIRTH"),
        ("Passport Card No.", "DOCUMENT_NUMBER"),
        ("PassportNo", "DOCUMENT_NUMBER"),
        ("Issued On", "DATE_OF_ISSUE"),
        ("Expires On", "EXPIRATION_DATE"),
        ("4d DL NO.", "DOCUMENT_NUMBER"),
        ("4bEXP", "EXPIRATION_DATE"),
        ("Surrame", "LAST_NAME"),  # misread
        ("Date of lssue", "DATE_OF_ISSUE"),  # misread
        ("Nationality", OTHER),
    ],
)
def test_a_whole_line_is_a_caption(text: str, field: str) -> None:
    assert captions(text) == [(field, text)]


def test_several_captions_in_one_line() -> None:
    assert captions("Sex Date of Birth") == [(OTHER, "Sex"), ("DATE_OF_BIRTH", "Date of Birth")]
    assert captions("9 CLASS C 9a END NONE 12 REST NONE") == [
        ("CLASS", "9 CLASS"),
        ("ENDORSEMENTS", "9a END"),
        ("RESTRICTIONS", "12 REST"),
    ]


@pytest.mark.parametrize(
    "text", ["HOPPER", "123 END STREET", "PASSPORT", "PASSPORT CARD", "IDENTITY CARD", "EXPRESS LANE", "1 GARCIA", ""]
)
def test_no_caption(text: str) -> None:
    assert captions(text) == []


def test_item_numbers_are_captions_on_licences_only() -> None:
    assert captions("1 GARCIA", licence=True) == [("LAST_NAME", "1")]
    assert captions("8 100 MARKET STREET", licence=True) == [("ADDRESS", "8")]
    assert captions("100 MARKET STREET", licence=True) == []
