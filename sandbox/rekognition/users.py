"""Users of collections: several faces of one person, searched as one.

https://docs.aws.amazon.com/rekognition/latest/dg/collections-users.html
Amazon makes one vector of a user's faces; here a user is as similar as the most similar of its faces.
"""

from __future__ import annotations

from typing import Any

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.rekognition import Answer, Operation
from sandbox.rekognition.pages import page
from sandbox.rekognition.searched import searched_face
from sandbox.rekognition.shapes import face_detail
from sandbox.rekognition.store import Collection, Collections
from sandbox.vision.face import Embedding, FaceReader

PAGE_SIZE = 500
DEFAULT_THRESHOLD = 80.0
DEFAULT_ASSOCIATION_THRESHOLD = 75.0
MOST_USERS = 500


class UserOperations:
    def __init__(self, reader: FaceReader, collections: Collections) -> None:
        self._reader = reader
        self._collections = collections

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateUser": self._create_user,
            "DeleteUser": self._delete_user,
            "ListUsers": self._list_users,
            "AssociateFaces": self._associate_faces,
            "DisassociateFaces": self._disassociate_faces,
            "SearchUsersByImage": self._search_users_by_image,
        }

    def _create_user(self, call: Call) -> Answer:
        user_id = call.parameters["UserId"]
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            if user_id in collection.users:
                raise AwsError("ConflictException", f"The user id: {user_id} already exists")
            collection.users.add(user_id)
        return {}

    def _delete_user(self, call: Call) -> Answer:
        user_id = call.parameters["UserId"]
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            _require_user(collection, user_id)
            for face in _faces_of_user(collection, user_id):
                collection.associate(face, None)
            collection.users.remove(user_id)
        return {}

    def _list_users(self, call: Call) -> Answer:
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            users = [_user(collection, user_id) for user_id in sorted(collection.users)]
        some, token = page(users, call.parameters, PAGE_SIZE)
        return {"Users": list(some), **token}

    def _associate_faces(self, call: Call) -> Answer:
        """A face joins a user if it is no other's, and similar enough to a face that the user has."""
        parameters = call.parameters
        user_id, threshold = parameters["UserId"], parameters.get("UserMatchThreshold", DEFAULT_ASSOCIATION_THRESHOLD)
        associated: list[Answer] = []
        failed: list[Answer] = []
        with self._collections.opened(call.region, parameters["CollectionId"]) as collection:
            _require_user(collection, user_id)
            for face_id in parameters["FaceIds"]:
                face = collection.faces.get(face_id)
                if face is None:
                    failed.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
                elif face.user_id not in (None, user_id):
                    reasons = ["ASSOCIATED_TO_A_DIFFERENT_USER"]
                    failed.append({"FaceId": face_id, "UserId": face.user_id, "Reasons": reasons})
                elif not _fits(collection, user_id, collection.vectors.get(face_id), threshold):
                    failed.append({"FaceId": face_id, "UserId": user_id, "Reasons": ["LOW_MATCH_CONFIDENCE"]})
                else:
                    collection.associate(face_id, user_id)
                    associated.append({"FaceId": face_id})
            status = _user(collection, user_id)["UserStatus"]
        return {"AssociatedFaces": associated, "UnsuccessfulFaceAssociations": failed, "UserStatus": status}

    def _disassociate_faces(self, call: Call) -> Answer:
        user_id = call.parameters["UserId"]
        released: list[Answer] = []
        failed: list[Answer] = []
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            _require_user(collection, user_id)
            for face_id in call.parameters["FaceIds"]:
                face = collection.faces.get(face_id)
                if face is None:
                    failed.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
                elif face.user_id != user_id:
                    failed.append({"FaceId": face_id, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]})
                else:
                    collection.associate(face_id, None)
                    released.append({"FaceId": face_id})
            status = _user(collection, user_id)["UserStatus"]
        return {"DisassociatedFaces": released, "UnsuccessfulFaceDisassociations": failed, "UserStatus": status}

    def _search_users_by_image(self, call: Call) -> Answer:
        """With the largest face of the picture."""
        largest, others = searched_face(call, self._reader, self._collections)
        with self._collections.opened(call.region, call.parameters["CollectionId"]) as collection:
            matches = _user_matches(collection, largest.embedding, call.parameters)
            version = collection.face_model_version
        return {
            "UserMatches": matches,
            "FaceModelVersion": version,
            "SearchedFace": {"FaceDetail": face_detail(largest, ["DEFAULT"])},
            "UnsearchedFaces": [
                {"FaceDetails": face_detail(face, ["DEFAULT"]), "Reasons": ["FACE_NOT_LARGEST"]} for face in others
            ],
        }


def _require_user(collection: Collection, user_id: str) -> None:
    if user_id not in collection.users:
        raise AwsError("ResourceNotFoundException", f"The user id: {user_id} does not exist")


def _faces_of_user(collection: Collection, user_id: str) -> list[str]:
    return [face.face_id for face in collection.faces.values() if face.user_id == user_id]


def _user(collection: Collection, user_id: str) -> Answer:
    """A user without faces is CREATED, then ACTIVE; here nothing takes time, so it is never UPDATING."""
    return {"UserId": user_id, "UserStatus": "ACTIVE" if _faces_of_user(collection, user_id) else "CREATED"}


def _fits(collection: Collection, user_id: str, embedding: Embedding, threshold: float) -> bool:
    own = set(_faces_of_user(collection, user_id))
    return not own or any(face_id in own for face_id, _ in collection.vectors.similar(embedding, threshold))


def _user_matches(collection: Collection, embedding: Embedding, parameters: dict[str, Any]) -> list[Answer]:
    threshold = parameters.get("UserMatchThreshold", DEFAULT_THRESHOLD)
    best: dict[str, float] = {}
    for face_id, percent in collection.vectors.similar(embedding, threshold):
        user_id = collection.faces[face_id].user_id
        if user_id is not None:
            best.setdefault(user_id, percent)
    most = parameters.get("MaxUsers", MOST_USERS)
    return [
        {"Similarity": percent, "User": _user(collection, user_id)} for user_id, percent in list(best.items())[:most]
    ]
