"""The fast detector: sees faces that look roughly at the camera, and now and then a shadow."""

from dataclasses import dataclass

import dlib

from sandbox.vision.models import Models
from sandbox.vision.picture import Pixels

LEAST_SCORE = -0.3  # real faces in bad pictures go down to here, and so do a few shadows and folds
TILTED_DETECTORS = (3, 4)  # those of its five detectors that look for tilted heads


@dataclass(frozen=True)
class Glimpse:
    """A face as the fast detector sees it. score: above about 0.8 it is one. tilted: the head leans to a side."""

    rectangle: dlib.rectangle
    score: float
    tilted: bool


def fast_look(pixels: Pixels, models: Models) -> list[Glimpse]:
    """What may be faces of at least 80 pixels, the best first."""
    rectangles, scores, detectors = models.frontal.run(pixels, 0, LEAST_SCORE)
    glimpses = [
        Glimpse(rectangle, score, detector in TILTED_DETECTORS)
        for rectangle, score, detector in zip(rectangles, scores, detectors, strict=True)
    ]
    return sorted(glimpses, key=lambda glimpse: -glimpse.score)
