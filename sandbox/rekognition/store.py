"""Collections and what is in them, in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.errors import AwsError
from sandbox.rekognition.vectors import Vectors
from sandbox.vision.face import Box, Embedding

FIRST_FACE_MODEL_VERSION = "7.0"


@dataclass(frozen=True)
class IndexedFace:
    """A face of a collection, as ListFaces tells it. user_id: the user that it is associated with.

    model_version: of the face model that it was indexed with.
    """

    face_id: str
    image_id: str
    box: Box
    confidence: float
    external_image_id: str | None
    model_version: str
    user_id: str | None = None


@dataclass
class Collection:
    """Change it only inside `Collections.opened`."""

    arn: str
    tags: dict[str, str]
    face_model_version: str
    created_s: float = field(default_factory=time.time)
    faces: dict[str, IndexedFace] = field(default_factory=dict)
    vectors: Vectors = field(default_factory=Vectors)
    users: set[str] = field(default_factory=set)

    def add(self, face: IndexedFace, embedding: Embedding) -> None:
        self.faces[face.face_id] = face
        self.vectors.add(face.face_id, embedding)

    def remove(self, face_id: str) -> None:
        del self.faces[face_id]
        self.vectors.remove(face_id)

    def associate(self, face_id: str, user_id: str | None) -> None:
        self.faces[face_id] = replace(self.faces[face_id], user_id=user_id)


class Collections:
    """All collections by region and id, and the face model in use. Thread-safe."""

    def __init__(self) -> None:
        self._collections: dict[tuple[str, str], Collection] = {}
        self._face_model_version = FIRST_FACE_MODEL_VERSION
        self._lock = threading.RLock()

    def create(self, region: str, collection_id: str, arn: str, tags: dict[str, str]) -> Collection:
        """A collection of the newest face model. Raises AwsError (ResourceAlreadyExistsException)."""
        with self._lock:
            if (region, collection_id) in self._collections:
                message = f"The collection id: {collection_id} already exists"
                raise AwsError("ResourceAlreadyExistsException", message)
            collection = Collection(arn, tags, self._face_model_version)
            self._collections[region, collection_id] = collection
            return collection

    def release_face_model(self, version: str) -> None:
        """From now on collections, also those there are, index with this model; their faces stay what they are.

        https://docs.aws.amazon.com/rekognition/latest/dg/face-detection-model.html, for version 4.0 and higher
        """
        with self._lock:
            self._face_model_version = version
            for collection in self._collections.values():
                collection.face_model_version = version

    def delete(self, region: str, collection_id: str) -> None:
        """Raises AwsError (ResourceNotFoundException)."""
        with self.opened(region, collection_id):
            del self._collections[region, collection_id]

    def versions(self, region: str) -> list[tuple[str, str]]:
        """The collections' ids, each with its face model's version."""
        with self._lock:
            return sorted(
                (collection_id, collection.face_model_version)
                for (in_region, collection_id), collection in self._collections.items()
                if in_region == region
            )

    @contextmanager
    def opened(self, region: str, collection_id: str) -> Iterator[Collection]:
        """The collection, for as long as nobody else may touch any. Raises AwsError (ResourceNotFoundException)."""
        with self._lock:
            collection = self._collections.get((region, collection_id))
            if collection is None:
                message = f"The collection id: {collection_id} does not exist"
                raise AwsError("ResourceNotFoundException", message)
            yield collection

    def snapshot(self) -> Any:
        with self._lock:
            return {"face_model_version": self._face_model_version, "collections": dict(self._collections)}

    def restore(self, snapshot: Any) -> None:
        with self._lock:
            self._face_model_version = snapshot["face_model_version"]
            self._collections = dict(snapshot["collections"])
