"""The machine-readable zone of identity documents: ICAO Doc 9303 parts 3 (rules), 4 (TD3), 5 (TD1) and 6 (TD2).

It is read as printed. Nothing is repaired: trying O for 0 "until the check digit holds" would hide tampering.
"""

from __future__ import annotations

from dataclasses import dataclass

_FILLER = "<"
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the zone says. Dates are YYMMDD as printed: no century, unknown parts filled with `<`.

    Names are in capitals, their parts separated by blanks; `names_cut` when they may have been too long for the zone.
    `wrong_check_digits` names the parts whose check digit does not hold: birth_date, expiry_date, document_number,
    optional_data, composite; in this order.
    """

    document_number: str
    birth_date: str
    expiry_date: str
    surname: str
    given_names: str
    names_cut: bool
    wrong_check_digits: tuple[str, ...]


def read_mrz(text: str) -> Mrz | None:
    """Read a zone of format TD1, TD2 or TD3; None when the text is none. Blanks and line breaks do not matter."""
    zone = "".join(text.split())
    if not set(zone) <= {*_CHARACTERS, _FILLER}:
        return None
    kind = zone[:1]
    if len(zone) == 90 and kind in "ACI":
        return _read_td1(zone[:30], zone[30:60], zone[60:])
    if len(zone) == 72 and kind in "ACI":
        return _read_td2(zone[:36], zone[36:])
    if len(zone) == 88 and kind == "P":
        return _read_td3(zone[:44], zone[44:])
    return None


def check_digit(text: str) -> str:
    """Doc 9303 part 3, section 4.9: the weighted sum modulo 10; letters are 10 to 35, fillers 0."""
    values = (0 if character == _FILLER else _CHARACTERS.index(character) for character in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def _read_td1(first: str, second: str, third: str) -> Mrz:
    number, digit = _long_number(first[5:14], first[14], first[15:30])
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    checks = (("document_number", number, digit), ("composite", composite, second[29]))
    return _mrz(number, second[0:15], third, checks)


def _read_td2(first: str, second: str) -> Mrz:
    number, digit = _long_number(second[0:9], second[9], second[28:35])
    checks = (("document_number", number, digit), ("composite", _composite(second, 35), second[35]))
    return _mrz(number, second[13:28], first[5:], checks)


def _read_td3(first: str, second: str) -> Mrz:
    optional, digit = second[28:42], second[42]
    if digit == _FILLER and not optional.strip(_FILLER):
        digit = "0"  # part 4, section 4.2.2.2: empty optional data may have either
    checks = (
        ("document_number", second[0:9], second[9]),
        ("optional_data", optional, digit),
        ("composite", _composite(second, 43), second[43]),
    )
    return _mrz(second[0:9], second[13:28], first[5:], checks)


def _composite(second: str, end: int) -> str:
    return second[0:10] + second[13:20] + second[21:end]


def _long_number(field: str, digit: str, optional: str) -> tuple[str, str]:
    """A number beyond nine characters goes on in the optional data, its check digit behind it (part 5, note j)."""
    rest = optional.partition(_FILLER)[0]
    return (field + rest[:-1], rest[-1]) if digit == _FILLER and rest else (field, digit)


def _mrz(number: str, dates: str, names: str, checks: tuple[tuple[str, str, str], ...]) -> Mrz:
    """`dates` are the fifteen characters from the date of birth to the check digit of the date of expiry."""
    birth, expiry = dates[0:6], dates[8:14]
    all_checks = (("birth_date", birth, dates[6]), ("expiry_date", expiry, dates[14]), *checks)
    surname, _, given_names = names.partition(_FILLER * 2)
    return Mrz(
        document_number=number.replace(_FILLER, ""),
        birth_date=birth,
        expiry_date=expiry,
        surname=_plain(surname),
        given_names=_plain(given_names),
        names_cut=not names.endswith(_FILLER),
        wrong_check_digits=tuple(name for name, data, digit in all_checks if check_digit(data) != digit),
    )


def _plain(name: str) -> str:
    return " ".join(name.replace(_FILLER, " ").split())
