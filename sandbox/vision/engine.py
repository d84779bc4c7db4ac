"""The face engine: from picture bytes to faces, each picture analysed once."""

import hashlib
import math
import threading
from collections import OrderedDict

import dlib
import numpy as np

from sandbox.vision import attributes
from sandbox.vision.aligned import align
from sandbox.vision.detect import Found, find_faces
from sandbox.vision.face import Embedding, Face
from sandbox.vision.landmarks import bounding_box, named_landmarks
from sandbox.vision.models import Models
from sandbox.vision.picture import Pixels, decode
from sandbox.vision.pose import head_pose
from sandbox.vision.spot import Points

REMEMBERED_PICTURES = 512


class FaceEngine:
    """Thread-safe. New pictures wait for each other, because dlib's models keep state while they run."""

    def __init__(self) -> None:
        self._models = Models()
        self._models_in_use = threading.Lock()
        self._remembered = _Memory()

    def warm_up(self) -> None:
        """Reads the models (about a second), so that the first picture need not wait for them."""
        with self._models_in_use:
            self._models.load()

    def faces(self, data: bytes) -> tuple[Face, ...]:
        """The picture's faces, the largest first. Raises a PictureError when the bytes cannot be read."""
        digest = hashlib.sha256(data).digest()
        remembered = self._remembered.get(digest)
        if remembered is not None:
            return remembered
        pixels = decode(data)
        with self._models_in_use:
            remembered = self._remembered.get(digest)  # another thread may have looked at it while this one waited
            if remembered is None:
                remembered = tuple(self._face(pixels, found) for found in find_faces(pixels, self._models))
                self._remembered.put(digest, remembered)
            return remembered

    def _face(self, pixels: Pixels, found: Found) -> Face:
        height, width = pixels.shape[:2]
        face = align(pixels, found.points)
        return Face(
            box=bounding_box(found.points, width, height),
            confidence=100 * (1 - math.exp(-5 * max(found.score, 0.2))),
            landmarks=named_landmarks(found.points, width, height),
            pose=head_pose(found.points),
            brightness=attributes.brightness(face),
            sharpness=attributes.sharpness(face),
            sunglasses=attributes.sunglasses(face),
            eyeglasses=attributes.eyeglasses(face),
            eyes_open=attributes.eyes_open(found.points),
            mouth_open=attributes.mouth_open(found.points),
            occluded=attributes.occluded(face),
            embedding=self._embedding(pixels, found.points),
        )

    def _embedding(self, pixels: Pixels, points: Points) -> Embedding:
        corners = (*points.min(axis=0), *points.max(axis=0))
        shape = dlib.full_object_detection(
            dlib.rectangle(*(round(corner) for corner in corners)),
            [dlib.point(round(x), round(y)) for x, y in points],
        )
        return np.array(self._models.embedding.compute_face_descriptor(pixels, shape), dtype=np.float64)


class _Memory:
    """The faces of the pictures seen last, by digest."""

    def __init__(self) -> None:
        self._faces: OrderedDict[bytes, tuple[Face, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: bytes) -> tuple[Face, ...] | None:
        with self._lock:
            if digest in self._faces:
                self._faces.move_to_end(digest)
            return self._faces.get(digest)

    def put(self, digest: bytes, faces: tuple[Face, ...]) -> None:
        with self._lock:
            self._faces[digest] = faces
            while len(self._faces) > REMEMBERED_PICTURES:
                self._faces.popitem(last=False)
