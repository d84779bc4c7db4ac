"""The face is sharp enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._faces import NO_FACE
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition DetectFaces: FaceDetails[].Quality.Sharpness"
REASONS = {
    **NO_FACE,
    "blurred": "The face is blurred: hold still, clean the lens, and take the picture again.",
    "no_sharpness": "Rekognition did not tell how sharp the face is: take the picture again.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_sharpness: Annotated[
        float, Number("percent", 0, 100, "least sharp face, on Rekognition's quality scale", Stricter.MORE)
    ] = 10


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    if face.sharpness is None:
        return inconclusive("no_sharpness")
    return at_least(face.sharpness, parameters.min_sharpness, "blurred")
