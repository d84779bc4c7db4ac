"""The fields that the tenant needs were read from the ID document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import Confidence, cannot_rely_on
from chalicelib.model.document import DocumentFacts
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Choices, Stricter

READS = "Textract AnalyzeID: the fields named in the parameters"
REASONS = {
    "fields_missing": "Fields are missing or unclear: take a picture of the whole document, sharp and without glare.",
    "nothing_required": "The policy names no fields: name at least one.",
}
# https://docs.aws.amazon.com/textract/latest/dg/identitydocumentfields.html
AWS_FIELDS = (
    "FIRST_NAME",
    "LAST_NAME",
    "MIDDLE_NAME",
    "SUFFIX",
    "CITY_IN_ADDRESS",
    "ZIP_CODE_IN_ADDRESS",
    "STATE_IN_ADDRESS",
    "STATE_NAME",
    "DOCUMENT_NUMBER",
    "EXPIRATION_DATE",
    "DATE_OF_BIRTH",
    "DATE_OF_ISSUE",
    "ID_TYPE",
    "ENDORSEMENTS",
    "VETERAN",
    "RESTRICTIONS",
    "CLASS",
    "ADDRESS",
    "COUNTY",
    "PLACE_OF_BIRTH",
    "MRZ_CODE",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    fields: Annotated[
        tuple[str, ...], Choices("AnalyzeID's names of the fields that must be there", AWS_FIELDS, Stricter.MORE)
    ] = (
        "FIRST_NAME",
        "LAST_NAME",
        "DATE_OF_BIRTH",
        "DOCUMENT_NUMBER",
        "EXPIRATION_DATE",
    )
    min_confidence: Confidence = 80


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    """The finding tells the names of the fields that are missing, never what any field says."""
    if not parameters.fields:
        return inconclusive("nothing_required")
    missing = [name for name in parameters.fields if cannot_rely_on(document_facts, name, parameters.min_confidence)]
    return failed("fields_missing", ", ".join(missing)) if missing else passed()
