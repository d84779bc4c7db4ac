"""The selfie shows the right number of faces, as a rule exactly one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._faces import NO_FACE
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, at_most, failed, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition DetectFaces: FaceDetails[].Confidence"
REASONS = {
    **NO_FACE,
    "too_few_faces": "There are too few faces in the picture: take it again with everybody in it.",
    "too_many_faces": "There are too many faces in the picture: take it again alone.",
    "no_confidence": "Rekognition did not tell how sure it is of a face: take the picture again.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_faces: Annotated[int, Number("faces", 1, 100, "fewest faces", Stricter.MORE)] = 1
    max_faces: Annotated[int, Number("faces", 1, 100, "most faces", Stricter.LESS)] = 1
    min_confidence: Annotated[
        float, Number("percent", 0, 100, "fainter detections do not count as faces", Stricter.DEPENDS)
    ] = 90


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    confidences = [face.confidence for face in selfie_faces.faces]
    count = sum(confidence >= parameters.min_confidence for confidence in confidences)
    fainter = sum(confidence < parameters.min_confidence for confidence in confidences)
    if count + fainter < len(confidences):
        return inconclusive("no_confidence")
    if count < parameters.min_faces:
        return failed("too_few_faces" if count else "no_face", count, parameters.min_faces)
    return at_most(count, parameters.max_faces, "too_many_faces")
