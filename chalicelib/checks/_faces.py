"""What the checks of the selfie's face share."""

from __future__ import annotations

from typing import Annotated

from chalicelib.model.facts import Attribute
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Number, Stricter

NO_FACE = {"no_face": "No face was found: take the picture again with your face in it."}
ATTRIBUTE_REASONS = {
    **NO_FACE,
    "not_told": "Rekognition did not tell: take the picture again.",
    "not_sure": "Rekognition is not sure enough to tell: take the picture again in better light.",
}

Confidence = Annotated[
    float,
    Number("percent", 0, 100, "how sure Rekognition must be, whichever it says; less is inconclusive", Stricter.MORE),
]


def attribute_is(attribute: Attribute | None, wanted: bool, min_confidence: float, otherwise: str) -> Finding:
    """Pass when the attribute has the wanted value, fail with `otherwise` when it has the other one.

    Either needs at least `min_confidence` percent. Below it Rekognition does not know, and so neither do we.
    """
    if attribute is None:
        return inconclusive("not_told")
    if not attribute.confidence >= min_confidence:
        return inconclusive("not_sure", attribute.confidence, min_confidence)
    if attribute.value is not wanted:
        return failed(otherwise, attribute.confidence, min_confidence)
    return passed(attribute.confidence, min_confidence)
