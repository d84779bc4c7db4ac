"""What is known of an ID document: what AnalyzeID read, and what may be judged of it without its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class IdField:
    """One of AnalyzeID's IdentityDocumentFields: the text as printed, and NormalizedValue when it is a date."""

    text: str
    confidence: float
    day: date | None = None


@dataclass(frozen=True, slots=True)
class IdDocument:
    """What AnalyzeID read, by AWS's field names (FIRST_NAME, DATE_OF_BIRTH, MRZ_CODE ...); empty texts dropped."""

    fields: Mapping[str, IdField]


class Agreement(StrEnum):
    """What comparing a printed field with the machine-readable zone gave."""

    AGREES = "agrees"
    DIFFERS = "differs"
    MISSING = "missing"  # not in print
    UNREADABLE = "unreadable"  # in print, but not understood as a date


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The machine-readable zone against the print, without a word of what either says.

    `wrong_check_digits` are in the order of `Mrz`; `compared` is by AWS's field names. Both are empty when it is not
    `readable`.
    """

    readable: bool
    wrong_check_digits: tuple[str, ...] = ()
    compared: Mapping[str, Agreement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What checks judge an ID document by, without what it says: no names, no numbers, no dates.

    `confidences` (0-100) are those of the fields that have a text, by AWS's names. `type` is ID_TYPE as printed.
    `age_years` are completed years (negative: not born yet), `days_left` days from today to the last valid day; None
    when there is no such date. `zone` is None when there is no zone.
    `name_percent` is how much of the claimed name agrees with the printed one, and `name_without_middle_percent` the
    same without MIDDLE_NAME, which may be too unclear to count; None when nobody is claimed or no name is printed.
    """

    confidences: Mapping[str, float]
    type: str | None = None
    age_years: int | None = None
    days_left: int | None = None
    zone: ZoneFacts | None = None
    name_percent: float | None = None
    name_without_middle_percent: float | None = None
