"""What the engine says of one face."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Embedding: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A rectangle as ratios of the picture's width and height; it may reach beyond the picture's edge."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True)
class Pose:
    """Head pose in degrees. roll > 0: clockwise in the picture; yaw > 0: towards its right; pitch > 0: up."""

    roll: float
    yaw: float
    pitch: float


@dataclass(frozen=True, eq=False)
class Face:
    """One face. Percentages are 0-100; those of the attributes say how likely it is that it is so.

    landmarks: Rekognition's name of the point -> (x, y) as ratios of the picture's size.
    embedding: 128 numbers; the Euclidean distance of two says how alike the faces are (see `similarity`).
    """

    box: Box
    confidence: float
    landmarks: dict[str, tuple[float, float]]
    pose: Pose
    brightness: float
    sharpness: float
    sunglasses: float
    eyeglasses: float
    eyes_open: float
    mouth_open: float
    occluded: float
    embedding: Embedding


class FaceReader(Protocol):
    """Reads the faces of a picture, the largest first."""

    def faces(self, data: bytes) -> tuple[Face, ...]:
        """Raises a `PictureError` when the bytes are no picture that can be read."""
        ...
