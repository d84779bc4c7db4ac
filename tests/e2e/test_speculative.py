"""`execution: speculative` over the wire, in scripted mode: it decides as the others do and leaves as little behind."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from chalicelib.errors import ConflictError
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.images import Image, read_image
from chalicelib.model.policy import Execution
from chalicelib.model.submission import Submission
from chalicelib.wiring import Tenant
from sandbox.scripted import ScriptedFace, picture
from tests.own_environment import OwnEnvironment, own_environment
from tests.running_sandbox import RunningSandbox

POLICY = "policy: {name}\nextends: baseline\nexecution: {execution}\nfaces: {{shards: {shards}}}\n"
PEOPLE: dict[str, list[ScriptedFace]] = {
    "fine": [ScriptedFace("fine")],
    "sunglasses": [ScriptedFace("sunglasses", sunglasses=99)],
    "turned": [ScriptedFace("turned", yaw=50)],
    "nobody": [],
    "two": [ScriptedFace("two", size=0.3), ScriptedFace("another", size=0.4)],
    "registered": [ScriptedFace("registered", likeness=98.5)],
    "unlike enough": [ScriptedFace("registered", likeness=90)],
}


@pytest.fixture(scope="module")
def environment(scripted_sandbox: RunningSandbox) -> OwnEnvironment:
    tenants = {
        execution.value: POLICY.format(name=execution.value, execution=execution.value, shards=3)
        for execution in Execution
    }
    return own_environment(scripted_sandbox, tenants)


def sent(tenant: Tenant, flow: str, user_id: str, faces: list[ScriptedFace], salt: str = "") -> Submission:
    shown = [replace(face, person=f"{face.person} {salt}") for face in faces]
    selfie: Image = read_image(picture(shown))
    return Submission(uuid.uuid4().hex, tenant.name, flow, user_id, datetime.now(UTC), selfie=selfie)


def faces_of(environment: OwnEnvironment, tenant: Tenant) -> list[str]:
    """The ExternalImageIds of all faces in the tenant's collections."""
    rekognition, found = environment.sandbox.client("rekognition"), []
    for collection in rekognition.list_collections()["CollectionIds"]:
        if f"-{tenant.name}-" in collection and collection.startswith(environment.names.collection_prefix):
            found += rekognition.list_faces(CollectionId=collection)["Faces"]
    return sorted(face["ExternalImageId"] for face in found)


def pictures_of(environment: OwnEnvironment, tenant: Tenant) -> list[str]:
    listed = environment.sandbox.client("s3").list_object_versions(
        Bucket=environment.names.images_bucket, Prefix=f"{tenant.name}/"
    )
    return [one["Key"] for one in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ()))]


def test_all_modes_decide_alike_and_leave_alike(environment: OwnEnvironment) -> None:
    told: dict[str, list[Any]] = {}
    for execution in Execution:
        tenant = environment.services.tenant(execution.value)
        approved = tenant.verify(sent(tenant, "register", "first", [ScriptedFace("registered")]))
        assert approved.verdict is Verdict.APPROVED
        for name, faces in PEOPLE.items():
            before = len(faces_of(environment, tenant)), len(pictures_of(environment, tenant))
            decision = tenant.verify(sent(tenant, "register", name, faces))
            findings = [(one.step, one.finding) for one in decision.results]
            told.setdefault(name, []).append((decision.verdict, decision.reasons, findings, decision.not_reached))
            left = len(faces_of(environment, tenant)) - before[0], len(pictures_of(environment, tenant)) - before[1]
            assert left == ((1, 1) if decision.verdict is Verdict.APPROVED else (0, 0)), name
    for name, decisions in told.items():
        assert decisions[0] == decisions[1] == decisions[2], name
    verdicts = {name: decisions[0][0] for name, decisions in told.items()}
    assert verdicts.pop("fine") is verdicts.pop("unlike enough") is Verdict.APPROVED
    assert set(verdicts.values()) == {Verdict.DENIED}


def test_one_answer_serves_for_three(environment: OwnEnvironment) -> None:
    """IndexFaces tells the faces, and the search by the new face's id is both the duplicate search and the second look;
    the other two collections can only be asked by the picture.
    """
    tenant, calls = environment.services.tenant("speculative"), environment.sandbox.calls
    calls.clear()
    assert tenant.verify(sent(tenant, "register", "counted", [ScriptedFace("counted")])).verdict is Verdict.APPROVED
    made = Counter(call["operation"] for call in calls.of() if call["operation"].startswith("rekognition"))
    assert made == {"rekognition:IndexFaces": 1, "rekognition:SearchFaces": 1, "rekognition:SearchFacesByImage": 2}


def test_an_update_is_made_ahead_and_taken_back(environment: OwnEnvironment) -> None:
    tenant = environment.services.tenant("speculative")
    assert tenant.verify(sent(tenant, "register", "ada", [ScriptedFace("ada")])).verdict is Verdict.APPROVED
    before = faces_of(environment, tenant)
    assert tenant.verify(sent(tenant, "update", "ada", [ScriptedFace("somebody else")])).verdict is Verdict.DENIED
    assert faces_of(environment, tenant) == before
    assert (
        tenant.verify(sent(tenant, "update", "ada", [ScriptedFace("ada", likeness=99.9)])).verdict is Verdict.APPROVED
    )
    assert len(faces_of(environment, tenant)) == len(before) + 1


def test_who_is_registered_already_is_told_so_after_the_checks(environment: OwnEnvironment) -> None:
    tenant = environment.services.tenant("speculative")
    assert tenant.verify(sent(tenant, "register", "bob", [ScriptedFace("bob")])).verdict is Verdict.APPROVED
    before = faces_of(environment, tenant)
    refused = tenant.verify(sent(tenant, "register", "bob", [ScriptedFace("x", sunglasses=99)]))
    assert refused.reasons[0].step == "sunglasses"
    with pytest.raises(ConflictError) as caught:
        tenant.verify(sent(tenant, "register", "bob", [ScriptedFace("not bob")]))
    assert caught.value.code == "user-exists"
    assert faces_of(environment, tenant) == before


@pytest.mark.parametrize("rivals", [2, 4])
def test_of_rivals_with_one_face_one_is_registered(environment: OwnEnvironment, rivals: int) -> None:
    tenant = environment.services.tenant("speculative")
    for lap in range(3):
        together, before = Barrier(rivals), len(faces_of(environment, tenant))

        def register(number: int, barrier: Barrier = together, salt: str = f"{rivals}-{lap}") -> Decision | str:
            submission = sent(tenant, "register", f"rival {salt} {number}", [ScriptedFace("rival")], salt)
            barrier.wait()
            try:
                return tenant.verify(submission)
            except ConflictError as error:
                return error.code

        with ThreadPoolExecutor(rivals) as pool:
            answers = list(pool.map(register, range(rivals)))
        approved = [one for one in answers if isinstance(one, Decision) and one.verdict is Verdict.APPROVED]
        assert len(approved) <= 1, answers
        assert len(faces_of(environment, tenant)) == before + len(approved)


def test_a_crash_in_between_is_recovered(environment: OwnEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies once the face is indexed: recovery finds the change and leaves nothing of it."""
    tenant = environment.services.tenant("speculative")
    before = faces_of(environment, tenant), pictures_of(environment, tenant)
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.engine.ahead.take_back", _die)
        denied = sent(tenant, "register", "crashed", [ScriptedFace("crashed", sunglasses=99)])
        assert tenant.verify(denied).verdict is Verdict.DENIED
    assert len(faces_of(environment, tenant)) == len(before[0]) + 1
    much_later = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 3600, UTC)
    tenant.recover(denied.user_key, much_later)
    assert (faces_of(environment, tenant), pictures_of(environment, tenant)) == before


def _die(*_: object) -> None:
    """Nothing is taken back, as when the process is gone."""
