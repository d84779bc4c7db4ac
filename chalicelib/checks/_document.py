"""What the checks of the ID document share: whether a field of it can be relied on, or why not."""

from __future__ import annotations

from typing import Annotated

from chalicelib.model.document import DocumentFacts
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


def cannot_rely_on(document: DocumentFacts, name: str, min_confidence: float) -> Finding | None:
    """Why the field with AWS's name `name` cannot be relied on (observed: that name); None when it can."""
    if name not in document.confidences:
        return inconclusive("field_missing", name)
    if not document.confidences[name] >= min_confidence:
        return inconclusive("field_unclear", name, min_confidence)
    return None
