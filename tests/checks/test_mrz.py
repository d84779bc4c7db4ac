"""The machine-readable zone, with the specimens of ICAO Doc 9303 and every way to change one character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.mrz import check_digit, read_mrz
from tests.checks.harness import TD3

TD1 = """I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<"""
TD2 = """I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
D231458907UTO7408122F1204159<<<<<<<6"""
LONG_NUMBER = """I<UTOD23145890<7349<<<<<<<<<<<
3407127M9507122UTO<<<<<<<<<<<2
STEVENSON<<PETER<JOHN<<<<<<<<<"""


@pytest.mark.parametrize(
    ("text", "number", "birth", "expiry", "name"),
    [
        (TD1, "D23145890", "740812", "120415", "ERIKSSON, ANNA MARIA"),
        (TD2, "D23145890", "740812", "120415", "ERIKSSON, ANNA MARIA"),
        (TD3, "L898902C3", "740812", "120415", "ERIKSSON, ANNA MARIA"),
        (LONG_NUMBER, "D23145890734", "340712", "950712", "STEVENSON, PETER JOHN"),
    ],
    ids=["TD1", "TD2", "TD3", "a number of twelve characters"],
)
def test_specimens(text: str, number: str, birth: str, expiry: str, name: str) -> None:
    zone = read_mrz(text)
    assert zone is not None
    assert (zone.document_number, zone.birth_date, zone.expiry_date) == (number, birth, expiry)
    assert f"{zone.surname}, {zone.given_names}" == name
    assert (zone.wrong_check_digits, zone.names_cut) == ((), False)


def test_example_of_the_standard() -> None:
    """Part 3, section 4.9, examples 1 and 2."""
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"


@pytest.mark.parametrize("text", [TD1, TD2, TD3, LONG_NUMBER], ids=["TD1", "TD2", "TD3", "long"])
@pytest.mark.parametrize("character", ["0", "O"])
def test_a_changed_date_or_number_is_noticed(text: str, character: str) -> None:
    """A digit changed into another, or into a letter that looks like it, anywhere in the dates."""
    zone = read_mrz(text)
    assert zone is not None
    for date in (zone.birth_date, zone.expiry_date):
        for place in range(6):
            changed = date[:place] + character + date[place + 1 :]
            read = read_mrz(text.replace(date, changed))
            assert read is not None
            # O counts 24, which modulo 10 is 4: the digits alone cannot tell it from 4.
            same = date[place] == character or (character == "O" and date[place] == "4")
            assert bool(read.wrong_check_digits) is not same


def test_empty_optional_data_may_have_either_check_digit() -> None:
    line = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<"
    composite = check_digit(line[0:10] + line[13:20] + line[21:42] + "0")
    for digit in ("0", "<"):
        zone = read_mrz(TD3[:45] + line + digit + composite)
        assert zone is not None
        assert zone.wrong_check_digits == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P<UTO",
        TD3[:-1],
        TD3 + "<",
        TD3.lower(),
        TD3.replace("P<", "V<", 1),
        TD1.replace("I<", "X<", 1),
        TD3.replace("E", "\u00c9", 1),
    ],
    ids=["empty", "short", "one less", "one more", "small letters", "visa", "unknown kind", "accent"],
)
def test_what_is_no_zone(text: str) -> None:
    assert read_mrz(text) is None


@settings(deadline=None)
@given(st.sampled_from([72, 88, 90]).flatmap(lambda length: st.text("PIAC0189<OZ", min_size=length, max_size=length)))
def test_any_characters_can_be_read(text: str) -> None:
    zone = read_mrz(text)
    assert zone is None or "<" not in zone.document_number + zone.surname + zone.given_names
