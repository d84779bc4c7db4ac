"""A face in Rekognition's words. https://docs.aws.amazon.com/rekognition/latest/APIReference/API_FaceDetail.html"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.vision.face import Box, Face

# As asked for in Attributes -> (as answered, the face's percentage that it is so).
_ATTRIBUTES: dict[str, tuple[str, Callable[[Face], float]]] = {
    "SUNGLASSES": ("Sunglasses", lambda face: face.sunglasses),
    "EYEGLASSES": ("Eyeglasses", lambda face: face.eyeglasses),
    "EYES_OPEN": ("EyesOpen", lambda face: face.eyes_open),
    "MOUTH_OPEN": ("MouthOpen", lambda face: face.mouth_open),
    "FACE_OCCLUDED": ("FaceOccluded", lambda face: face.occluded),
}


def bounding_box(box: Box) -> dict[str, float]:
    return {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top}


def compared_face(face: Face) -> dict[str, Any]:
    """The DEFAULT attributes: all that CompareFaces tells of a face, and what DetectFaces always tells."""
    return {
        "BoundingBox": bounding_box(face.box),
        "Confidence": face.confidence,
        "Landmarks": [{"Type": name, "X": x, "Y": y} for name, (x, y) in face.landmarks.items()],
        "Pose": {"Roll": face.pose.roll, "Yaw": face.pose.yaw, "Pitch": face.pose.pitch},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
    }


def face_detail(face: Face, attributes: Sequence[str]) -> dict[str, Any]:
    """With the attributes asked for, as far as the sandbox knows them: it says nothing of age, gender or feelings."""
    wanted = {
        name: {"Value": percent(face) >= 50, "Confidence": max(percent(face), 100 - percent(face))}
        for asked, (name, percent) in _ATTRIBUTES.items()
        if "ALL" in attributes or asked in attributes
    }
    return {**compared_face(face), **wanted}
