"""The machine-readable zones of drawn documents (ICAO Doc 9303 parts 4 and 5)."""

from sandbox.documents.mrz import check_digit
from sandbox.pictures.holder import Holder


def passport_zone(holder: Holder) -> list[str]:
    """The two lines of 44 characters of a passport (TD3)."""
    number, born, expires = _checked_entries(holder)
    optional = _with_digit("<" * 14)
    composite = check_digit(number + born + expires + optional)
    return [
        _filled(f"P<{holder.issuer}{_names(holder)}", 44),
        f"{number}{holder.issuer}{born}{holder.sex}{expires}{optional}{composite}",
    ]


def card_zone(holder: Holder) -> list[str]:
    """The three lines of 30 characters of an identity card (TD1)."""
    number, born, expires = _checked_entries(holder)
    first = _filled(f"I<{holder.issuer}{number}", 30)
    optional = "<" * 11
    composite = check_digit(first[5:] + born + expires + optional)
    return [
        first,
        f"{born}{holder.sex}{expires}{holder.issuer}{optional}{composite}",
        _filled(_names(holder), 30),
    ]


def with_wrong_check_digit(zone: list[str]) -> list[str]:
    """The zone with the last digit of the date of birth changed and its check digits left as they were."""
    column = 18 if len(zone) == 2 else 5
    changed = str((int(zone[1][column]) + 1) % 10)
    return [zone[0], zone[1][:column] + changed + zone[1][column + 1 :], *zone[2:]]


def _checked_entries(holder: Holder) -> tuple[str, str, str]:
    """The number, the date of birth and the date of expiry, each with its check digit."""
    number = _filled(holder.number, 9)
    born, expires = holder.born.strftime("%y%m%d"), holder.expires.strftime("%y%m%d")
    return _with_digit(number), _with_digit(born), _with_digit(expires)


def _names(holder: Holder) -> str:
    return f"{holder.surname}<<{holder.given_names}".replace(" ", "<").replace("-", "<").replace("'", "")


def _filled(text: str, length: int) -> str:
    return text.ljust(length, "<")[:length]


def _with_digit(text: str) -> str:
    return text + check_digit(text)
