"""What is wrong with what is held of a user: pure rules over `Holdings`.

The same rules check the invariants after every crash that the tests make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.model.deferred import BELIEVED_FOR
from chalicelib.model.user import StoredFace, User, UserStatus
from chalicelib.store.records import RECOVERY_DELAY
from cli.doctor.holdings import Holdings, change_id_of


class Kind(StrEnum):
    COLLECTION_MISSING = "collection-missing"
    COLLECTION_EXTRA = "collection-extra"
    CHANGE_STALE = "change-stale"
    DEFERRED_STALE = "deferred-stale"
    LEFTOVER = "leftover"
    ORPHAN_FACE = "orphan-face"
    ORPHAN_PICTURE = "orphan-picture"
    USER_WITHOUT_FACE = "user-without-face"
    FACE_MISSING = "face-missing"
    FACE_OUTDATED = "face-outdated"
    PICTURE_MISSING = "picture-missing"
    BLOCK_STALE = "block-stale"
    BLOCK_FACE_MISSING = "block-face-missing"
    REVIEW_STALE = "review-stale"
    REVIEW_PICTURE_MISSING = "review-picture-missing"
    DECISION_MISSING = "decision-missing"


MEANINGS: Mapping[Kind, str] = {
    Kind.COLLECTION_MISSING: "the policy asks for a collection that is not there",
    Kind.COLLECTION_EXTRA: "a collection of this tenant that its policy does not ask for: its faces are never searched",
    Kind.CHANGE_STALE: "a change of the user that crashed and was not recovered",
    Kind.DEFERRED_STALE: "an approved registration whose deferred steps nobody could judge for an hour",
    Kind.LEFTOVER: "a picture that the record has let go of, with its face, and that was not deleted",
    Kind.ORPHAN_FACE: "a face in a collection that no record lists and no block has",
    Kind.ORPHAN_PICTURE: "a stored picture that belongs to no face of a record, and to no review",
    Kind.USER_WITHOUT_FACE: "a registered user without any face",
    Kind.FACE_MISSING: "the record lists a face that is not in its collection",
    Kind.FACE_OUTDATED: "a face indexed with another face model than its collection's: it may be found less surely",
    Kind.PICTURE_MISSING: "the record lists a face whose picture is not in the bucket",
    Kind.BLOCK_STALE: "a block that has ended or was never finished, and that was not deleted",
    Kind.BLOCK_FACE_MISSING: "a block whose face is not in its collection: it blocks nobody",
    Kind.REVIEW_STALE: "a review that is settled, over or was never finished, and that was not deleted",
    Kind.REVIEW_PICTURE_MISSING: "an open review lists a picture that is not in the bucket: it can only be denied",
    Kind.DECISION_MISSING: "a registered user has a face for which the decision log has no decision",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` names the thing: a face id, an object's key, a change id, a collection.

    `place` is the collection of a face, the version of a picture; else empty. `user_key` is empty for a collection.
    """

    kind: Kind
    user_key: str
    subject: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the tenant's policy and its collections make right.

    `model_versions` is each collection's face model, by the collection's name. `block_ids` are those that are kept.
    """

    now: datetime
    images_days: int
    decisions_days: int
    model_versions: Mapping[str, str]
    block_ids: frozenset[str] = frozenset()

    def picture_is_due(self, face: StoredFace) -> bool:
        return self.now - face.indexed_at < timedelta(days=self.images_days)

    def decision_is_due(self, face: StoredFace) -> bool:
        return self.now - face.indexed_at < timedelta(days=self.decisions_days)


def diagnose(held: Holdings, rules: Rules) -> Iterator[Finding]:
    """All findings about one user. While a change is under way, what it makes is not judged."""
    change = held.record.change if held.record else None
    if change and rules.now - change.started_at > RECOVERY_DELAY:
        yield Finding(Kind.CHANGE_STALE, held.user_key, change.change_id)
    for leftover in held.record.leftovers if held.record else ():
        yield Finding(Kind.LEFTOVER, held.user_key, leftover.image_key)
    deferred = held.record.user.deferred if held.record else None
    if deferred and rules.now - deferred.since > BELIEVED_FOR:
        yield Finding(Kind.DEFERRED_STALE, held.user_key, deferred.verification_id)
    yield from _orphans(held, rules)
    if held.record and held.record.user.is_registered:
        yield from _incomplete(held, held.record.user, rules)


def _orphans(held: Holdings, rules: Rules) -> Iterator[Finding]:
    """What no block has, the record does not list (a revoked one lists nothing), its change is not making, and nothing
    is to delete already.
    """
    record = held.record
    change_ids = {record.change.change_id} if record and record.change else set()
    kept = record.user.faces if record and record.user.status is not UserStatus.REVOKED else ()
    leftovers = record.leftovers if record else ()
    face_ids = {face.face_id for face in kept} | {leftover.face_id for leftover in leftovers}
    for face in held.faces:
        if face.face_id not in face_ids and face.change_id not in change_ids and face.block_id not in rules.block_ids:
            yield Finding(Kind.ORPHAN_FACE, held.user_key, face.face_id, face.collection)
    image_keys = (*(face.image_key for face in kept), *(leftover.image_key for leftover in leftovers))
    change_ids |= {change_id_of(image_key) for image_key in image_keys}
    for picture in held.pictures:
        if picture.change_id not in change_ids:
            yield Finding(Kind.ORPHAN_PICTURE, held.user_key, picture.key, picture.version_id)


def _incomplete(held: Holdings, user: User, rules: Rules) -> Iterator[Finding]:
    if not user.faces:
        yield Finding(Kind.USER_WITHOUT_FACE, held.user_key, held.user_key)
    indexed = {face.face_id: face for face in held.faces}
    there = {picture.key for picture in held.pictures if picture.is_there}
    for face in user.faces:
        found = indexed.get(face.face_id)
        if found is None:
            yield Finding(Kind.FACE_MISSING, held.user_key, face.face_id, face.collection)
        elif found.model_version != rules.model_versions.get(face.collection):
            yield Finding(Kind.FACE_OUTDATED, held.user_key, face.face_id, face.collection)
        if face.image_key not in there and rules.picture_is_due(face):
            yield Finding(Kind.PICTURE_MISSING, held.user_key, face.image_key)
        if face.verification_id not in held.decided and rules.decision_is_due(face):
            yield Finding(Kind.DECISION_MISSING, held.user_key, face.verification_id)
