"""The face is neither too dark nor too bright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._faces import NO_FACE
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, at_most, failed, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition DetectFaces: FaceDetails[].Quality.Brightness"
REASONS = {
    **NO_FACE,
    "too_dark": "The face is too dark: take the picture again with more light from the front.",
    "too_bright": "The face is too bright: take the picture again out of the sun or the lamp's glare.",
    "no_brightness": "Rekognition did not tell how bright the face is: take the picture again.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_brightness: Annotated[
        float, Number("percent", 0, 100, "darkest face, on Rekognition's scale of quality", Stricter.MORE)
    ] = 25
    max_brightness: Annotated[float, Number("percent", 0, 100, "brightest face, on the same scale", Stricter.LESS)] = 98


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    if face.brightness is None:
        return inconclusive("no_brightness")
    if face.brightness < parameters.min_brightness:
        return failed("too_dark", face.brightness, parameters.min_brightness)
    return at_most(face.brightness, parameters.max_brightness, "too_bright")
