"""Places in a picture that hold a face, and how to cut them out of it."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox.vision.picture import Pixels

Points: TypeAlias = NDArray[np.float64]
"""(n, 2): x and y in pixels."""

Matrix: TypeAlias = NDArray[np.float64]
"""(2, 3): an affine map of points."""


@dataclass(frozen=True)
class Spot:
    """A square in the picture that holds a face: centre and side in pixels, and the head's roll in degrees."""

    x: float
    y: float
    side: float
    roll_deg: float
    score: float
    sure_of_roll: bool


def cut_out(pixels: Pixels, spot: Spot, *, zoom: float, size_px: int) -> tuple[Pixels, Matrix]:
    """The spot and its surroundings (zoom times its side), turned upright and size_px square; with the matrix."""
    scale = size_px / (spot.side * zoom)
    if scale < 0.5:  # warpAffine would leave out pixels: make the picture smaller properly first
        nearer = replace(spot, x=spot.x * scale, y=spot.y * scale, side=spot.side * scale)
        patch, matrix = cut_out(scaled(pixels, scale), nearer, zoom=zoom, size_px=size_px)
        matrix[:, :2] *= scale
        return patch, matrix
    # OpenCV turns counter-clockwise, which undoes a clockwise roll.
    turn = np.asarray(cv2.getRotationMatrix2D((spot.x, spot.y), spot.roll_deg, scale), dtype=np.float64)
    turn[:, 2] += size_px / 2 - np.array([spot.x, spot.y])
    turned = cv2.warpAffine(pixels, turn, (size_px, size_px), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8), turn


def scaled(pixels: Pixels, scale: float) -> Pixels:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)
