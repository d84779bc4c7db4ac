"""What the checks of the ID document share: reading one of its fields, or saying why not."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from chalicelib.model.facts import IdDocument, IdField
from chalicelib.model.findings import Finding, inconclusive
from chalicelib.model.plugins import Number, Stricter

FIELD_REASONS = {
    "field_missing": "A field was not found on the document: take a picture of the whole document.",
    "field_unclear": "A field could not be read for certain: take the picture again, sharp and without glare.",
}
DATE_REASONS = {
    **FIELD_REASONS,
    "date_unreadable": "A date on the document could not be understood: take the picture again, or have it reviewed.",
}

Confidence = Annotated[
    float, Number("percent", 0, 100, "how sure Textract must be of each field that is read", Stricter.MORE)
]


def read_field(document: IdDocument, name: str, min_confidence: float) -> IdField | Finding:
    """The field with AWS's name `name`; an inconclusive finding (observed: that name) when it cannot be relied on."""
    field = document.fields.get(name)
    if field is None or not field.text.strip():
        return inconclusive("field_missing", name)
    if not field.confidence >= min_confidence:
        return inconclusive("field_unclear", name, min_confidence)
    return field


def read_day(document: IdDocument, name: str, min_confidence: float) -> date | Finding:
    """The date in a field, as `read_field`; a text that is no date is inconclusive."""
    field = read_field(document, name, min_confidence)
    if isinstance(field, Finding):
        return field
    return field.day or inconclusive("date_unreadable", name)
