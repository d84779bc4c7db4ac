"""Where the eyes of a photograph are, for the pictures that are drawn around or over a face."""

from dataclasses import dataclass
from functools import cache
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any

import dlib
import numpy as np
from PIL import Image

from sandbox.pictures.packaged import packaged_file

_SMALLEST_SIDE_PX = 640  # the detector sees faces of 80 pixels and more
_TILTS_DEG = (0, 20, -20, 40, -40)
_CERTAIN_SCORE = 0.5


@dataclass(frozen=True)
class Eyes:
    """The centres of the two eyes in pixels; left is the left one in the picture."""

    left: tuple[float, float]
    right: tuple[float, float]

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left[0] + self.right[0]) / 2, (self.left[1] + self.right[1]) / 2

    @property
    def distance_px(self) -> float:
        return hypot(self.right[0] - self.left[0], self.right[1] - self.left[1])

    @property
    def tilt_deg(self) -> float:
        """The angle of the eye line; positive when the head is turned clockwise in the picture."""
        return degrees(atan2(self.right[1] - self.left[1], self.right[0] - self.left[0]))


@cache
def _models() -> tuple[Any, Any]:
    path = packaged_file(
        "face_recognition_models",
        "models/shape_predictor_5_face_landmarks.dat",
        requirements="requirements-sandbox.txt",
    )
    return dlib.get_frontal_face_detector(), dlib.shape_predictor(str(path))


def find_eyes(image: Image.Image) -> Eyes | None:
    """The eyes of the clearest face in the picture, or None when no face is found.

    The detector knows upright faces only, so a tilted head is looked for by tilting the picture.
    """
    scale = max(1.0, _SMALLEST_SIDE_PX / max(image.size))
    enlarged = image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))
    best_score, best_eyes = 0.0, None
    for tilt_deg in _TILTS_DEG:
        score, eyes = _upright_eyes(enlarged.rotate(tilt_deg, Image.Resampling.BILINEAR))
        if eyes is not None and score > best_score:
            centre = (enlarged.width / 2, enlarged.height / 2)
            left, right = (_rotated(eye, centre, tilt_deg) for eye in (eyes.left, eyes.right))
            best_score, best_eyes = score, Eyes(left, right)
        if best_score > _CERTAIN_SCORE:
            break
    if best_eyes is None:
        return None
    left, right = best_eyes.left, best_eyes.right
    return Eyes((left[0] / scale, left[1] / scale), (right[0] / scale, right[1] / scale))


def _upright_eyes(image: Image.Image) -> tuple[float, Eyes | None]:
    """The detector's score (above 0, about 1 for a clear face) and the eyes of the best upright face."""
    detector, predictor = _models()
    pixels = np.asarray(image)
    faces, scores, _ = detector.run(pixels, 0, 0.0)
    if not faces:
        return 0.0, None
    best = int(np.argmax(scores))
    corners = predictor(pixels, faces[best])
    points = [(corners.part(i).x, corners.part(i).y) for i in range(4)]
    # The model's order: the corners of the eye on the picture's right, then of the one on its left.
    return float(scores[best]), Eyes(_middle(points[2], points[3]), _middle(points[0], points[1]))


def _rotated(point: tuple[float, float], centre: tuple[float, float], clockwise_deg: float) -> tuple[float, float]:
    x, y = point[0] - centre[0], point[1] - centre[1]
    c, s = cos(radians(clockwise_deg)), sin(radians(clockwise_deg))
    return centre[0] + c * x - s * y, centre[1] + s * x + c * y


def _middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
