"""The ID document is valid today, and for as many days more as the policy asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import DATE_REASONS, Confidence, cannot_rely_on
from chalicelib.model.document import DocumentFacts
from chalicelib.model.findings import Finding, at_least, failed, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Textract AnalyzeID: EXPIRATION_DATE (NormalizedValue)"
REASONS = {
    **DATE_REASONS,
    "expired": "The document has expired: use a valid one.",
    "expires_too_soon": "The document expires too soon: use one that is valid for longer.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_days_left: Annotated[
        int, Number("days", 0, 3650, "days until the last valid day; 0: it may be today", Stricter.MORE)
    ] = 0
    min_confidence: Confidence = 80


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    if unclear := cannot_rely_on(document_facts, "EXPIRATION_DATE", parameters.min_confidence):
        return unclear
    days_left = document_facts.days_left
    if days_left is None:
        return inconclusive("date_unreadable", "EXPIRATION_DATE")
    if days_left < 0:
        return failed("expired", days_left, parameters.min_days_left)
    return at_least(days_left, parameters.min_days_left, "expires_too_soon")
