"""The faces of collections: IndexFaces, SearchFacesByImage, SearchFaces, ListFaces, DeleteFaces."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.pictures_in import REKOGNITION, faces_of, picture_bytes
from sandbox.rekognition import Answer, Operation
from sandbox.rekognition.pages import page
from sandbox.rekognition.quality import complaints
from sandbox.rekognition.searched import searched_face
from sandbox.rekognition.shapes import bounding_box, face_detail
from sandbox.rekognition.store import Collection, Collections, IndexedFace
from sandbox.vision.face import Embedding, Face, FaceReader

MOST_INDEXED = 100
DEFAULT_THRESHOLD = 80.0
DEFAULT_MATCHES = 80
PAGE_SIZE = 4096


class FaceOperations:
    def __init__(self, reader: FaceReader, collections: Collections) -> None:
        self._reader = reader
        self._collections = collections

    def operations(self) -> dict[str, Operation]:
        return {
            "IndexFaces": self._index_faces,
            "SearchFacesByImage": self._search_faces_by_image,
            "SearchFaces": self._search_faces,
            "ListFaces": self._list_faces,
            "DeleteFaces": self._delete_faces,
        }

    def _index_faces(self, call: Call) -> Answer:
        parameters = call.parameters
        with self._collections.opened(call.region, parameters["CollectionId"]):
            pass  # a missing collection is told before the picture is looked at
        picture = picture_bytes(parameters["Image"], REKOGNITION)
        faces = faces_of(picture, self._reader)
        attributes = parameters.get("DetectionAttributes", ["DEFAULT"])
        most = min(parameters.get("MaxFaces", MOST_INDEXED), MOST_INDEXED)
        image_id = str(uuid.uuid4())
        records: list[Answer] = []
        unindexed: list[Answer] = []
        with self._collections.opened(call.region, parameters["CollectionId"]) as collection:
            version = collection.face_model_version
            for face in faces:
                reasons = complaints(face, parameters.get("QualityFilter", "AUTO"))
                if len(records) == most:
                    reasons.append("EXCEEDS_MAX_FACES")
                if reasons:
                    unindexed.append({"Reasons": reasons, "FaceDetail": face_detail(face, attributes)})
                    continue
                name = parameters.get("ExternalImageId")
                face_id = _face_id(collection, picture, face, name)
                indexed = IndexedFace(face_id, image_id, face.box, face.confidence, name, version)
                if face_id in collection.faces:
                    indexed = collection.faces[face_id]
                else:
                    collection.add(indexed, face.embedding)
                records.append({"Face": _view(indexed), "FaceDetail": face_detail(face, attributes)})
        return {"FaceRecords": records, "UnindexedFaces": unindexed, "FaceModelVersion": version}

    def _search_faces_by_image(self, call: Call) -> Answer:
        """With the largest face of the picture."""
        largest, _ = searched_face(call, self._reader, self._collections)
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            matches = _matches(collection, largest.embedding, call.parameters)
            version = collection.face_model_version
        return {
            "SearchedFaceBoundingBox": bounding_box(largest.box),
            "SearchedFaceConfidence": largest.confidence,
            "FaceMatches": matches,
            "FaceModelVersion": version,
        }

    def _search_faces(self, call: Call) -> Answer:
        """With a face of the collection, which does not find itself."""
        parameters = call.parameters
        face_id = parameters["FaceId"]
        with self._collections.opened(call.region, parameters["CollectionId"]) as collection:
            if face_id not in collection.faces:
                raise AwsError("InvalidParameterException", "faceId was not found in the collection.")
            matches = _matches(collection, collection.vectors.get(face_id), parameters, without=face_id)
            version = collection.face_model_version
        return {"SearchedFaceId": face_id, "FaceMatches": matches, "FaceModelVersion": version}

    def _list_faces(self, call: Call) -> Answer:
        wanted, user_id = call.parameters.get("FaceIds"), call.parameters.get("UserId")
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            faces = [
                _view(face)
                for face in collection.faces.values()
                if (wanted is None or face.face_id in wanted) and user_id in (None, face.user_id)
            ]
            version = collection.face_model_version
        some, token = page(faces, call.parameters, PAGE_SIZE)
        return {"Faces": list(some), "FaceModelVersion": version, **token}

    def _delete_faces(self, call: Call) -> Answer:
        deleted: list[str] = []
        failed: list[Answer] = []
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            for face_id in call.parameters["FaceIds"]:
                face = collection.faces.get(face_id)
                if face is None:
                    failed.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
                elif face.user_id is not None:
                    reasons = ["ASSOCIATED_TO_AN_EXISTING_USER"]
                    failed.append({"FaceId": face_id, "UserId": face.user_id, "Reasons": reasons})
                else:
                    collection.remove(face_id)
                    deleted.append(face_id)
        return {"UnsuccessfulFaceDeletions": failed, **({"DeletedFaces": deleted} if deleted else {})}


def _face_id(collection: Collection, picture: bytes, face: Face, name: str | None) -> str:
    """The same picture under the same ExternalImageId is no second face:
    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_IndexFaces.html
    """
    if name is None:
        return str(uuid.uuid4())
    source = f"{collection.arn} {name} {sha256(picture).hexdigest()} {face.box}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, source))


def _matches(
    collection: Collection, embedding: Embedding, parameters: dict[str, Any], without: str | None = None
) -> list[Answer]:
    found = collection.vectors.similar(embedding, parameters.get("FaceMatchThreshold", DEFAULT_THRESHOLD))
    most = parameters.get("MaxFaces", DEFAULT_MATCHES)
    matches = [
        {"Similarity": percent, "Face": _view(collection.faces[face_id])}
        for face_id, percent in found
        if face_id != without
    ]
    return matches[:most]


def _view(face: IndexedFace) -> Answer:
    """The Face structure."""
    view: Answer = {
        "FaceId": face.face_id,
        "ImageId": face.image_id,
        "BoundingBox": bounding_box(face.box),
        "Confidence": face.confidence,
        "IndexFacesModelVersion": face.model_version,
    }
    optional = {"ExternalImageId": face.external_image_id, "UserId": face.user_id}
    return view | {name: value for name, value in optional.items() if value is not None}
