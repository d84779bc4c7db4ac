"""Retention with the clock moved, over the wire: what ends counts for nothing at once, and the sweep deletes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import AwsError, ConflictError
from chalicelib.jobs import run, sweep
from chalicelib.model.block import BlockSource
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.submission import user_key
from chalicelib.model.user import User, UserStatus
from chalicelib.store.expiry import Expiry
from chalicelib.wiring import Tenant
from chalicelib.wiring.blocking import block_face
from chalicelib.wiring.erasing import erase, request_erasure
from tests.own_environment import OwnEnvironment, own_environment, selfie, submission
from tests.running_sandbox import RunningSandbox

TENANT = "archive"
RETENTION = "retention: {images_days: 5, fields_days: 10, faces_days: 20, decisions_days: 40}"
STRICT = """\
flows:
  register_the_old:
    steps: [{check: face_count}, {check: minimum_age, with: {min_years: 120}}, {check: duplicate_face}]
    effects: [store_images, index_face, save_user]
"""
POLICY = f"policy: {TENANT}\nextends: baseline\n{RETENTION}\n"


DEFERRING = """
flows:
  join:
    steps:
      - check: face_count
      - check: minimum_age
        with: {min_years: 18}
        defer: true
    effects: [store_images, index_face, save_user]
"""


@dataclass(frozen=True)
class Archive:
    environment: OwnEnvironment

    @property
    def tenant(self) -> Tenant:
        return self.environment.services.tenant(TENANT)

    def user(self, user_id: str) -> User:
        user = self.tenant.users.get(user_key(TENANT, user_id))
        assert user is not None
        return user

    def verify(self, flow: str, user_id: str, person: str, at: datetime | None = None) -> Decision:
        asked = submission(TENANT, flow, user_id, person)
        return self.tenant.verify(replace(asked, received_at=at or asked.received_at))

    def pass_time(self, days: float) -> datetime:
        """Sweep as if so many days had passed, and run the jobs that it puts on the queue."""
        now = datetime.now(UTC) + timedelta(days=days)
        sweep(self.environment.services, now)
        for body in self._messages():
            run(self.environment.services, body, now)
        return now

    def _messages(self) -> list[str]:
        sqs, url = self.environment.sandbox.client("sqs"), self.environment.variables["COUNTERSIGN_QUEUE_URL"]
        found: list[str] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def held(self) -> Counter[str]:
        names, client = self.environment.names, self.environment.sandbox.client
        pictures = client("s3").list_object_versions(Bucket=names.images_bucket)
        rekognition = client("rekognition")
        mine = [
            one for one in rekognition.list_collections()["CollectionIds"] if one.startswith(names.collection_prefix)
        ]
        faces = [face for one in mine for face in rekognition.list_faces(CollectionId=one)["Faces"]]
        return Counter(pictures=len(pictures.get("Versions", [])), faces=len(faces))

    def items(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.environment.sandbox.client("dynamodb").scan(
            TableName=self.environment.names.table
        )["Items"]
        return found


def _recover(user_key: str) -> str:
    return json.dumps({"job": "recover", "tenant": TENANT, "user_key": user_key})


@pytest.fixture
def archive(scripted: RunningSandbox) -> Archive:
    return Archive(own_environment(scripted, {TENANT: POLICY}))


def test_an_expired_face_counts_for_nothing_is_deleted_and_its_user_registers_again(archive: Archive) -> None:
    assert archive.verify("register", "ada", "ada").verdict is Verdict.APPROVED
    assert archive.verify("authenticate", "ada", "ada").verdict is Verdict.APPROVED
    after = datetime.now(UTC) + timedelta(days=21)

    denied = archive.verify("authenticate", "ada", "ada", after)
    assert (denied.verdict, [reason.code for reason in denied.reasons]) == (Verdict.DENIED, ["no_match"])
    assert archive.user("ada").at(after).faces == ()
    assert archive.held() == Counter(faces=1, pictures=1)

    archive.pass_time(19)
    assert archive.held() == Counter(faces=1, pictures=1)
    archive.pass_time(21)
    assert archive.user("ada").status is UserStatus.EXPIRED
    assert archive.held() == Counter(faces=0, pictures=0)
    assert not any("due_at" in item for item in archive.items())

    assert archive.verify("authenticate", "ada", "ada").verdict is Verdict.DENIED
    assert archive.verify("register", "ada", "ada").verdict is Verdict.APPROVED
    assert archive.verify("authenticate", "ada", "ada").verdict is Verdict.APPROVED


def test_what_a_document_said_ends_before_the_face(archive: Archive) -> None:
    made = archive.verify("register_with_id_card", "ada", "ada")
    assert made.verdict is Verdict.APPROVED, made.reasons
    registered = archive.user("ada")
    assert registered.fields["document_number"]
    assert archive.tenant.decisions.get(made.verification_id, datetime.now(UTC))["extracted"]

    after = archive.pass_time(11)
    left = archive.user("ada")
    assert (left.status, left.faces, left.fields) == (UserStatus.ACTIVE, registered.faces, {})
    assert left.properties == registered.properties != {}
    assert archive.tenant.decisions.get(made.verification_id, after)["extracted"] == {}
    assert archive.user("ada").at(after + timedelta(days=11)).properties == {}
    archive.pass_time(21)
    ended = archive.user("ada")
    assert (ended.status, ended.properties, ended.consent) == (UserStatus.EXPIRED, {}, None)


def test_whose_retention_ends_during_an_erasure_is_not_registered_before_it_is_done(
    archive: Archive, scripted: RunningSandbox
) -> None:
    archive.verify("register", "ada", "ada")
    ada, now = user_key(TENANT, "ada"), datetime.now(UTC)
    erasure = request_erasure(archive.tenant, ada, now)
    assert erasure is not None
    scripted.faults.set({"operation": "kms:Sign", "kind": "access_denied"})
    with pytest.raises(AwsError):
        erase(archive.tenant, erasure.erasure_id, now)
    scripted.faults.clear()
    run(archive.environment.services, _recover(ada), now + timedelta(days=21))
    with pytest.raises(ConflictError, match="Another request is changing this user"):
        archive.verify("register", "ada", "ada")
    assert erase(archive.tenant, erasure.erasure_id, now).receipt is not None
    assert archive.verify("register", "ada", "ada").verdict is Verdict.APPROVED


def test_an_erasure_that_begins_beside_the_end_of_retention_keeps_the_record_closed(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.verify("register", "ada", "ada")
    tenant, ada, now = archive.tenant, user_key(TENANT, "ada"), datetime.now(UTC)
    erasure = request_erasure(tenant, ada, now)
    assert erasure is not None
    write = Expiry._write

    def closed_meanwhile(self: Expiry, *arguments: Any) -> bool:
        tenant.erasures.close(erasure, tenant.users.closing(ada))
        return write(self, *arguments)

    monkeypatch.setattr(Expiry, "_write", closed_meanwhile)
    run(archive.environment.services, _recover(ada), now + timedelta(days=21))
    assert archive.user("ada").status is UserStatus.ERASING


def test_steps_that_nobody_could_judge_end_with_the_face(scripted: RunningSandbox) -> None:
    """The pictures end before the face, so a step that is still open then is never judged."""
    archive = Archive(own_environment(scripted, {TENANT: POLICY + DEFERRING}))
    assert archive.verify("join", "ada", "ada").verdict is Verdict.APPROVED
    assert archive.user("ada").status is UserStatus.PROVISIONAL
    scripted.faults.set({"operation": "textract:*", "kind": "error500"})
    with pytest.raises(AwsError):
        run(archive.environment.services, _recover(user_key(TENANT, "ada")), datetime.now(UTC) + timedelta(days=21))
    scripted.faults.clear()
    ended = archive.user("ada")
    assert (ended.status, ended.faces, ended.deferred) == (UserStatus.EXPIRED, (), None)
    archive.pass_time(22)
    assert not any("due_at" in item for item in archive.items())


def test_a_newer_face_stays_when_the_older_ends(archive: Archive) -> None:
    archive.verify("register", "ada", "ada")
    later = datetime.now(UTC) + timedelta(days=10)
    assert archive.verify("update", "ada", "ada", later).verdict is Verdict.APPROVED
    archive.pass_time(21)
    user = archive.user("ada")
    assert (user.status, len(user.faces)) == (UserStatus.ACTIVE, 1)
    assert archive.held() == Counter(faces=1, pictures=1)
    archive.pass_time(31)
    assert archive.user("ada").status is UserStatus.EXPIRED


def test_a_deletion_that_fails_is_made_by_a_later_sweep(archive: Archive, scripted: RunningSandbox) -> None:
    archive.verify("register", "ada", "ada")
    scripted.faults.set({"operation": "rekognition:DeleteFaces", "kind": "partial_delete"})
    with pytest.raises(Exception, match="a face stayed"):
        archive.pass_time(21)
    assert archive.user("ada").status is UserStatus.EXPIRED
    assert archive.held()["faces"] == 1
    scripted.faults.clear()
    archive.pass_time(22)
    assert archive.held() == Counter(faces=0, pictures=0)


def test_a_block_ends_and_its_face_is_deleted(archive: Archive) -> None:
    ends_at = datetime.now(UTC) + timedelta(days=3)
    block_face(archive.tenant, {"Bytes": selfie("mallory").content}, BlockSource.PICTURE, "fraud", ends_at)
    assert [one.code for one in archive.verify("register", "m", "mallory").reasons] == ["face_blocked"]
    assert archive.verify("register", "m", "mallory", ends_at + timedelta(seconds=1)).verdict is Verdict.APPROVED
    archive.pass_time(2)
    assert archive.held()["faces"] == 2
    archive.pass_time(4)
    assert (archive.tenant.blocklist.list(), archive.held()["faces"]) == ((), 1)
    assert [one.entry["kind"] for one in archive.tenant.audit.entries()] == ["face_blocked", "block_ended"]


def test_a_denied_attempt_leaves_no_picture_no_face_and_no_field(scripted: RunningSandbox) -> None:
    archive = Archive(own_environment(scripted, {TENANT: POLICY + STRICT}))
    archive.verify("register", "ada", "ada")
    before = archive.held()
    denied = archive.verify("register_with_id_card", "eve", "ada")
    assert denied.verdict is Verdict.DENIED
    assert archive.held() == before
    too_young = archive.verify("register_the_old", "eve", "eve")
    assert (too_young.verdict, too_young.reasons[0].code) == (Verdict.DENIED, "too_young"), "the card was read"
    assert archive.held() == before
    kept = json.dumps(archive.items())
    assert too_young.verification_id in kept
    assert "L898902C3" not in kept
    assert not [
        item for item in archive.items() if item["pk"]["S"].endswith(user_key(TENANT, "eve")) and "faces" in item
    ]


def test_items_end_by_ttl_as_the_policy_says(archive: Archive) -> None:
    made = archive.verify("register_with_id_card", "ada", "ada")
    ends = {
        item["sk"]["S"].partition("#")[0]: int(item["expires_at"]["N"]) - made.decided_at.timestamp()
        for item in archive.items()
        if "expires_at" in item
    }
    days = {kind: round(seconds / 86400) for kind, seconds in ends.items()}
    assert {kind: days[kind] for kind in ("DECISION", "PERSON", "FIELDS")} == {
        "DECISION": 40,
        "PERSON": 40,
        "FIELDS": 10,
    }
    key = archive.user("ada").faces[0].image_key
    tags = archive.environment.sandbox.client("s3").get_object_tagging(
        Bucket=archive.environment.names.images_bucket, Key=key
    )["TagSet"]
    assert tags == [{"Key": "images_days", "Value": "5"}]
