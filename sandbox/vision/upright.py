"""The landmarks of a face. It is turned upright first, because the landmark model expects that."""

import math
from dataclasses import dataclass, replace

import cv2
import dlib
import numpy as np

from sandbox.vision.fast import LEAST_SCORE, fast_look
from sandbox.vision.models import Models
from sandbox.vision.picture import Pixels
from sandbox.vision.spot import Matrix, Points, Spot, cut_out

UPRIGHT_PX = 320
UPRIGHT_ZOOM = 2.2
OTHER_ROLLS_DEG = (-25.0, 25.0, -50.0, 50.0, -75.0, 75.0, -100.0, 100.0)
SURE_OF_ROLL_SCORE = 0.3  # below this the head is taken to be as it is


@dataclass(frozen=True)
class View:
    """A face cut out and turned upright: its rectangle there, and the matrix that leads there from the picture."""

    score: float
    pixels: Pixels
    matrix: Matrix
    rectangle: dlib.rectangle


def place_landmarks(pixels: Pixels, spot: Spot, models: Models) -> Points:
    """The 68 landmarks of the face at this spot, in pixels of the picture."""
    view = _view(pixels, spot, models)
    if not spot.sure_of_roll:
        turned = [_view(pixels, replace(spot, roll_deg=spot.roll_deg + roll), models) for roll in OTHER_ROLLS_DEG]
        best = max(turned, key=lambda other: other.score)
        if best.score > max(view.score, SURE_OF_ROLL_SCORE):
            view = best
    spot_in_view = _by_eyes_and_nose(view, models)
    patch, matrix = cut_out(view.pixels, spot_in_view, zoom=UPRIGHT_ZOOM, size_px=UPRIGHT_PX)
    points = _points(models.landmarks(patch, _middle_square()))
    return _back(_back(points, matrix), view.matrix)


def _by_eyes_and_nose(view: View, models: Models) -> Spot:
    """Where exactly the face is. The five-point model finds it again from a rough rectangle, which the 68-point model
    does not: it needs size, place and roll to be about right, or puts the chin on a collar."""
    right_outer, _, left_outer, _, nose = _points(models.eyes_and_nose(view.pixels, view.rectangle))
    between, across = (right_outer + left_outer) / 2, right_outer - left_outer
    eyes_apart = max(float(np.linalg.norm(across)), 1.0)
    down = np.array([-across[1], across[0]]) / eyes_apart
    eyes_to_nose = float((nose - between) @ down)
    size = max(eyes_apart, eyes_to_nose / 0.53)  # seen from the side the eyes move together, the nose stays as far
    x, y = between + down * 0.38 * size
    return Spot(x, y, 1.6 * size, math.degrees(math.atan2(across[1], across[0])), view.score, sure_of_roll=True)


def _view(pixels: Pixels, spot: Spot, models: Models) -> View:
    """The spot turned upright, and how well the fast detector likes the face in its middle."""
    patch, matrix = cut_out(pixels, spot, zoom=UPRIGHT_ZOOM, size_px=UPRIGHT_PX)
    middle = dlib.point(UPRIGHT_PX // 2, UPRIGHT_PX // 2)
    for glimpse in fast_look(patch, models):
        if not glimpse.tilted and glimpse.rectangle.contains(middle):
            return View(glimpse.score, patch, matrix, glimpse.rectangle)
    return View(LEAST_SCORE, patch, matrix, _middle_square())


def _middle_square() -> dlib.rectangle:
    """Where a cut-out of zoom UPRIGHT_ZOOM has its face."""
    side = round(UPRIGHT_PX / UPRIGHT_ZOOM)
    corner = (UPRIGHT_PX - side) // 2
    return dlib.rectangle(corner, corner, corner + side, corner + side)


def _points(shape: dlib.full_object_detection) -> Points:
    return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)


def _back(points: Points, matrix: Matrix) -> Points:
    """The points where they were before the matrix was applied."""
    inverse = cv2.invertAffineTransform(matrix)
    return np.asarray(points @ inverse[:, :2].T + inverse[:, 2])
