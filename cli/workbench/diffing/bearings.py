"""Which way a change bears on who is approved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.model.plugins import Stricter


class Bearing(StrEnum):
    """`LOOSER`: somebody who was refused may now be approved, or seen by a person instead of being refused.

    `UNCLEAR` could be either and is treated as looser where it matters.
    """

    STRICTER = "stricter"
    LOOSER = "looser"
    NEITHER = "neither"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Change:
    """`flow` is empty for what concerns the whole policy."""

    flow: str
    words: str
    bearing: Bearing


def bearing(old: Any, new: Any, stricter: Stricter | None) -> Bearing:
    """Of a value that is another now; lists are compared as sets."""
    if stricter not in (Stricter.MORE, Stricter.LESS):
        return Bearing.UNCLEAR
    if isinstance(old, tuple):
        old, new = set(old), set(new)
    if not (old < new or new < old):  # lists of which neither holds the other
        return Bearing.UNCLEAR
    return Bearing.STRICTER if (new > old) is (stricter is Stricter.MORE) else Bearing.LOOSER


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
