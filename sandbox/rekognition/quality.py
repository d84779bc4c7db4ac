"""What a QualityFilter leaves out. Amazon does not tell its limits; these are the sandbox's own.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_IndexFaces.html
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.vision.face import Face


@dataclass(frozen=True)
class _Limits:
    brightness: float
    sharpness: float
    yaw_deg: float
    pitch_deg: float
    confidence: float


_AUTO = _Limits(brightness=10, sharpness=5, yaw_deg=60, pitch_deg=60, confidence=60)
_FILTERS = {
    "NONE": None,
    "LOW": _Limits(brightness=5, sharpness=2, yaw_deg=75, pitch_deg=75, confidence=50),
    "AUTO": _AUTO,
    "MEDIUM": _AUTO,
    "HIGH": _Limits(brightness=25, sharpness=30, yaw_deg=40, pitch_deg=45, confidence=90),
}


def complaints(face: Face, quality_filter: str) -> list[str]:
    """AWS's reasons for which the filter leaves the face out."""
    limits = _FILTERS[quality_filter]
    if limits is None:
        return []
    reasons = {
        "EXTREME_POSE": abs(face.pose.yaw) > limits.yaw_deg or abs(face.pose.pitch) > limits.pitch_deg,
        "LOW_BRIGHTNESS": face.brightness < limits.brightness,
        "LOW_SHARPNESS": face.sharpness < limits.sharpness,
        "LOW_CONFIDENCE": face.confidence < limits.confidence,
    }
    return [reason for reason, applies in reasons.items() if applies]


def good_enough(face: Face, quality_filter: str) -> bool:
    return not complaints(face, quality_filter)
