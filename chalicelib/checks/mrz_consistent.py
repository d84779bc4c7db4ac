"""The machine-readable zone's check digits hold, and it says the same as the print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._document import DATE_REASONS
from chalicelib.model.document import Agreement, DocumentFacts
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Flag, Stricter

READS = "Textract AnalyzeID: MRZ_CODE against DOCUMENT_NUMBER, DATE_OF_BIRTH, EXPIRATION_DATE and the names"
REASONS = {
    "mrz_missing": "No machine-readable zone was found: take a picture of the side that has the rows of < signs.",
    "mrz_unreadable": "The machine-readable zone could not be read: take the picture again, sharp and without glare.",
    "check_digit_wrong": "A check digit in the machine-readable zone is wrong: take the picture again, or review it.",
    "field_missing": DATE_REASONS["field_missing"],
    "date_unreadable": DATE_REASONS["date_unreadable"],
    "differs_from_print": "The machine-readable zone and the print differ: take the picture again, or review it.",
}
COMPARED = ("DOCUMENT_NUMBER", "DATE_OF_BIRTH", "EXPIRATION_DATE", "LAST_NAME", "FIRST_NAME")


@dataclass(frozen=True, slots=True)
class Parameters:
    required: Annotated[
        bool, Flag("whether there must be a zone; if not, a document that shows none passes", Stricter.MORE)
    ] = True


def judge(parameters: Parameters, *, document_facts: DocumentFacts) -> Finding:
    """The finding tells which field is wrong, never what it says."""
    zone = document_facts.zone
    if zone is None:
        # With no field at all nothing was read, so that there is no zone is not known either.
        return passed() if document_facts.confidences and not parameters.required else inconclusive("mrz_missing")
    if not zone.readable:
        return inconclusive("mrz_unreadable")
    if zone.wrong_check_digits:
        return failed("check_digit_wrong", zone.wrong_check_digits[0])
    differences = (_difference(zone.compared.get(name), name) for name in COMPARED)
    return next((finding for finding in differences if finding), passed())


def _difference(agreement: Agreement | None, name: str) -> Finding | None:
    """What there is to say about the printed field `name`; nothing when it says the same as the zone."""
    match agreement:
        case Agreement.AGREES:
            return None
        case Agreement.DIFFERS:
            return failed("differs_from_print", name)
        case Agreement.UNREADABLE:
            return inconclusive("date_unreadable", name)
    return inconclusive("field_missing", name)
