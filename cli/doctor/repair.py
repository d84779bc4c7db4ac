"""What can be done about each kind of finding. Each repair can be repeated, and gives way to requests under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import jobs
from chalicelib.aws import delete_object
from chalicelib.effects.faces import delete_faces
from chalicelib.errors import AwsRefusedError, AwsUnavailableError, ConflictError
from chalicelib.model.user import StoredFace, User
from chalicelib.wiring import Tenant, blocking, reviewing, shard_of
from cli.doctor.diagnose import Finding, Kind
from cli.doctor.estate import Estate
from cli.doctor.examine import Case
from cli.doctor.reindex import Reindexing
from cli.doctor.results import Outcome, Result


class LeftAloneError(Exception):
    """Not touched; the message says why."""


@dataclass(frozen=True, slots=True)
class Surgery:
    """What repairs work with. `options` are those of the command: fix, reindex, revoke."""

    estate: Estate
    tenant: Tenant
    reindexing: Reindexing
    options: frozenset[str]

    def home_of(self, face: StoredFace, user_key: str) -> str:
        """The collection that a face belongs in: its own if that is searched, else the user's."""
        searched = self.tenant.collections(self.tenant.policy())
        return face.collection if face.collection in searched else searched[shard_of(user_key, len(searched))]


Repair = Callable[[Surgery, Case, Finding], str]


def recover(surgery: Surgery, case: Case, _: Finding) -> str:
    """What the job on the queue should have done."""
    jobs.recover(surgery.tenant, {"user_key": case.held.user_key}, datetime.now(UTC))
    return "recovered"


def judge_deferred(surgery: Surgery, case: Case, finding: Finding) -> str:
    try:
        recover(surgery, case, finding)
    except ConflictError as nothing:
        raise LeftAloneError(f"{nothing} Let it defer them again, or erase the user.") from nothing
    return "judged now; the decision log says with which outcome"


def delete_orphan_face(surgery: Surgery, _: Case, finding: Finding) -> str:
    """A face that a second look found in no record and in no change under way can never get into one."""
    delete_faces(surgery.estate.aws, finding.place, [finding.subject])
    return "deleted from the collection"


def delete_orphan_picture(surgery: Surgery, _: Case, finding: Finding) -> str:
    delete_object(surgery.estate.aws, surgery.estate.bucket, finding.subject)
    return "deleted with all its versions"


def end_review(surgery: Surgery, _: Case, finding: Finding) -> str:
    """What the job on the queue should have done."""
    reviewing.end(surgery.tenant, finding.subject, datetime.now(UTC))
    return "deleted with its pictures"


def end_block(surgery: Surgery, _: Case, finding: Finding) -> str:
    """What the job on the queue should have done."""
    blocking.expire_block(surgery.tenant, finding.subject, datetime.now(UTC))
    return "deleted with its face"


def create_collection(surgery: Surgery, _: Case, finding: Finding) -> str:
    surgery.estate.aws("rekognition", "create_collection", {"CollectionId": finding.subject})
    return "created"


def delete_collection(surgery: Surgery, _: Case, finding: Finding) -> str:
    about = surgery.estate.aws("rekognition", "describe_collection", {"CollectionId": finding.subject})
    if about["FaceCount"]:
        raise LeftAloneError(f"faces in it: {about['FaceCount']:,}; raise faces.shards in the policy to search them")
    surgery.estate.aws("rekognition", "delete_collection", {"CollectionId": finding.subject})
    return "deleted: it was empty"


def restore_face(surgery: Surgery, case: Case, finding: Finding) -> str:
    """From its picture; without that, the user is worth nothing unless another face is left."""
    user, face = _user_and_face(case, finding)
    if face.image_key in {picture.key for picture in case.held.pictures if picture.is_there}:
        new = surgery.reindexing.run(user, face, surgery.home_of(face, user.user_key))
        return f"indexed anew from its picture as {new.face_id}"
    if finding.kind is Kind.FACE_OUTDATED:
        raise LeftAloneError("its picture is not kept any more, so it stays as it is; the person can update it")
    if case.held.indexed_faces:
        raise LeftAloneError("its picture is gone too; the user has other faces")
    return revoke(surgery, case, finding)


def revoke(surgery: Surgery, case: Case, _: Finding) -> str:
    """A user without any face can never be authenticated, and stands in the way of registering again."""
    if "revoke" not in surgery.options:
        raise LeftAloneError("nothing is left to make it from; --revoke revokes such a user, who can register again")
    surgery.tenant.users.revoke(case.held.user_key)
    return "the user is revoked and can register again"


def _user_and_face(case: Case, finding: Finding) -> tuple[User, StoredFace]:
    assert case.held.record is not None  # what misses a face has a record that lists it
    user = case.held.record.user
    return user, next(face for face in user.faces if face.face_id == finding.subject)


@dataclass(frozen=True, slots=True)
class Treatment:
    """`option` is what has to be given for it."""

    option: str
    run: Repair


TREATMENTS: Mapping[Kind, Treatment] = {
    Kind.COLLECTION_MISSING: Treatment("fix", create_collection),
    Kind.COLLECTION_EXTRA: Treatment("fix", delete_collection),
    Kind.CHANGE_STALE: Treatment("fix", recover),
    Kind.DEFERRED_STALE: Treatment("fix", judge_deferred),
    Kind.LEFTOVER: Treatment("fix", recover),
    Kind.ORPHAN_FACE: Treatment("fix", delete_orphan_face),
    Kind.ORPHAN_PICTURE: Treatment("fix", delete_orphan_picture),
    Kind.BLOCK_STALE: Treatment("fix", end_block),
    Kind.REVIEW_STALE: Treatment("fix", end_review),
    Kind.USER_WITHOUT_FACE: Treatment("fix", revoke),
    Kind.FACE_MISSING: Treatment("fix", restore_face),
    Kind.FACE_OUTDATED: Treatment("reindex", restore_face),
}
BEYOND_REPAIR: Mapping[Kind, str] = {
    Kind.PICTURE_MISSING: "a picture cannot be made anew; the person can update it, or be erased",
    Kind.BLOCK_FACE_MISSING: "no picture of it is kept; take the block off, and block the face again from a picture",
    Kind.REVIEW_PICTURE_MISSING: "a picture cannot be made anew; deny it, and let the person try again",
    Kind.DECISION_MISSING: "a decision cannot be made up afterwards; find out who wrote the record, and erase it",
}


def treat(case: Case, finding: Finding, surgery: Surgery) -> Result:
    """Repair it if the options ask for it. Raises AwsMisconfiguredError: there is no use in going on."""
    treatment = TREATMENTS.get(finding.kind)
    if treatment is None:
        return Result(finding, Outcome.LEFT, BEYOND_REPAIR[finding.kind])
    if treatment.option not in surgery.options:
        return Result(finding, Outcome.FOUND, f"--{treatment.option} repairs it")
    try:
        return Result(finding, Outcome.REPAIRED, treatment.run(surgery, case, finding))
    except LeftAloneError as left:
        return Result(finding, Outcome.LEFT, str(left))
    except (AwsUnavailableError, AwsRefusedError, ConflictError) as error:
        return Result(finding, Outcome.FAILED, f"{error}; run again")
