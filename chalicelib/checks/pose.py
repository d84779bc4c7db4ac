"""The head faces the camera: neither turned, raised, lowered nor tilted too far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._faces import NO_FACE
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition DetectFaces: FaceDetails[].Pose"
REASONS = {
    **NO_FACE,
    "yaw_too_large": "The head is turned too far to a side: look straight into the camera.",
    "pitch_too_large": "The head is raised or lowered too far: hold the camera at the height of your eyes.",
    "roll_too_large": "The head is tilted too far: hold it, and the camera, upright.",
    "no_pose": "Rekognition gave no pose for the face: take the picture again.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    max_yaw_deg: Annotated[float, Number("degrees", 0, 180, "turn to the left or right, either way", Stricter.LESS)] = (
        30
    )
    max_pitch_deg: Annotated[float, Number("degrees", 0, 180, "raised or lowered, either way", Stricter.LESS)] = 30
    max_roll_deg: Annotated[float, Number("degrees", 0, 180, "tilt towards a shoulder, either way", Stricter.LESS)] = 30


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    angles = (
        ("yaw_too_large", face.yaw_deg, parameters.max_yaw_deg),
        ("pitch_too_large", face.pitch_deg, parameters.max_pitch_deg),
        ("roll_too_large", face.roll_deg, parameters.max_roll_deg),
    )
    tightest = (math.inf, 0.0, 0.0)  # what is left to the limit, the angle, its limit
    for reason, angle, limit in angles:
        if angle is None:
            return inconclusive("no_pose")
        if not abs(angle) <= limit:
            return failed(reason, angle, limit)
        tightest = min(tightest, (limit - abs(angle), abs(angle), limit))
    return passed(tightest[1], tightest[2])
