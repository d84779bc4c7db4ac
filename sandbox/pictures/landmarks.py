"""Where the eyes of a photograph are, for the pictures that are drawn around or over a face."""

from dataclasses import dataclass
from functools import cache
from math import atan2, degrees, hypot

import numpy as np
from PIL import Image

from sandbox.vision.detect import find_faces
from sandbox.vision.landmarks import named_landmarks
from sandbox.vision.models import Models

_LONGER_SIDE_PX = 640  # enough to see the faces of these pictures, and fast


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


def find_eyes(image: Image.Image) -> Eyes | None:
    """The eyes of the largest face in the picture, or None when no face is found."""
    scale = _LONGER_SIDE_PX / max(image.size)
    scaled = image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))
    faces = find_faces(np.array(scaled), _models())
    if not faces:
        return None
    landmarks = named_landmarks(faces[0].points, scaled.width, scaled.height)
    (left_x, left_y), (right_x, right_y) = landmarks["eyeLeft"], landmarks["eyeRight"]
    return Eyes((left_x * image.width, left_y * image.height), (right_x * image.width, right_y * image.height))


@cache
def _models() -> Models:
    return Models()
