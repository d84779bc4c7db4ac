"""Where the faces are.

1. A fast detector proposes faces; what it is sure of is taken, what it doubts is shown to a slow, careful one.
2. If nothing is left, the careful one looks at the whole picture, made small: faces that are turned or covered.
3. If that finds nothing either, the picture is looked at on its sides and upside down.
4. Each face is turned upright before its landmarks are placed, because the landmark model expects that.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from sandbox.vision.models import Models
from sandbox.vision.picture import Pixels

Points: TypeAlias = NDArray[np.float64]

PROPOSAL_SCORE = -0.3  # real faces in bad pictures go down to here, and so do a few shadows and folds
SURE_SCORE = 0.8  # no picture without a face came near it
CAREFUL_SCORE = 0.1  # the careful detector says about 1.05 for a bare face, and nothing at all where there is none
MAX_DOUBTS = 3  # bounds the time spent on busy pictures without faces
TILTED_DETECTORS = (3, 4)  # those of the fast detector's five that look for tilted heads

WHOLE_PICTURE_PX = 400
CLOSE_UP_PX = 200
CLOSE_UP_ZOOM = 2.3
UPRIGHT_PX = 320
UPRIGHT_ZOOM = 2.2
OTHER_ROLLS_DEG = (-25.0, 25.0, -50.0, 50.0, -75.0, 75.0, -100.0, 100.0)
SURE_OF_ROLL_SCORE = 0.3  # below this the head is taken to be as it is


@dataclass(frozen=True)
class Spot:
    """A square in the picture that holds a face: centre and side in pixels, and the head's roll in degrees."""

    x: float
    y: float
    side: float
    roll_deg: float
    score: float
    sure_of_roll: bool


@dataclass(frozen=True)
class Found:
    """A face: its 68 landmarks in pixels of the picture, and how sure the detectors are (about 0 to 2)."""

    points: Points
    score: float


@dataclass(frozen=True)
class View:
    """A face cut out and turned upright: its rectangle there, and the matrix that leads there from the picture."""

    score: float
    pixels: Pixels
    matrix: NDArray[np.float64]
    rectangle: dlib.rectangle


def find_faces(pixels: Pixels, models: Models) -> list[Found]:
    """All faces of the picture, the largest first."""
    spots = _proposed(pixels, models) or _in_whole_picture(pixels, models) or _in_turned_picture(pixels, models)
    found = [_with_landmarks(pixels, spot, models) for spot in spots]
    return sorted(_distinct(found), key=lambda face: -_extent(face.points))


def _proposed(pixels: Pixels, models: Models) -> list[Spot]:
    """Steps 1 of the above."""
    spots = _fast(pixels, models)
    sure = [spot for spot in spots if spot.score >= SURE_SCORE]
    doubtful = [spot for spot in spots if spot.score < SURE_SCORE][:MAX_DOUBTS]
    return sure + list(_confirmed(pixels, doubtful, models))


def _fast(pixels: Pixels, models: Models, least_score: float = PROPOSAL_SCORE) -> list[Spot]:
    """What the fast detector sees, the best first."""
    rectangles, scores, detectors = models.frontal.run(pixels, 0, least_score)
    spots = [
        _spot(rectangle, score, sure_of_roll=detector not in TILTED_DETECTORS)
        for rectangle, score, detector in zip(rectangles, scores, detectors, strict=True)
    ]
    return sorted(spots, key=lambda spot: -spot.score)


def _careful(pixels: Pixels, models: Models) -> list[Spot]:
    """What the careful detector sees."""
    return [
        _spot(seen.rect, seen.confidence, sure_of_roll=False)
        for seen in models.any_view(pixels, 0)
        if seen.confidence >= CAREFUL_SCORE
    ]


def _spot(rectangle: dlib.rectangle, score: float, *, sure_of_roll: bool) -> Spot:
    centre = rectangle.dcenter()
    return Spot(centre.x, centre.y, float(rectangle.width()), 0.0, score, sure_of_roll)


def _confirmed(pixels: Pixels, spots: Iterable[Spot], models: Models) -> Iterable[Spot]:
    """Those in whose close-up the careful detector sees a face too, with its score."""
    for spot in spots:
        close_up, _ = _cut_out(pixels, spot, zoom=CLOSE_UP_ZOOM, size_px=CLOSE_UP_PX)
        seen = _careful(close_up, models)
        if seen:
            yield replace(spot, score=max(face.score for face in seen))


def _in_whole_picture(pixels: Pixels, models: Models) -> list[Spot]:
    """Step 2."""
    scale = WHOLE_PICTURE_PX / max(pixels.shape[:2])
    small = _scaled(pixels, scale)
    return [replace(s, x=s.x / scale, y=s.y / scale, side=s.side / scale) for s in _careful(small, models)]


def _in_turned_picture(pixels: Pixels, models: Models) -> list[Spot]:
    """Step 3. A face in the picture turned by a quarter counter-clockwise has rolled clockwise by that much."""
    scale = 2 * WHOLE_PICTURE_PX / max(pixels.shape[:2])
    small = _scaled(pixels, scale)
    height, width = small.shape[:2]
    for quarters in (1, 3, 2):
        turned = np.ascontiguousarray(np.rot90(small, quarters))
        spots = list(_confirmed(turned, _fast(turned, models)[:MAX_DOUBTS], models))
        if spots:
            back = [_turned_back(spot, quarters, width, height) for spot in spots]
            return [replace(s, x=s.x / scale, y=s.y / scale, side=s.side / scale) for s in back]
    return []


def _turned_back(spot: Spot, quarters: int, width: int, height: int) -> Spot:
    """The spot in the picture of this size as it was before np.rot90(picture, quarters)."""
    x, y = {
        1: (width - spot.y, spot.x),
        2: (width - spot.x, height - spot.y),
        3: (spot.y, height - spot.x),
    }[quarters]
    return replace(spot, x=x, y=y, roll_deg=90.0 * quarters)


def _with_landmarks(pixels: Pixels, spot: Spot, models: Models) -> Found:
    """Step 4."""
    view = _view(pixels, spot, models)
    if not spot.sure_of_roll:
        turned = [_view(pixels, replace(spot, roll_deg=spot.roll_deg + roll), models) for roll in OTHER_ROLLS_DEG]
        best = max(turned, key=lambda other: other.score)
        if best.score > max(view.score, SURE_OF_ROLL_SCORE):
            view = best
    spot_in_view = _by_eyes_and_nose(view, models)
    patch, matrix = _cut_out(view.pixels, spot_in_view, zoom=UPRIGHT_ZOOM, size_px=UPRIGHT_PX)
    points = _points(models.landmarks(patch, _middle_square()))
    return Found(_back(_back(points, matrix), view.matrix), spot.score)


def _by_eyes_and_nose(view: View, models: Models) -> Spot:
    """Where exactly the face is. The five-point model finds it again from a rough rectangle, which the 68-point model
    does not: it needs size, place and roll to be about right, or puts the chin on a collar."""
    right_outer, _, left_outer, _, nose = _points(models.eyes_and_nose(view.pixels, view.rectangle))
    between, across = (right_outer + left_outer) / 2, right_outer - left_outer
    eyes_apart = float(np.linalg.norm(across))
    down = np.array([-across[1], across[0]]) / eyes_apart
    eyes_to_nose = float((nose - between) @ down)
    size = max(eyes_apart, eyes_to_nose / 0.53)  # seen from the side the eyes move together, the nose stays as far
    x, y = between + down * 0.38 * size
    return Spot(x, y, 1.6 * size, math.degrees(math.atan2(across[1], across[0])), view.score, sure_of_roll=True)


def _view(pixels: Pixels, spot: Spot, models: Models) -> View:
    """The spot turned upright, and how well the fast detector likes the face in its middle."""
    patch, matrix = _cut_out(pixels, spot, zoom=UPRIGHT_ZOOM, size_px=UPRIGHT_PX)
    rectangles, scores, detectors = models.frontal.run(patch, 0, PROPOSAL_SCORE)
    middle = dlib.point(UPRIGHT_PX // 2, UPRIGHT_PX // 2)
    upright = [
        View(score, patch, matrix, rectangle)
        for rectangle, score, detector in zip(rectangles, scores, detectors, strict=True)
        if detector not in TILTED_DETECTORS and rectangle.contains(middle)
    ]
    unseen = View(PROPOSAL_SCORE, patch, matrix, _middle_square())
    return max(upright, key=lambda view: view.score, default=unseen)


def _middle_square() -> dlib.rectangle:
    """Where a cut-out of zoom UPRIGHT_ZOOM has its face."""
    side = round(UPRIGHT_PX / UPRIGHT_ZOOM)
    corner = (UPRIGHT_PX - side) // 2
    return dlib.rectangle(corner, corner, corner + side, corner + side)


def _points(shape: dlib.full_object_detection) -> Points:
    return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)


def _back(points: Points, matrix: NDArray[np.float64]) -> Points:
    """The points where they were before the matrix was applied."""
    inverse = cv2.invertAffineTransform(matrix)
    return np.asarray(points @ inverse[:, :2].T + inverse[:, 2])


def _cut_out(pixels: Pixels, spot: Spot, *, zoom: float, size_px: int) -> tuple[Pixels, NDArray[np.float64]]:
    """The spot and its surroundings (zoom times its side), turned upright and size_px square; with the matrix."""
    scale = size_px / (spot.side * zoom)
    if scale < 0.5:  # warpAffine would leave out pixels: make the picture smaller properly first
        nearer = replace(spot, x=spot.x * scale, y=spot.y * scale, side=spot.side * scale)
        patch, matrix = _cut_out(_scaled(pixels, scale), nearer, zoom=zoom, size_px=size_px)
        matrix[:, :2] *= scale
        return patch, matrix
    # OpenCV turns counter-clockwise, which undoes a clockwise roll.
    turn = np.asarray(cv2.getRotationMatrix2D((spot.x, spot.y), spot.roll_deg, scale), dtype=np.float64)
    turn[:, 2] += size_px / 2 - np.array([spot.x, spot.y])
    turned = cv2.warpAffine(pixels, turn, (size_px, size_px), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8), turn


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)


def _distinct(found: list[Found]) -> list[Found]:
    """Without those that lie on a face already listed."""
    kept: list[Found] = []
    for face in found:
        centre, reach = face.points.mean(axis=0), _extent(face.points) / 2
        if all(np.linalg.norm(centre - other.points.mean(axis=0)) > reach for other in kept):
            kept.append(face)
    return kept


def _extent(points: Points) -> float:
    return float(np.linalg.norm(np.ptp(points, axis=0)))
