"""What Rekognition answers to a search in collections, by a picture or by a face in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.model.facts import CollectionSearch, FoundFace

# Far more than a person has: faces of half-made and foreign records are dropped later and must not crowd theirs out.
MAX_MATCHES = 100


def search_of(answers: Iterable[Mapping[str, Any]], searched_from: float) -> CollectionSearch:
    """The answers of one search in each of the tenant's collections, as one."""
    listed = list(answers)
    faces = tuple(_found(match) for answer in listed for match in answer["FaceMatches"])
    models = {answer["FaceModelVersion"] for answer in listed if "FaceModelVersion" in answer}
    return CollectionSearch(faces, searched_from, face_models=tuple(sorted(models)))


def _found(match: Mapping[str, Any]) -> FoundFace:
    face = match["Face"]
    return FoundFace(face.get("ExternalImageId", ""), face["FaceId"], float(match["Similarity"]))
