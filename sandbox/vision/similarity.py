"""From the distance of two embeddings to a similarity of 0 to 100.

dlib's network tells people apart at a distance of about 0.6 (99.4 % on Labeled Faces in the Wild,
http://dlib.net/face_recognition.py.html). The curve is laid through two points: 0.60 is 80, Rekognition's default
threshold, and 0.55 is 99, the threshold Amazon recommends for verification, where fewer strangers pass.
"""

import numpy as np
from numpy.typing import NDArray

from sandbox.vision.face import Embedding

DISTANCE_AT_99 = 0.55
DISTANCE_AT_80 = 0.60

_LOGIT_99 = float(np.log(99 / 1))
_LOGIT_80 = float(np.log(80 / 20))
_STEEPNESS = (_LOGIT_99 - _LOGIT_80) / (DISTANCE_AT_80 - DISTANCE_AT_99)
_DISTANCE_AT_50 = DISTANCE_AT_80 + _LOGIT_80 / _STEEPNESS


def similarities(embedding: Embedding, others: NDArray[np.float64]) -> NDArray[np.float64]:
    """0-100 for each row of `others`, an (n, 128) array."""
    distances = np.linalg.norm(others - embedding, axis=1)
    return np.asarray(100 / (1 + np.exp(_STEEPNESS * (distances - _DISTANCE_AT_50))))


def similarity(one: Embedding, other: Embedding) -> float:
    """0-100; 100 is the same picture of the same face."""
    return float(similarities(one, other[np.newaxis])[0])


def distance(similarity_percent: float) -> float:
    """The distance that has this similarity, the inverse of the above; 0 < similarity_percent < 100."""
    odds = similarity_percent / (100 - similarity_percent)
    return max(0.0, _DISTANCE_AT_50 - float(np.log(odds)) / _STEEPNESS)
