"""Index a user's face anew from its stored picture: new face in, record flipped by a conditional write, old face out.

It is a change like any other: while it is under way no request changes the user, and recovery undoes what a crash
leaves of it. The picture is the one whose verification admitted the face, so nobody is verified again.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from chalicelib.aws import Aws
from chalicelib.effects.faces import delete_faces
from chalicelib.errors import ConflictError
from chalicelib.model.change import Change
from chalicelib.model.user import StoredFace, User
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits


@dataclass(frozen=True, slots=True)
class Reindexing:
    """What it takes, of one tenant. `collections` are those that are there."""

    aws: Aws
    tenant: str
    bucket: str
    changes: Changes
    commits: Commits
    collections: Set[str]

    def run(self, user: User, old: StoredFace, collection: str) -> StoredFace:
        """The face as it is now stored, in this collection. The old one may be missing already.

        Raises ConflictError: the user is being changed by a request, or the picture shows no face; AwsError: recovery
        undoes what was begun, and it can be run again.
        """
        change = _change(self.tenant, user, collection)
        self.changes.call_recovery(change)
        self.changes.begin(change)
        indexed = self._index(change, old)
        if indexed is None:
            self.changes.abandon(change)
            raise ConflictError("face-not-indexed", "The face model finds no face in the stored picture.")
        self.commits.replace_face(change, old.face_id, indexed, datetime.now(UTC))
        if old.collection in self.collections:
            delete_faces(self.aws, old.collection, [old.face_id])
        return indexed

    def _index(self, change: Change, old: StoredFace) -> StoredFace | None:
        answer = self.aws(
            "rekognition",
            "index_faces",
            {
                "CollectionId": change.collection,
                "Image": {"S3Object": {"Bucket": self.bucket, "Name": old.image_key}},
                "ExternalImageId": change.external_image_id,
                "MaxFaces": 1,
                "QualityFilter": "NONE",
                "DetectionAttributes": ["DEFAULT"],
            },
        )
        if not answer["FaceRecords"]:
            return None
        return replace(
            old,
            face_id=answer["FaceRecords"][0]["Face"]["FaceId"],
            collection=change.collection,
            face_model_version=answer["FaceModelVersion"],
        )


def _change(tenant: str, user: User, collection: str) -> Change:
    """It makes a face and no picture. Its own ExternalImageId: with the old one Rekognition would keep the old face."""
    change_id = uuid4().hex
    return Change(
        change_id=change_id,
        verification_id=change_id,
        tenant=tenant,
        user_id=user.user_id,
        user_key=user.user_key,
        flow="reindex",
        creates=False,
        effects=("index_face",),
        collection=collection,
        image_keys={},
        started_at=datetime.now(UTC),
    )
