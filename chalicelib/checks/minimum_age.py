"""The holder of the ID document is old enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from chalicelib.checks._document import DATE_REASONS, Confidence, read_day
from chalicelib.model.facts import IdDocument
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Textract AnalyzeID: DATE_OF_BIRTH (NormalizedValue)"
REASONS = {
    **DATE_REASONS,
    "too_young": "The holder of the document is too young: come back when old enough.",
    "age_implausible": "Nobody alive has this date of birth: take the picture again, or have it reviewed.",
}
OLDEST_YEARS = 125  # nobody is known to have been older; beyond it the century was misread


@dataclass(frozen=True, slots=True)
class Parameters:
    min_years: Annotated[int, Number("years", 1, 120, "completed years of age", Stricter.MORE)] = 18
    min_confidence: Confidence = 80


def judge(parameters: Parameters, *, id_document: IdDocument, today: date) -> Finding:
    """The finding tells the age in years, never the date of birth."""
    born = read_day(id_document, "DATE_OF_BIRTH", parameters.min_confidence)
    if isinstance(born, Finding):
        return born
    age_years = _age_years(born, today)
    if not 0 <= age_years <= OLDEST_YEARS:
        return inconclusive("age_implausible")
    return at_least(age_years, parameters.min_years, "too_young")


def _age_years(born: date, today: date) -> int:
    """Completed years. Who was born on 29 February completes one on 1 March when the year has no such day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
