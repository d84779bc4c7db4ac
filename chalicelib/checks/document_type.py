"""The ID document is of an allowed type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import FIELD_REASONS, Confidence, read_field
from chalicelib.model.facts import IdDocument
from chalicelib.model.findings import Finding, failed, passed
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


def judge(parameters: Parameters, *, id_document: IdDocument) -> Finding:
    field = read_field(id_document, "ID_TYPE", parameters.min_confidence)
    if isinstance(field, Finding):
        return field
    limit = ", ".join(parameters.allowed)
    if field.text.strip().casefold() in {allowed.casefold() for allowed in parameters.allowed}:
        return passed(field.text, limit)
    return failed("type_not_allowed", field.text, limit)
