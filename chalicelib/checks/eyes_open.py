"""Both eyes are open."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.checks._faces import ATTRIBUTE_REASONS, Confidence, attribute_is
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, inconclusive

READS = "Rekognition DetectFaces: FaceDetails[].EyesOpen"
REASONS = {**ATTRIBUTE_REASONS, "eyes_closed": "The eyes are closed: take the picture again with open eyes."}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_confidence: Confidence = 90


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    return attribute_is(face.eyes_open, True, parameters.min_confidence, "eyes_closed")
