"""The check digit of ICAO Doc 9303 part 3, section 4.9: weights 7, 3, 1; letters count 10 to 35, the filler 0."""

_WEIGHTS = (7, 3, 1)
_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def check_digit(text: str) -> str:
    """The check digit of a machine-readable field, as the character that is printed behind it.

    Raises KeyError for a character that a machine-readable zone cannot hold.
    """
    return str(sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(text)) % 10)
