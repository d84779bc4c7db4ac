"""What a face wears and does, read from its aligned picture and landmarks. Each answer is how likely it is, 0-100.

These are hand-made rules, tuned on few pictures. Dark sunglasses are found reliably; clear eyeglasses, mirrored
lenses and hands in front of the face often are not (see the README).
"""

import math
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox.vision.aligned import SIDE_PX, AlignedFace, zone
from sandbox.vision.spot import Points

Values: TypeAlias = NDArray[np.float64]

DARK = 0.5  # of the skin's lightness
OTHER_COLOUR = 16  # distance from the skin in the colour plane
NEUTRAL = 132  # every skin is redder and yellower than this, whatever its tone and the light
FLAT = 0.03  # spread of lightness relative to the skin's; bare skin has at least 0.08


def sunglasses(face: AlignedFace) -> float:
    """Both eyes' surroundings are dark or of another colour than skin, and without an eye's contrast."""
    skin = _skin(face)
    covered = min(_share_unlike_skin(_lens(face, eye, 17, 8, 13), skin) for eye in face.eyes)
    contrast = float(np.mean([_contrast(_lens(face, eye, 13, 6, 6), skin) for eye in face.eyes]))
    return _percent(25 * (covered + 0.3 * (0.45 - contrast) - 0.65))


def eyeglasses(face: AlignedFace) -> float:
    """A frame's horizontal edge crosses the bridge of the nose. Sunglasses are eyeglasses too."""
    grey = cv2.GaussianBlur(cv2.cvtColor(face.pixels, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    bridge = np.asarray(grey, dtype=np.float64)[50:84, 72:88]
    edges = np.abs(np.diff(bridge, axis=0)).mean(axis=1)
    return max(_percent(3 * (float(edges.max() / (np.median(edges) + 1)) - 2.6)), sunglasses(face))


def eyes_open(points: Points) -> float:
    """The lids are apart: the eye aspect ratio of Soukupová and Čech (2016), the mean of both eyes."""
    ratios = [_opening(points[first : first + 6]) for first in (36, 42)]
    return _percent(80 * (float(np.mean(ratios)) - 0.11))  # eyes narrowed by a smile have 0.14 and more


def mouth_open(points: Points) -> float:
    """The inner lips are apart by about a third of the mouth's width."""
    gap = np.mean([np.linalg.norm(points[above] - points[below]) for above, below in ((61, 67), (62, 66), (63, 65))])
    width = max(float(np.linalg.norm(points[60] - points[64])), 1.0)
    return _percent(14 * (float(gap) / width - 0.30))


def occluded(face: AlignedFace) -> float:
    """Something covers an eye, the nose or the mouth: too flat, or too unlike the cheeks, to be skin or a beard."""
    skin = _skin(face)
    points = face.points
    mouth = zone(face.lab, points[48][0], points[33][1] + 4, points[54][0], points[57][1] + 3)
    nose = zone(face.lab, points[31][0] - 2, points[29][1], points[35][0] + 2, points[33][1])
    eyes = [_lens(face, eye, 14, 7, 12) for eye in face.eyes]
    return max(
        sunglasses(face),
        *(_painted_over(part, skin) for part in (mouth, nose, *eyes)),
        _unlike_skin_or_beard(mouth, skin),
    )


def brightness(face: AlignedFace) -> float:
    """The face's mean grey value, 0-100."""
    return float(_inner_face(face).mean()) / 255 * 100


def sharpness(face: AlignedFace) -> float:
    """How much fine detail the face has at 64 pixels' width, 0-100. Faces that never had these pixels are not sharp."""
    grey = cv2.resize(_inner_face(face), (64, 64), interpolation=cv2.INTER_AREA)
    detail = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return 100 * (1 - math.exp(-detail / 150))


def _inner_face(face: AlignedFace) -> NDArray[np.uint8]:
    left, top = face.points.min(axis=0).clip(0, SIDE_PX - 20).astype(int)
    right, bottom = face.points.max(axis=0).clip(20, SIDE_PX).astype(int)
    grey = cv2.cvtColor(face.pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, dtype=np.uint8)[top:bottom, left:right]


def _skin(face: AlignedFace) -> Values:
    """The skin's colour (L, a, b): of forehead, bridge and cheeks the one most like the others, so that a hat or a mask
    does not matter."""
    left, right = face.eyes
    parts = [
        zone(face.lab, 50, 12, 110, 24),
        zone(face.lab, 74, 62, 86, 80),
        *(zone(face.lab, x - 10, y + 26, x + 10, y + 40) for x, y in (left, right)),
    ]
    colours = [np.median(part, axis=0) for part in parts if len(part)]
    unlikeness = [sum(float(np.linalg.norm(one - other)) for other in colours) for one in colours]
    return np.asarray(colours[int(np.argmin(unlikeness))])


def _lens(face: AlignedFace, eye: Values, to_side: int, up: int, down: int) -> Values:
    x, y = eye
    return zone(face.lab, x - to_side, y - up, x + to_side, y + down)


def _share_unlike_skin(part: Values, skin: Values) -> float:
    dark = part[:, 0] < DARK * skin[0]
    coloured = (np.hypot(*(part - skin)[:, 1:].T) > OTHER_COLOUR) & (part[:, 1:] < NEUTRAL).any(axis=1)
    return float((dark | coloured).mean()) if len(part) else 0.0


def _contrast(part: Values, skin: Values) -> float:
    if not len(part):
        return 1.0
    return float(np.percentile(part[:, 0], 90) - np.percentile(part[:, 0], 10)) / max(float(skin[0]), 1)


def _painted_over(part: Values, skin: Values) -> float:
    if not len(part):
        return 0.0
    spread = float(part[:, 0].std()) / max(float(skin[0]), 1)
    return _percent(200 * (FLAT - spread))


def _unlike_skin_or_beard(mouth: Values, skin: Values) -> float:
    if not len(mouth):
        return 0.0
    middle = np.median(mouth, axis=0)
    lightness = float(middle[0] / max(skin[0], 1))
    spread = float(mouth[:, 0].std()) / max(float(skin[0]), 1)
    hairy = lightness < 0.8 and spread > 0.1
    colour = float(np.hypot(*(middle - skin)[1:])) * (0.4 if hairy else 1.0)
    covered_by_dark_cloth = lightness < 0.25 and not hairy
    return max(_percent(0.4 * (colour - 36)), _percent(20 * (lightness - 1.5)), 95.0 * covered_by_dark_cloth)


def _opening(eye: Points) -> float:
    height = np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])
    return float(height) / max(2 * float(np.linalg.norm(eye[0] - eye[3])), 1.0)


def _percent(log_odds: float) -> float:
    return 100 / (1 + math.exp(-max(-50.0, min(50.0, log_odds))))
