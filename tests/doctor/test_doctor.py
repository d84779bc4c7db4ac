"""`countersign doctor` against the sandbox: every kind of damage is really made, found, repaired where it can be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from bench.people import selfie
from chalicelib.aws import delete_object
from chalicelib.errors import CountersignError
from chalicelib.model.block import BlockSource
from chalicelib.model.decision import Verdict
from chalicelib.model.submission import user_key
from chalicelib.model.user import User, UserStatus
from chalicelib.store.changes import Changes
from chalicelib.store.decisions import decision_key
from chalicelib.store.items import Table, stamp
from chalicelib.store.records import user_item_key
from chalicelib.wiring.blocking import block_face
from cli.main import commands
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox
from tests.samples import DEFERRING, change

TENANT = "clinic"
POLICY = f"policy: {TENANT}\nextends: baseline\nfaces: {{shards: 2}}\n"


@dataclass(frozen=True)
class Clinic:
    """A tenant of its own, its people, and the damage that can be done to it."""

    environment: OwnEnvironment

    def register(self, user_id: str, flow: str = "register") -> User:
        assert self.verify(flow, user_id) is Verdict.APPROVED
        return self.user(user_id)

    def put_back(self, user_id: str, moment: str, time: timedelta) -> None:
        """Let a moment of the user's record ("#deferred.#since") be so long ago."""
        table = Table(self.environment.services.aws, self.environment.names.table)
        where = user_item_key(TENANT, user_key(TENANT, user_id))
        table.update(where, f"SET {moment} = :moment", moment=stamp(datetime.now(UTC) - time))

    def verify(self, flow: str, user_id: str, person: str | None = None) -> Verdict:
        sent = submission(TENANT, flow, user_id, person)
        return self.environment.services.tenant(TENANT).verify(sent).verdict

    def changes(self) -> Changes:
        services = self.environment.services
        return Changes(services.aws, self.environment.names.table, TENANT, services.queue)

    def user(self, user_id: str) -> User:
        user = self.environment.services.tenant(TENANT).users.get(user_key(TENANT, user_id))
        assert user is not None
        return user

    def verification_of(self, user: User) -> str:
        """The verification that admitted the user's first face."""
        return user.faces[0].verification_id

    def everything(self) -> dict[str, Any]:
        """All that AWS holds of the environment."""
        names = self.environment.names
        collections = self.aws("rekognition", "list_collections")["CollectionIds"]
        mine = [one for one in collections if one.startswith(names.collection_prefix)]
        return {
            "items": self.aws("dynamodb", "scan", TableName=names.table)["Items"],
            "pictures": self.aws("s3", "list_object_versions", Bucket=names.images_bucket).get("Versions"),
            "faces": [self.aws("rekognition", "list_faces", CollectionId=one)["Faces"] for one in mine],
        }

    def publish(self, policy: str) -> None:
        content = {"Bucket": self.environment.names.policies_bucket, "Key": f"{TENANT}.yaml"}
        self.aws("s3", "put_object", **content, Body=policy.encode())

    def aws(self, service: str, operation: str, **parameters: Any) -> Any:
        return self.environment.services.aws(service, operation, parameters)

    def doctor(self, *options: str) -> tuple[int, list[dict[str, Any]]]:
        """The exit code, and the findings."""
        variables = self.environment.variables
        arguments = ["doctor", "--tenant", TENANT, "--grace-s", "0", "--json", *options]
        result = CliRunner().invoke(commands, arguments, env=variables)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        *findings, totals = [json.loads(line) for line in result.stdout.splitlines()]
        assert totals["healthy"] == (result.exit_code == 0)
        return result.exit_code, findings


@pytest.fixture
def clinic(scripted: RunningSandbox) -> Clinic:
    return Clinic(own_environment(scripted, {TENANT: POLICY}))


def test_a_tenant_in_use_is_healthy(clinic: Clinic) -> None:
    assert clinic.doctor() == (0, [])
    for name in ("ada", "bob", "eve"):
        clinic.register(name)
    assert clinic.doctor() == (0, [])


def test_orphans_are_deleted_and_the_others_stay(clinic: Clinic) -> None:
    ada = clinic.register("ada")
    leftover = {"ExternalImageId": f"{'0' * 64}:gone", "Image": {"Bytes": selfie("nobody").content}}
    face = clinic.aws("rekognition", "index_faces", CollectionId=ada.faces[0].collection, **leftover)
    bucket, key = clinic.environment.names.images_bucket, f"{TENANT}/users/{ada.user_key}/gone/selfie"
    for _ in range(2):
        clinic.aws("s3", "put_object", Bucket=bucket, Key=key, Body=b"x")
    clinic.aws("s3", "delete_object", Bucket=bucket, Key=key)
    before = clinic.everything()

    code, findings = clinic.doctor()
    assert code == 1
    assert Counter(one["kind"] for one in findings) == {"orphan-face": 1, "orphan-picture": 3}
    assert {one["outcome"] for one in findings} == {"found"}
    assert clinic.everything() == before

    code, findings = clinic.doctor("--fix")
    assert (code, {one["outcome"] for one in findings}) == (0, {"repaired"})
    assert face["FaceRecords"][0]["Face"]["FaceId"] in {one["subject"] for one in findings}
    assert clinic.doctor() == (0, [])
    assert clinic.user("ada") == ada


def test_a_blocked_face_is_no_orphan(clinic: Clinic) -> None:
    tenant = clinic.environment.services.tenant(TENANT)
    ends_at = datetime.now(UTC) + timedelta(days=1)
    block_face(tenant, {"Bytes": selfie("mallory").content}, BlockSource.PICTURE, "fraud", ends_at)
    before = clinic.everything()
    assert clinic.doctor("--fix") == (0, [])
    assert clinic.everything() == before


def test_what_cannot_be_repaired_is_told_and_left(clinic: Clinic) -> None:
    ada, bob = clinic.register("ada"), clinic.register("bob")
    names = clinic.environment.names
    delete_object(clinic.environment.services.aws, names.images_bucket, ada.faces[0].image_key)
    decision = decision_key(TENANT, clinic.verification_of(bob))
    clinic.aws(
        "dynamodb", "delete_item", TableName=names.table, Key={name: {"S": text} for name, text in decision.items()}
    )

    for options in ((), ("--fix",)):
        code, findings = clinic.doctor(*options)
        assert code == 1
        told = {(one["kind"], one["user_key"], one["outcome"]) for one in findings}
        assert told == {("picture-missing", ada.user_key, "left"), ("decision-missing", bob.user_key, "left")}
        assert all(one["note"] for one in findings)
    assert (clinic.user("ada"), clinic.user("bob")) == (ada, bob)


def test_collections_are_made_and_empty_ones_removed(clinic: Clinic) -> None:
    prefix = f"{clinic.environment.names.collection_prefix}-{TENANT}"
    clinic.aws("rekognition", "delete_collection", CollectionId=f"{prefix}-1")
    for number in (2, 3):
        clinic.aws("rekognition", "create_collection", CollectionId=f"{prefix}-{number}")
    clinic.aws("rekognition", "create_collection", CollectionId=f"{prefix}-2-0")  # the tenant "clinic-2"
    clinic.aws("rekognition", "index_faces", CollectionId=f"{prefix}-3", Image={"Bytes": selfie("forgotten").content})

    _, findings = clinic.doctor()
    kinds = {one["subject"]: one["kind"] for one in findings if one["kind"].startswith("collection")}
    assert kinds == {
        f"{prefix}-1": "collection-missing",
        f"{prefix}-2": "collection-extra",
        f"{prefix}-3": "collection-extra",
    }
    code, findings = clinic.doctor("--fix")
    assert (code, {one["outcome"] for one in findings}) == (0, {"repaired"})
    assert {"orphan-face", "collection-extra"} < {one["kind"] for one in findings}
    assert clinic.doctor() == (0, [])


def test_a_dropped_shard_keeps_its_faces(clinic: Clinic) -> None:
    people = [clinic.register(name) for name in ("ada", "bob", "eve", "joe", "kim", "lea")]
    dropped = f"{clinic.environment.names.collection_prefix}-{TENANT}-1"
    inside = [user for user in people if user.faces[0].collection == dropped]
    assert inside
    clinic.publish(POLICY.replace("shards: 2", "shards: 1"))
    code, findings = clinic.doctor("--fix")
    assert (code, [(one["subject"], one["outcome"]) for one in findings]) == (1, [(dropped, "left")])
    assert f"faces in it: {len(inside)}" in findings[0]["note"]


def test_a_lost_face_is_indexed_anew_from_its_picture(clinic: Clinic) -> None:
    ada, bob = clinic.register("ada"), clinic.register("bob")
    (lost,) = ada.faces
    clinic.aws("rekognition", "delete_faces", CollectionId=lost.collection, FaceIds=[lost.face_id])
    assert clinic.verify("authenticate", "bob") is Verdict.APPROVED

    code, findings = clinic.doctor("--fix")
    assert (code, [(one["kind"], one["outcome"]) for one in findings]) == (0, [("face-missing", "repaired")])
    (restored,) = clinic.user("ada").faces
    assert restored == replace(lost, face_id=restored.face_id) != lost
    assert clinic.doctor() == (0, [])
    assert clinic.verify("register", "another", person="ada") is Verdict.DENIED  # she is found again
    assert clinic.user("bob").faces == bob.faces


def test_a_whole_lost_collection_is_restored(clinic: Clinic) -> None:
    people = [clinic.register(name) for name in ("ada", "bob", "eve", "joe")]
    for collection in {user.faces[0].collection for user in people}:
        clinic.aws("rekognition", "delete_collection", CollectionId=collection)
    code, findings = clinic.doctor("--fix")
    assert code == 0, findings
    assert Counter(one["kind"] for one in findings)["face-missing"] == 4
    assert clinic.doctor() == (0, [])
    for user in people:
        assert clinic.verify("authenticate", user.user_id) is Verdict.APPROVED


def test_outdated_faces_are_planned_and_indexed_anew(clinic: Clinic) -> None:
    for name in ("ada", "bob"):
        clinic.register(name)
    clinic.environment.sandbox.control("PUT", "face-model", {"version": "8.0"})
    try:
        clinic.register("eve")
        for options in ((), ("--fix",)):
            code, findings = clinic.doctor(*options)
            assert (code, [one["kind"] for one in findings]) == (1, ["face-outdated"] * 2)
            assert {one["note"] for one in findings} == {"--reindex repairs it"}
        assert clinic.doctor("--reindex")[0] == 0
        assert clinic.doctor() == (0, [])
        assert {clinic.user(name).faces[0].face_model_version for name in ("ada", "bob", "eve")} == {"8.0"}
        assert clinic.verify("authenticate", "ada") is Verdict.APPROVED
    finally:
        clinic.environment.sandbox.control("PUT", "face-model", {"version": "7.0"})


def test_an_outdated_face_whose_picture_is_not_kept_any_more_stays_as_it_is(clinic: Clinic) -> None:
    """Also when doctor may revoke: the user can still be found."""
    clinic.register("ada")
    clinic.put_back("ada", "#faces[0].#indexed_at", timedelta(days=31))
    ada = clinic.user("ada")
    delete_object(clinic.environment.services.aws, clinic.environment.names.images_bucket, ada.faces[0].image_key)
    clinic.environment.sandbox.control("PUT", "face-model", {"version": "8.0"})
    try:
        code, findings = clinic.doctor("--fix", "--reindex", "--revoke")
        assert (code, [(one["kind"], one["outcome"]) for one in findings]) == (1, [("face-outdated", "left")])
        assert "can update" in findings[0]["note"]
        assert clinic.user("ada") == ada
    finally:
        clinic.environment.sandbox.control("PUT", "face-model", {"version": "7.0"})


def test_nobody_is_revoked_who_has_another_face(clinic: Clinic) -> None:
    """One face and its picture are lost, of the other only the picture is: the user can still be found by it."""
    clinic.register("ada")
    assert clinic.verify("update", "ada") is Verdict.APPROVED
    ada = clinic.user("ada")
    lost, kept = ada.faces
    clinic.aws("rekognition", "delete_faces", CollectionId=lost.collection, FaceIds=[lost.face_id])
    for face in (lost, kept):
        delete_object(clinic.environment.services.aws, clinic.environment.names.images_bucket, face.image_key)
    _, findings = clinic.doctor("--fix", "--revoke")
    assert {one["kind"]: one["outcome"] for one in findings} == {"face-missing": "left", "picture-missing": "left"}
    assert clinic.user("ada") == ada


def test_a_registration_in_its_middle_is_left_alone(clinic: Clinic) -> None:
    """The record is pending, and a face and a picture are there."""
    begun = change(TENANT, "c1", user_id="bob", at=datetime.now(UTC))
    begun = replace(begun, collection=f"{clinic.environment.names.collection_prefix}-{TENANT}-0")
    clinic.changes().begin(begun)
    bucket, key = clinic.environment.names.images_bucket, begun.image_keys["selfie"]
    clinic.aws("s3", "put_object", Bucket=bucket, Key=key, Body=b"x")
    name = {"CollectionId": begun.collection, "ExternalImageId": begun.external_image_id}
    clinic.aws("rekognition", "index_faces", **name, Image={"Bytes": selfie("bob").content})
    before = clinic.everything()
    assert clinic.doctor("--fix", "--reindex", "--revoke") == (0, [])
    assert clinic.everything() == before


def test_open_steps_are_left_alone_for_an_hour_and_then_judged(clinic: Clinic) -> None:
    clinic.publish(POLICY + DEFERRING)
    clinic.register("ada", "join")
    clinic.register("bob", "join_too_young")
    before = clinic.everything()
    assert clinic.doctor("--fix", "--reindex", "--revoke") == (0, [])
    assert clinic.everything() == before
    clinic.put_back("ada", "#deferred.#since", timedelta(hours=2))
    clinic.put_back("bob", "#deferred.#since", timedelta(hours=2))

    code, findings = clinic.doctor()
    assert (code, [(one["kind"], one["outcome"]) for one in findings]) == (1, [("deferred-stale", "found")] * 2)
    code, findings = clinic.doctor("--fix")
    assert (code, [one["outcome"] for one in findings]) == (0, ["repaired"] * 2)
    assert clinic.doctor() == (0, [])
    assert (clinic.user("ada").status, clinic.user("bob").status) == (UserStatus.ACTIVE, UserStatus.REVOKED)


def test_steps_that_no_policy_defers_any_more_are_left(clinic: Clinic) -> None:
    clinic.publish(POLICY + DEFERRING)
    clinic.register("ada", "join")
    clinic.put_back("ada", "#deferred.#since", timedelta(hours=2))
    clinic.publish(POLICY)
    code, findings = clinic.doctor("--fix")
    assert (code, [(one["kind"], one["outcome"]) for one in findings]) == (1, [("deferred-stale", "left")])
    assert "erase the user" in findings[0]["note"]


def test_a_user_of_whom_nothing_can_be_restored_is_revoked_only_if_asked(clinic: Clinic) -> None:
    (face,) = clinic.register("ada").faces
    clinic.aws("rekognition", "delete_faces", CollectionId=face.collection, FaceIds=[face.face_id])
    delete_object(clinic.environment.services.aws, clinic.environment.names.images_bucket, face.image_key)
    code, findings = clinic.doctor("--fix")
    assert (code, {one["kind"]: one["outcome"] for one in findings}["face-missing"]) == (1, "left")
    assert clinic.user("ada").status is UserStatus.ACTIVE
    clinic.doctor("--fix", "--revoke")
    assert clinic.user("ada").status is UserStatus.REVOKED
    assert clinic.doctor() == (0, [])
    clinic.register("ada")


def test_what_recovery_should_have_done_is_done(clinic: Clinic) -> None:
    """A change that crashed half an hour ago, with all that it had made; its message was lost."""
    ada = clinic.register("ada")
    crashed = replace(change(TENANT, "c1", user_id="bob"), started_at=datetime.now(UTC) - timedelta(minutes=30))
    crashed = replace(crashed, collection=ada.faces[0].collection)
    clinic.changes().begin(crashed)
    bucket, key = clinic.environment.names.images_bucket, crashed.image_keys["selfie"]
    clinic.aws("s3", "put_object", Bucket=bucket, Key=key, Body=b"x")
    name = {"CollectionId": crashed.collection, "ExternalImageId": crashed.external_image_id}
    clinic.aws("rekognition", "index_faces", **name, Image={"Bytes": selfie("bob").content})

    code, findings = clinic.doctor()
    assert (code, [one["kind"] for one in findings]) == (1, ["change-stale"])
    assert clinic.doctor("--fix")[0] == 0
    assert clinic.doctor() == (0, [])
    clinic.register("bob")


def test_what_is_under_way_is_left_alone(clinic: Clinic) -> None:
    """A lost face cannot be restored while a request changes the user; afterwards it can."""
    (face,) = clinic.register("ada").faces
    clinic.aws("rekognition", "delete_faces", CollectionId=face.collection, FaceIds=[face.face_id])
    under_way = change(TENANT, "c2", creates=False, at=datetime.now(UTC))
    clinic.changes().begin(under_way)
    code, findings = clinic.doctor("--fix")
    assert (code, [(one["kind"], one["outcome"]) for one in findings]) == (1, [("face-missing", "failed")])
    assert "changing this user" in findings[0]["note"]
    clinic.changes().abandon(under_way)
    assert clinic.doctor("--fix")[0] == 0


def test_people_read_a_table_and_errors_a_line(clinic: Clinic) -> None:
    clinic.register("ada")
    arguments = ["doctor", "--grace-s", "0", "--tenant"]
    shown = CliRunner().invoke(commands, [*arguments, TENANT], env=clinic.environment.variables)
    assert (shown.exit_code, "healthy" in shown.stdout) == (0, True)
    unknown = CliRunner().invoke(commands, [*arguments, "nobody"], env=clinic.environment.variables)
    assert isinstance(unknown.exception, CountersignError)
