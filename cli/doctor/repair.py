"""What can be done about each kind of finding. Each repair can be repeated, and gives way to requests under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.aws import delete_object
from chalicelib.effects.faces import delete_faces
from chalicelib.errors import AwsRefusedError, AwsUnavailableError, ConflictError
from chalicelib.wiring import Tenant
from cli.doctor.diagnose import Finding, Kind
from cli.doctor.estate import Estate
from cli.doctor.examine import Case
from cli.doctor.results import Outcome, Result


class LeftAloneError(Exception):
    """Not touched; the message says why."""


@dataclass(frozen=True, slots=True)
class Surgery:
    """What repairs work with."""

    estate: Estate
    tenant: Tenant


Repair = Callable[[Surgery, Case, Finding], str]


def recover(surgery: Surgery, case: Case, _: Finding) -> str:
    """What the job on the queue should have done."""
    surgery.tenant.recover(case.held.user_key, datetime.now(UTC))
    return "recovered"


def delete_orphan_face(surgery: Surgery, _: Case, finding: Finding) -> str:
    """A face that a second look found in no record and in no change under way can never get into one."""
    delete_faces(surgery.estate.aws, finding.place, [finding.subject])
    return "deleted from the collection"


def delete_orphan_picture(surgery: Surgery, _: Case, finding: Finding) -> str:
    delete_object(surgery.estate.aws, surgery.estate.bucket, finding.subject)
    return "deleted with all its versions"


def create_collection(surgery: Surgery, _: Case, finding: Finding) -> str:
    surgery.estate.aws("rekognition", "create_collection", {"CollectionId": finding.subject})
    return "created"


def delete_collection(surgery: Surgery, _: Case, finding: Finding) -> str:
    about = surgery.estate.aws("rekognition", "describe_collection", {"CollectionId": finding.subject})
    if about["FaceCount"]:
        raise LeftAloneError(f"faces in it: {about['FaceCount']:,}; raise faces.shards in the policy to search them")
    surgery.estate.aws("rekognition", "delete_collection", {"CollectionId": finding.subject})
    return "deleted: it was empty"


@dataclass(frozen=True, slots=True)
class Treatment:
    """`option` is what has to be given for it, else `without` is told."""

    option: str
    run: Repair
    without: str = "--fix repairs it"


TREATMENTS: Mapping[Kind, Treatment] = {
    Kind.COLLECTION_MISSING: Treatment("fix", create_collection),
    Kind.COLLECTION_EXTRA: Treatment("fix", delete_collection),
    Kind.CHANGE_STALE: Treatment("fix", recover),
    Kind.LEFTOVER: Treatment("fix", recover),
    Kind.ORPHAN_FACE: Treatment("fix", delete_orphan_face),
    Kind.ORPHAN_PICTURE: Treatment("fix", delete_orphan_picture),
}
BEYOND_REPAIR: Mapping[Kind, str] = {
    Kind.USER_WITHOUT_FACE: "the person cannot be authenticated; erase the user, and let the person register again",
    Kind.FACE_MISSING: "the person is not found by this face; the person can update it",
    Kind.FACE_OUTDATED: "the person can update it",
    Kind.PICTURE_MISSING: "a picture cannot be made anew; the person can update it, or be erased",
    Kind.DECISION_MISSING: "a decision cannot be made up afterwards; find out who wrote the record, and erase it",
}


def treat(case: Case, finding: Finding, surgery: Surgery, options: frozenset[str]) -> Result:
    """Repair it if the options allow it. Raises AwsMisconfiguredError: there is no use in going on."""
    treatment = TREATMENTS.get(finding.kind)
    if treatment is None:
        return Result(finding, Outcome.LEFT, BEYOND_REPAIR[finding.kind])
    if treatment.option not in options:
        return Result(finding, Outcome.FOUND, treatment.without)
    try:
        return Result(finding, Outcome.REPAIRED, treatment.run(surgery, case, finding))
    except LeftAloneError as left:
        return Result(finding, Outcome.LEFT, str(left))
    except (AwsUnavailableError, AwsRefusedError, ConflictError) as error:
        return Result(finding, Outcome.FAILED, f"{error}; run again")
