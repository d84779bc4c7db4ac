"""The name on the ID document is the one that the applicant claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import FIELD_REASONS, Confidence, cannot_rely_on
from chalicelib.model.document import DocumentFacts
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Textract AnalyzeID: FIRST_NAME, MIDDLE_NAME, LAST_NAME, against the properties of the request"
REASONS = {
    **FIELD_REASONS,
    "not_claimed": "The request names nobody: send the properties first_name and last_name, or name.",
    "another_name": "The name on the document is another one: send the name as the document shows it.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_similarity_percent: Annotated[
        float, Number("percent", 0, 100, "share of letters that must agree", Stricter.MORE)
    ] = 85
    min_confidence: Confidence = 80


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    """A middle name that is missing or unclear does not count."""
    for name in ("FIRST_NAME", "LAST_NAME"):
        if unclear := cannot_rely_on(document_facts, name, parameters.min_confidence):
            return unclear
    without_middle = cannot_rely_on(document_facts, "MIDDLE_NAME", parameters.min_confidence)
    percent = document_facts.name_without_middle_percent if without_middle else document_facts.name_percent
    if percent is None:
        return inconclusive("not_claimed")
    return at_least(percent, parameters.min_similarity_percent, "another_name")
