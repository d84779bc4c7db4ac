"""The ID document is of an allowed type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import FIELD_REASONS, Confidence, cannot_rely_on
from chalicelib.model.document import DocumentFacts
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Choices, Stricter

READS = "Textract AnalyzeID: ID_TYPE"
REASONS = {
    **FIELD_REASONS,
    "type_not_allowed": "This type of document is not accepted: use one of the types that the limit lists.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    allowed: Annotated[
        tuple[str, ...], Choices("accepted ID_TYPE texts; capitals do not matter", stricter=Stricter.LESS)
    ] = (
        "PASSPORT",
        "DRIVER LICENSE FRONT",
    )
    min_confidence: Confidence = 80


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    if unclear := cannot_rely_on(document_facts, "ID_TYPE", parameters.min_confidence):
        return unclear
    shown, limit = document_facts.type, ", ".join(parameters.allowed)
    if shown is None:
        return inconclusive("field_missing", "ID_TYPE")
    if shown.casefold() in {allowed.casefold() for allowed in parameters.allowed}:
        return passed(shown, limit)
    return failed("type_not_allowed", shown, limit)
