"""The result of a liveness session: asked for, or judged from a sequence of pictures.

Judging is a toy and no defence: it checks that one person is in all frames and that something moves. A replayed video
passes. Amazon's service looks at light reflected from the face and much more.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from sandbox.errors import AwsError
from sandbox.pictures_in import faces_of
from sandbox.vision.face import Box, Face, FaceReader
from sandbox.vision.similarity import similarity

OUTCOMES = {"live": "SUCCEEDED", "spoof": "SUCCEEDED", "failed": "FAILED", "expired": "EXPIRED"}
CONFIDENCES = {"live": 98.5, "spoof": 7.5}
FEWEST_FRAMES = 2
SAME_PERSON_PERCENT = 80.0
LEAST_MOVEMENT = 0.01  # of the picture's width: how far a landmark must have moved between two frames
MOST_BYTES = 204_800  # AWS's limit for the pictures of a result


@dataclass(frozen=True)
class Frame:
    picture: bytes
    box: Box


@dataclass(frozen=True)
class Performance:
    """What came of a session. frames: the best first."""

    status: str
    confidence: float
    frames: tuple[Frame, ...]


def performance(request: Any, reader: FaceReader) -> Performance:
    """What `{"outcome": "live"|"spoof"|"failed"|"expired", "confidence": 0-100, "images": [base64, ...]}` asks for.

    Without an outcome the images decide. Raises AwsError (ValidationException) when it cannot be understood.
    """
    if not isinstance(request, dict) or request.keys() - {"outcome", "confidence", "images"}:
        raise AwsError("ValidationException", 'give {"outcome": ..., "confidence": ..., "images": [base64, ...]}')
    pictures = [_picture(image) for image in request.get("images", [])]
    seen = [faces_of(picture, reader) for picture in pictures]
    outcome = request.get("outcome") or _judged(seen)
    if outcome not in OUTCOMES:
        raise AwsError("ValidationException", f"unknown outcome {outcome!r}; known are {', '.join(OUTCOMES)}")
    confidence = request.get("confidence", CONFIDENCES.get(outcome, 0.0))
    if not isinstance(confidence, int | float) or not 0 <= confidence <= 100:
        raise AwsError("ValidationException", f"confidence is between 0 and 100, not {confidence!r}")
    shown = [(picture, faces[0]) for picture, faces in zip(pictures, seen, strict=True) if faces]
    best_first = sorted(shown, key=lambda frame: -frame[1].sharpness)
    frames = tuple(Frame(_small_enough(picture), face.box) for picture, face in best_first)
    return Performance(OUTCOMES[outcome], float(confidence), frames)


def _judged(frames: Sequence[Sequence[Face]]) -> str:
    """live: at least two frames, one face of one person in each, and it moves. failed: not one face. Else spoof."""
    if len(frames) < FEWEST_FRAMES or any(len(faces) != 1 for faces in frames):
        return "failed"
    faces = [each[0] for each in frames]
    if any(similarity(faces[0].embedding, other.embedding) < SAME_PERSON_PERCENT for other in faces[1:]):
        return "failed"
    moved = max(_movement(one, other) for one, other in pairwise(faces))
    return "live" if moved >= LEAST_MOVEMENT else "spoof"


def _movement(one: Face, other: Face) -> float:
    """How far landmarks moved against each other, beyond a shift of the whole face: a still that is moved about keeps
    its landmarks' places within the face's box."""
    return float(np.abs(_within_box(one) - _within_box(other)).max())


def _within_box(face: Face) -> np.ndarray[Any, np.dtype[np.float64]]:
    places = np.array(list(face.landmarks.values()))
    return np.asarray(places - places.mean(axis=0))


def _picture(image: Any) -> bytes:
    try:
        return base64.b64decode(image, validate=True)
    except (TypeError, binascii.Error) as error:
        raise AwsError("ValidationException", "images are base64 texts") from error


def _small_enough(picture: bytes) -> bytes:
    """As a JPEG of at most MOST_BYTES."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(picture))).convert("RGB")
    for side_px in (1280, 960, 640):
        jpeg = _as_jpeg(image, side_px)
        if len(jpeg) <= MOST_BYTES:
            return jpeg
    return _as_jpeg(image, 320)


def _as_jpeg(image: Image.Image, side_px: int) -> bytes:
    image = image.copy()
    image.thumbnail((side_px, side_px))
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()
