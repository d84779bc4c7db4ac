"""A face moved, turned and scaled so that its eyes are always at the same place: the attributes read fixed zones."""

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox.vision.picture import Pixels
from sandbox.vision.spot import Points

SIDE_PX = 160
EYES_APART_PX = 64
EYES_FROM_TOP_PX = 61

LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # in the picture, not the person's


@dataclass(frozen=True)
class AlignedFace:
    """SIDE_PX square pixels, and the 68 landmarks in them."""

    pixels: Pixels
    points: Points

    @cached_property
    def lab(self) -> NDArray[np.float64]:
        """Lightness 0-255, and the two colour axes around 128: https://docs.opencv.org/4.x/de/d25/imgproc_color_conversions.html"""
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2LAB), dtype=np.float64)

    @property
    def eyes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The two eyes' centres."""
        return self.points[LEFT_EYE].mean(axis=0), self.points[RIGHT_EYE].mean(axis=0)


def align(pixels: Pixels, points: Points) -> AlignedFace:
    """The face with these landmarks, aligned."""
    left, right = points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)
    across = right - left
    scale = EYES_APART_PX / max(float(np.linalg.norm(across)), 1.0)
    if scale < 0.5:  # warpAffine would leave out pixels: make the picture smaller properly first
        smaller = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return align(np.asarray(smaller, dtype=np.uint8), points * scale)
    centre = (left + right) / 2
    angle_deg = math.degrees(math.atan2(across[1], across[0]))
    matrix = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle_deg, scale)
    matrix[:, 2] += np.array([SIDE_PX / 2, EYES_FROM_TOP_PX]) - centre
    face = cv2.warpAffine(pixels, matrix, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE)
    return AlignedFace(np.asarray(face, dtype=np.uint8), points @ matrix[:, :2].T + matrix[:, 2])


def zone(values: NDArray[np.float64], left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    """The part of (SIDE_PX, SIDE_PX, ...) values inside these edges, flattened to (n, ...); may be empty."""
    rows = slice(max(0, int(top)), max(0, int(bottom)))
    columns = slice(max(0, int(left)), max(0, int(right)))
    part = values[rows, columns]
    return part.reshape(-1, *values.shape[2:])
