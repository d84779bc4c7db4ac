"""Whom a drawn document names, and what it says of them."""

from dataclasses import dataclass, field
from datetime import date


def _first_of_january(years_from_now: int) -> date:
    return date(date.today().year + years_from_now, 1, 1)  # noqa: DTZ011 - a sample document's year, no instant


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The entries of a document. Names are in capitals; the issuer is ICAO's code of the invented state Utopia.

    The document is valid now, whenever now is: issued on 1 January of last year, for ten years.
    """

    surname: str = "HOPPER"
    given_names: str = "GRACE MURRAY"
    born: date = date(1966, 12, 9)
    sex: str = "F"
    number: str = "L898902C3"
    issuer: str = "UTO"
    nationality: str = "UTOPIAN"
    place_of_birth: str = "NEW YORK"
    street: str = "123 MAIN STREET"
    city: str = "SPRINGFIELD"
    state: str = "CA"
    zip_code: str = "90210"
    issued: date = field(default_factory=lambda: _first_of_january(-1))
    expires: date = field(default_factory=lambda: _first_of_january(9))
