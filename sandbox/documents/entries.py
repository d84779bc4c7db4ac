"""What an entry of each field looks like, so that no caption takes a text that cannot be its own."""

import re

from sandbox.documents.dates import find_dates

DATE_FIELDS = ("DATE_OF_BIRTH", "DATE_OF_ISSUE", "EXPIRATION_DATE")

_NAME = re.compile(r"[^\W\d_][^\d_<:]*")
_NUMBER = re.compile(r"(?=(?:.*\d){3})[A-Z0-9][A-Z0-9 *-]{3,24}")
_SHAPES = {
    "LAST_NAME": _NAME,
    "FIRST_NAME": _NAME,
    "MIDDLE_NAME": _NAME,
    "PLACE_OF_BIRTH": _NAME,
    "COUNTY": _NAME,
    "DOCUMENT_NUMBER": _NUMBER,
    "ADDRESS": re.compile(r"(?=.*[A-Z])[A-Z0-9].{4,}"),
    "CLASS": re.compile(r"[A-Z0-9]{1,4}"),
    "RESTRICTIONS": re.compile(r"[A-Z0-9 ,/]{1,20}"),
    "ENDORSEMENTS": re.compile(r"[A-Z0-9 ,/]{1,20}"),
}


def fits(field: str, text: str) -> bool:
    """Whether the text can be an entry of the field. Any text can be one of a field that is not reported."""
    if field in DATE_FIELDS:
        return bool(find_dates(text))
    if find_dates(text):
        return field not in _SHAPES
    shape = _SHAPES.get(field)
    return shape is None or shape.fullmatch(text.upper()) is not None
