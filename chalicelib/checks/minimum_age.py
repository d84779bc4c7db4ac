"""The holder of the ID document is old enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import DATE_REASONS, Confidence, cannot_rely_on
from chalicelib.model.document import DocumentFacts
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


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    if unclear := cannot_rely_on(document_facts, "DATE_OF_BIRTH", parameters.min_confidence):
        return unclear
    age_years = document_facts.age_years
    if age_years is None:
        return inconclusive("date_unreadable", "DATE_OF_BIRTH")
    if not 0 <= age_years <= OLDEST_YEARS:
        return inconclusive("age_implausible")
    return at_least(age_years, parameters.min_years, "too_young")
