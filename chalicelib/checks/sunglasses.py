"""The face wears no sunglasses."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.checks._faces import ATTRIBUTE_REASONS, Confidence, attribute_is
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, inconclusive

READS = "Rekognition DetectFaces: FaceDetails[].Sunglasses"
REASONS = {**ATTRIBUTE_REASONS, "sunglasses": "Sunglasses cover the eyes: take them off."}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_confidence: Confidence = 90


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    return attribute_is(face.sunglasses, False, parameters.min_confidence, "sunglasses")
