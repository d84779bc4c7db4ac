"""Machine-readable zones. The samples are those of ICAO Doc 9303 parts 4, 5 and 6."""

from __future__ import annotations

import pytest

from sandbox.documents.mrz import TD1, TD2, TD3, Format, Mrz, check_digit, read_mrz

PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
OLD_CARD = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
SAMPLES = [(TD3, PASSPORT), (TD1, CARD), (TD2, OLD_CARD)]


def read(rows: tuple[str, ...], printed_numbers: tuple[str, ...] = ()) -> Mrz:
    mrz = read_mrz(rows, printed_numbers)
    assert mrz is not None
    return mrz


def changed(row: str, column: int, character: str) -> str:
    return row[:column] + character + row[column + 1 :]


def test_check_digits() -> None:
    assert [check_digit(text) for text in ("L898902C3", "740812", "120415", "D23145890", "<<<<<<<<<")] == list("62970")


@pytest.mark.parametrize(("layout", "rows"), SAMPLES)
def test_the_samples_are_read_as_they_are(layout: Format, rows: tuple[str, ...]) -> None:
    mrz = read(rows)
    assert (mrz.format, mrz.rows) == (layout, rows)
    assert mrz.at(layout.born) == "740812"
    assert mrz.at(layout.expires) == "120415"
    assert all(mrz.holds(span) for span in (layout.number, layout.born, layout.expires))


@pytest.mark.parametrize(("layout", "rows"), SAMPLES)
def test_every_changed_digit_of_a_date_stays_changed_and_shows(layout: Format, rows: tuple[str, ...]) -> None:
    for span in (layout.born, layout.expires):
        for column in range(span.start, span.end + 1):  # the check digit too
            for digit in "0123456789":
                if digit == rows[span.row][column]:
                    continue
                forged = (*rows[: span.row], changed(rows[span.row], column, digit), *rows[span.row + 1 :])
                mrz = read(forged, ("L898902C3", "D23145890"))
                assert mrz.rows == forged
                assert not mrz.holds(span)


@pytest.mark.parametrize(("layout", "rows"), SAMPLES)
def test_a_changed_number_stays_changed(layout: Format, rows: tuple[str, ...]) -> None:
    span = layout.number
    printed = rows[span.row][span.start : span.end]
    for column in range(span.start, span.end):
        for digit in "0123456789":
            if digit != rows[span.row][column] and not alike(digit, rows[span.row][column]):
                row = changed(rows[span.row], column, digit)
                mrz = read((*rows[: span.row], row, *rows[span.row + 1 :]), (printed,))
                assert mrz.rows[span.row] == row


def alike(digit: str, letter: str) -> bool:
    return digit + letter in ("0O", "0Q", "0D", "1I", "1L", "2Z", "5S", "8B", "6G", "4A")


def test_a_look_alike_in_the_number_is_told_apart_by_the_print() -> None:
    # Doc 9303's passport number with a letter O in it, so that it has a look-alike.
    number = "L8O8902C3"
    row = number + check_digit(number) + PASSPORT[1][10:]
    misread = row.replace("L8O8902C3", "L808902C3")
    assert read((PASSPORT[0], misread), ("C03005988", number)).at(TD3.number) == number
    assert read((PASSPORT[0], misread)).at(TD3.number) == "L808902C3"
    assert read((PASSPORT[0], misread), ("L8O8902C4",)).at(TD3.number) == "L808902C3"


def test_look_alikes_are_put_right_where_only_letters_or_digits_may_stand() -> None:
    misread = ("P<UT0ER1KSS0N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", "L898902C36UT074O8I22F12O41S9ZE184226B<<<<<I0")
    assert read(misread).rows == PASSPORT


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((PASSPORT[0][:-5], PASSPORT[1]), PASSPORT),
        ((PASSPORT[0] + "<<<", PASSPORT[1].replace("<<<<<", "<<<")), PASSPORT),
        ((PASSPORT[0][:-8] + "<<K<<<<<", PASSPORT[1].replace("<<<<<", "<<<<<<<")), PASSPORT),
        ((CARD[0][:-2], CARD[1].replace("<" * 11, "<" * 8), CARD[2] + "<"), CARD),
    ],
)
def test_lost_and_added_fillers(rows: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert read(rows).rows == expected


@pytest.mark.parametrize(
    "rows",
    [
        (),
        PASSPORT[:1],
        (PASSPORT[0], PASSPORT[1][:30]),
        (PASSPORT[0], PASSPORT[1].replace("<", "0") + "12"),
        ("X" + PASSPORT[0][1:], PASSPORT[1]),
        (*CARD, CARD[0]),
    ],
)
def test_what_is_no_zone(rows: tuple[str, ...]) -> None:
    assert read_mrz(rows) is None
