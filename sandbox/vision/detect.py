"""Where the faces are.

1. A fast detector proposes faces; what it is sure of is taken, what it doubts is shown to a slow, careful one.
2. If nothing is left, the careful one looks at the whole picture, made small: faces that are turned or covered.
3. If that finds nothing either, the picture is looked at on its sides and upside down.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import dlib
import numpy as np

from sandbox.vision.fast import fast_look
from sandbox.vision.models import Models
from sandbox.vision.picture import Pixels
from sandbox.vision.spot import Points, Spot, cut_out, scaled
from sandbox.vision.upright import place_landmarks

SURE_SCORE = 0.8  # no picture without a face came near it
CAREFUL_SCORE = 0.1  # the careful detector says about 1.05 for a bare face, and nothing at all where there is none
MAX_DOUBTS = 3  # bounds the time spent on busy pictures without faces

WHOLE_PICTURE_PX = 400
CLOSE_UP_PX = 200
CLOSE_UP_ZOOM = 2.3


@dataclass(frozen=True)
class Found:
    """A face: its 68 landmarks in pixels of the picture, and how sure the detectors are (about 0 to 2)."""

    points: Points
    score: float


def find_faces(pixels: Pixels, models: Models) -> list[Found]:
    """All faces of the picture, the largest first."""
    spots = _proposed(pixels, models) or _in_whole_picture(pixels, models) or _in_turned_picture(pixels, models)
    found = [Found(place_landmarks(pixels, spot, models), spot.score) for spot in spots]
    return sorted(_distinct(found), key=lambda face: -_extent(face.points))


def _proposed(pixels: Pixels, models: Models) -> list[Spot]:
    """Step 1."""
    spots = _fast(pixels, models)
    sure = [spot for spot in spots if spot.score >= SURE_SCORE]
    doubtful = [spot for spot in spots if spot.score < SURE_SCORE][:MAX_DOUBTS]
    return sure + list(_confirmed(pixels, doubtful, models))


def _fast(pixels: Pixels, models: Models) -> list[Spot]:
    """What the fast detector sees, the best first."""
    return [
        _spot(glimpse.rectangle, glimpse.score, sure_of_roll=not glimpse.tilted)
        for glimpse in fast_look(pixels, models)
    ]


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
        close_up, _ = cut_out(pixels, spot, zoom=CLOSE_UP_ZOOM, size_px=CLOSE_UP_PX)
        seen = _careful(close_up, models)
        if seen:
            yield replace(spot, score=max(face.score for face in seen))


def _in_whole_picture(pixels: Pixels, models: Models) -> list[Spot]:
    """Step 2."""
    scale = WHOLE_PICTURE_PX / max(pixels.shape[:2])
    small = scaled(pixels, scale)
    return [replace(s, x=s.x / scale, y=s.y / scale, side=s.side / scale) for s in _careful(small, models)]


def _in_turned_picture(pixels: Pixels, models: Models) -> list[Spot]:
    """Step 3. A face in the picture turned by a quarter counter-clockwise has rolled clockwise by that much."""
    scale = 2 * WHOLE_PICTURE_PX / max(pixels.shape[:2])
    small = scaled(pixels, scale)
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
