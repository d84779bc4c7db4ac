"""What is held of one user, in all three places; or of one block, of which that is a face."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.model.change import block_id_of, user_key_of
from chalicelib.model.user import StoredFace
from chalicelib.store.roster import Record


@dataclass(frozen=True, slots=True)
class IndexedFace:
    """A face of a collection. `model_version` is that of the face model that it was indexed with."""

    face_id: str
    collection: str
    external_image_id: str
    model_version: str

    @property
    def change_id(self) -> str:
        return self.external_image_id.partition(":")[2]

    @property
    def block_id(self) -> str | None:
        """The block that it is the face of."""
        return block_id_of(self.external_image_id)

    @property
    def holder(self) -> str:
        """The user's key; of a blocked face its ExternalImageId, which is no user's key."""
        return user_key_of(self.external_image_id) if self.block_id is None else self.external_image_id


@dataclass(frozen=True, slots=True)
class Picture:
    """One version of an object of the bucket, or a delete marker. `is_there`: a GetObject gets it."""

    key: str
    version_id: str
    modified_at: datetime
    is_there: bool

    @property
    def change_id(self) -> str:
        return change_id_of(self.key)


@dataclass(frozen=True, slots=True)
class Holdings:
    """`decided` are those of `verifications` whose decision is logged."""

    user_key: str
    record: Record | None = None
    faces: tuple[IndexedFace, ...] = ()
    pictures: tuple[Picture, ...] = ()
    decided: frozenset[str] = frozenset()

    @property
    def verifications(self) -> set[str]:
        """Those that admitted the record's faces."""
        return {face.verification_id for face in self.record.user.faces} if self.record else set()

    @property
    def indexed_faces(self) -> list[StoredFace]:
        """Those of the record that are in their collection: by them the user can be found, with or without pictures."""
        indexed = {face.face_id for face in self.faces}
        return [face for face in self.record.user.faces if face.face_id in indexed] if self.record else []

    def with_decided(self, verification_ids: Set[str]) -> Holdings:
        return replace(self, decided=frozenset(verification_ids & self.verifications))


def change_id_of(image_key: str) -> str:
    """The change that stored a picture at `<tenant>/users/<user key>/<change id>/<kind>`."""
    return image_key.rpartition("/")[0].rpartition("/")[2]
