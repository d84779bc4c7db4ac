"""DetectFaces' FaceDetails as our values. What is missing, or no finite number, becomes None: never a good value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from chalicelib.model.facts import Attribute, Box, Face


def face_of(details: Mapping[str, Any]) -> Face:
    """https://docs.aws.amazon.com/rekognition/latest/APIReference/API_FaceDetail.html"""
    pose, quality = details.get("Pose", {}), details.get("Quality", {})
    return Face(
        confidence=number(details.get("Confidence")) or 0.0,
        box=box_of(details.get("BoundingBox", {})),
        yaw_deg=number(pose.get("Yaw")),
        pitch_deg=number(pose.get("Pitch")),
        roll_deg=number(pose.get("Roll")),
        brightness=number(quality.get("Brightness")),
        sharpness=number(quality.get("Sharpness")),
        sunglasses=_attribute(details.get("Sunglasses", {})),
        eyes_open=_attribute(details.get("EyesOpen", {})),
        face_occluded=_attribute(details.get("FaceOccluded", {})),
    )


def box_of(box: Mapping[str, Any]) -> Box:
    left, top, width, height = (number(box.get(side)) or 0.0 for side in ("Left", "Top", "Width", "Height"))
    return Box(left, top, width, height)


def area(box: Box) -> float:
    """As a share of the picture; orders faces by size."""
    return box.width * box.height


def number(value: Any) -> float | None:
    """A finite number, else None."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None


def _attribute(found: Mapping[str, Any]) -> Attribute | None:
    value, confidence = found.get("Value"), number(found.get("Confidence"))
    return Attribute(value, confidence) if isinstance(value, bool) and confidence is not None else None
