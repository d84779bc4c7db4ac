"""Erasing a user, over the wire: nothing is left, a second look says so, and whatever goes wrong is made good later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import AwsUnavailableError, ConflictError, NotFoundError
from chalicelib.jobs import run, sweep
from chalicelib.model.decision import Verdict
from chalicelib.model.erasure import Erasure
from chalicelib.model.submission import user_key
from chalicelib.model.user import UserStatus
from chalicelib.store.imports import Imports, Result
from chalicelib.store.items import Item
from chalicelib.wiring import Tenant
from chalicelib.wiring.erasing import erase, request_erasure
from cli.receipts import Keys, read_keys, verify
from cli.receipts import Verdict as Proof
from tests.own_environment import OwnEnvironment, own_environment, selfie, submission
from tests.running_sandbox import RunningSandbox
from tests.samples import change

TENANT = "forgetful"
ADA = user_key(TENANT, "ada")


@dataclass(frozen=True)
class World:
    environment: OwnEnvironment

    @property
    def tenant(self) -> Tenant:
        return self.environment.services.tenant(TENANT)

    def client(self, service: str) -> Any:
        return self.environment.sandbox.client(service)

    def verify(self, flow: str, user_id: str) -> Verdict:
        return self.tenant.verify(submission(TENANT, flow, user_id)).verdict

    def fill(self) -> None:
        """Ada with all that can be held of a user: card, several versions, denied attempts, a liveness session."""
        assert self.verify("register_with_id_card", "ada") is Verdict.APPROVED
        assert self.verify("update", "ada") is Verdict.APPROVED
        assert self.tenant.verify(submission(TENANT, "authenticate", "ada", "eve")).verdict is Verdict.DENIED
        self.tenant.create_liveness_session(ADA, datetime.now(UTC))
        bucket = self.environment.names.images_bucket
        picture = self.tenant.users.get(ADA).faces[0].image_key  # type: ignore[union-attr]
        self.client("s3").put_object(Bucket=bucket, Key=picture, Body=b"another version")
        self.client("s3").delete_object(Bucket=bucket, Key=picture)

    def request(self) -> Erasure:
        erasure = request_erasure(self.tenant, ADA, datetime.now(UTC))
        assert erasure is not None
        return erasure

    def items(self) -> list[Any]:
        found: list[Any] = self.client("dynamodb").scan(TableName=self.environment.names.table)["Items"]
        return found

    def traces(self) -> dict[str, list[str]]:
        """Whatever still leads to Ada."""
        names, rekognition = self.environment.names, self.client("rekognition")
        listing = self.client("s3").list_object_versions(Bucket=names.images_bucket, Prefix=f"{TENANT}/users/{ADA}/")
        mine = [one for one in rekognition.list_collections()["CollectionIds"] if names.collection_prefix in one]
        faces = [face for one in mine for face in rekognition.list_faces(CollectionId=one)["Faces"]]
        words = (ADA, '"ada"', "L898902C3")
        return {
            "items": [json.dumps(item) for item in self.items() if any(word in json.dumps(item) for word in words)],
            "pictures": [one["Key"] for one in (*listing.get("Versions", ()), *listing.get("DeleteMarkers", ()))],
            "faces": [face["FaceId"] for face in faces if face.get("ExternalImageId", "").startswith(ADA)],
        }


@pytest.fixture
def world(scripted: RunningSandbox) -> Iterator[World]:
    policy = f"policy: {TENANT}\nextends: baseline\nfaces: {{shards: 2}}\n"
    made = World(own_environment(scripted, {TENANT: policy}))
    made.fill()
    yield made
    scripted.faults.clear()


@pytest.fixture
def keys(world: World, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path = tmp_path_factory.mktemp("keys") / "receipts.pem"
    path.write_text(world.environment.services.signer.public_key.pem)
    return read_keys([path])


NOTHING: dict[str, list[str]] = {"items": [], "pictures": [], "faces": []}


def test_nothing_is_left_and_the_receipt_proves_it_offline(world: World, keys: Keys) -> None:
    log = [item for item in world.items() if item["sk"]["S"] == "DECISION"]
    assert all(world.traces().values())
    done = erase(world.tenant, world.request().erasure_id, datetime.now(UTC))

    assert world.traces() == NOTHING
    assert done.found == {
        "faces": 2,
        "pictures": 3,
        "attempts": 1,
        "liveness_sessions": 1,
        "decisions": 3,
        "document_fields": 1,
        "imports": 0,
        "reviews": 0,
        "review_pictures": 0,
    }
    assert done.receipt is not None
    assert verify(done.receipt.as_json(), keys) is Proof.GENUINE
    items = done.receipt.entry["details"]["items"]
    assert {one["kind"]: one["found"] for one in items} == done.found
    assert {one["left"] for one in items} == {0}
    assert [item for item in world.items() if item["sk"]["S"] == "DECISION"] == log, "the log is never changed"
    (logged,) = [one for one in world.tenant.audit.entries() if one.entry["kind"] == "user_erased"]
    assert logged == done.receipt
    assert request_erasure(world.tenant, ADA, datetime.now(UTC)) is None
    assert world.verify("register", "ada") is Verdict.APPROVED


def test_the_others_stay(world: World) -> None:
    assert world.verify("register_with_id_card", "bob") is Verdict.APPROVED
    bob = world.tenant.users.get(user_key(TENANT, "bob"))
    erase(world.tenant, world.request().erasure_id, datetime.now(UTC))
    assert world.tenant.users.get(user_key(TENANT, "bob")) == bob
    assert world.verify("authenticate", "bob") is Verdict.APPROVED


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "rekognition:DeleteFaces", "kind": "partial_delete"},
        {"operation": "rekognition:ListFaces", "kind": "error500"},
        {"operation": "s3:DeleteObjects", "kind": "error500"},
        {"operation": "dynamodb:DeleteItem", "kind": "error500", "after": 2},
        {"operation": "kms:Sign", "kind": "error500"},
        {"operation": "dynamodb:TransactWriteItems", "kind": "error500"},
    ],
    ids=lambda fault: fault["operation"],
)
def test_what_cannot_be_finished_goes_on_from_the_queue(world: World, keys: Keys, fault: dict[str, Any]) -> None:
    erasure, scripted = world.request(), world.environment.sandbox
    scripted.faults.set(fault)
    with pytest.raises(AwsUnavailableError):
        erase(world.tenant, erasure.erasure_id, datetime.now(UTC))
    running = world.tenant.erasures.get(erasure.erasure_id)
    assert (running.user_key, running.receipt) == (ADA, None)
    assert world.verify("authenticate", "ada") is Verdict.DENIED if "rekognition" in fault["operation"] else True
    scripted.faults.clear()

    job = json.dumps({"job": "erase", "tenant": TENANT, "erasure_id": erasure.erasure_id})
    for _ in range(2):  # a message may come twice
        run(world.environment.services, job, datetime.now(UTC))
    done = world.tenant.erasures.get(erasure.erasure_id)
    assert done.receipt is not None and verify(done.receipt.as_json(), keys) is Proof.GENUINE
    assert world.traces() == NOTHING
    assert len([one for one in world.tenant.audit.entries() if one.entry["kind"] == "user_erased"]) == 1
    assert done.found["pictures"] == 3 or fault["operation"] == "rekognition:ListFaces"


def test_the_sweep_finds_an_erasure_that_everybody_forgot(world: World) -> None:
    erasure, later = world.request(), datetime.now(UTC) + timedelta(minutes=6)
    sweep(world.environment.services, later)
    sqs, url = world.client("sqs"), world.environment.variables["COUNTERSIGN_QUEUE_URL"]
    bodies = [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    for body in (one for one in bodies if json.loads(one)["job"] == "erase"):
        run(world.environment.services, body, later)
    assert world.tenant.erasures.get(erasure.erasure_id).receipt is not None
    assert world.traces() == NOTHING
    assert not any("due_at" in item for item in world.items())


def test_nobody_registers_under_the_id_while_it_is_being_erased(world: World) -> None:
    erasure = world.request()
    world.environment.sandbox.faults.set({"operation": "rekognition:DeleteFaces", "kind": "partial_delete"})
    with pytest.raises(AwsUnavailableError):
        erase(world.tenant, erasure.erasure_id, datetime.now(UTC))
    world.environment.sandbox.faults.clear()
    user = world.tenant.users.get(ADA)
    assert user is not None and user.status is UserStatus.ERASING
    with pytest.raises(ConflictError) as caught:
        world.tenant.verify(submission(TENANT, "register", "ada", "somebody new"))
    assert caught.value.code == "user-busy"
    erase(world.tenant, erasure.erasure_id, datetime.now(UTC))
    assert world.verify("register", "ada") is Verdict.APPROVED


def test_a_try_that_another_overtakes_closes_nothing_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message twice at the same time: the second would close the record after the first has removed it, and
    somebody may have registered anew.
    """
    erasure, late, now = world.request(), world.tenant, datetime.now(UTC)
    close = late.erasures.close

    def overtaken(erasure: Erasure, closing: Item) -> None:
        erase(world.tenant, erasure.erasure_id, now)
        assert world.verify("register", "ada") is Verdict.APPROVED
        close(erasure, closing)

    monkeypatch.setattr(late.erasures, "close", overtaken)
    done = erase(late, erasure.erasure_id, now)
    assert done.user_key is None
    assert done.receipt is not None
    assert world.tenant.users.get(ADA).status is UserStatus.ACTIVE  # type: ignore[union-attr]
    assert world.verify("authenticate", "ada") is Verdict.APPROVED


def test_an_erasure_whose_answer_was_lost_is_noted_once(world: World) -> None:
    erasure = world.request()
    world.tenant.erasures.add(erasure)
    assert world.tenant.erasures.get(erasure.erasure_id) == erasure


def test_who_is_being_changed_is_erased_afterwards(world: World) -> None:
    erasure, tenant = world.request(), world.tenant
    under_way = replace(change(TENANT, "c1"), user_key=ADA, creates=False, started_at=datetime.now(UTC))
    tenant.changes.begin(under_way)
    with pytest.raises(ConflictError, match="Another request"):
        erase(tenant, erasure.erasure_id, datetime.now(UTC))
    tenant.changes.abandon(under_way)
    assert erase(tenant, erasure.erasure_id, datetime.now(UTC)).receipt is not None


def test_who_was_only_ever_denied_is_erased_too(world: World) -> None:
    asked = submission(TENANT, "register", "eve", "ada")
    assert world.tenant.verify(asked).verdict is Verdict.DENIED
    erasure = request_erasure(world.tenant, user_key(TENANT, "eve"), datetime.now(UTC))
    assert erasure is not None
    done = erase(world.tenant, erasure.erasure_id, datetime.now(UTC))
    assert {kind: count for kind, count in done.found.items() if count} == {"attempts": 1, "decisions": 1}
    assert not [item for item in world.items() if '"eve"' in json.dumps(item)]
    assert world.tenant.decisions.get(asked.verification_id, datetime.now(UTC))["user_id"] is None


def test_a_face_that_no_record_knows_is_found(world: World) -> None:
    collection = world.tenant.users.get(ADA).faces[0].collection  # type: ignore[union-attr]
    lost = {"ExternalImageId": f"{ADA}:lost", "Image": {"Bytes": selfie("ada").content}}
    face = world.client("rekognition").index_faces(CollectionId=collection, **lost)["FaceRecords"][0]["Face"]["FaceId"]
    world.client("rekognition").create_user(CollectionId=collection, UserId="u1")
    world.client("rekognition").associate_faces(CollectionId=collection, UserId="u1", FaceIds=[face])
    done = erase(world.tenant, world.request().erasure_id, datetime.now(UTC))
    assert (done.found["faces"], world.traces()) == (3, NOTHING)


def test_an_erasure_belongs_to_its_tenant(world: World) -> None:
    erasure = world.request()
    other = world.environment.services.tenant("baseline")
    for look in (erasure.erasure_id, "unknown", "a/b", ""):
        with pytest.raises(NotFoundError):
            other.erasures.get(look)


def test_the_result_of_an_import_is_erased(world: World) -> None:
    table = world.environment.names.table
    imports = Imports(world.environment.services.aws, table, TENANT)
    imports.settle("i1", Result("ada", "approved", (), "v1"), datetime.now(UTC))
    assert imports.is_settled("i1", "ada")
    done = erase(world.tenant, world.request().erasure_id, datetime.now(UTC))
    assert (done.found["imports"], world.traces()) == (2, NOTHING)
    assert list(imports.results("i1")) == [Result("", "erased", (), "")]
    assert imports.is_settled("i1", "ada"), "her message may come again, and must not count again"
