"""Texts that come from outside, whichever way: a field of a request, or of the list of an import."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from chalicelib.errors import BadRequestError

MAX_USER_ID_LENGTH = 128
MAX_PROPERTIES = 32
_PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_JOINER = "\u200d"  # holds emoji sequences together; Python does not count it as printable


def composed(given: str) -> str:
    """The text with its letters composed (Unicode's NFC): two that look alike are then one, as user ids should be."""
    return unicodedata.normalize("NFC", given)


def text(body: Mapping[str, Any], field: str, max_length: int) -> str:
    """A required text without control characters."""
    value = optional_text(body, field, max_length)
    if value is None:
        raise BadRequestError("missing-field", f"The request needs {field}.", field)
    return value


def optional_text(body: Mapping[str, Any], field: str, max_length: int) -> str | None:
    value = body.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise BadRequestError("wrong-type", f"{field} must be a text that is not empty.", field)
    value = composed(value)
    if len(value) > max_length:
        raise BadRequestError("too-long", f"{field} has {len(value)} characters; at most {max_length}.", field)
    if not all(character.isprintable() or character == _JOINER for character in value):
        raise BadRequestError("not-printable", f"{field} has characters that cannot be printed.", field)
    return value


def properties(body: Mapping[str, Any]) -> dict[str, str]:
    value = body.get("properties")
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MAX_PROPERTIES:
        raise BadRequestError(
            "wrong-type", f"properties must be an object of at most {MAX_PROPERTIES} texts.", "properties"
        )
    for name in value:
        if not _PROPERTY_NAME.fullmatch(name):
            raise BadRequestError(
                "property-name",
                "A property's name has lower-case letters, digits and _, and begins with a letter.",
                "properties",
            )
    return {name: text(value, name, 512) for name in value}
