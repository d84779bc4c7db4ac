"""No log line and no problem document carries a person's data or a credential, whatever goes wrong.

Unmistakable values go through every route, with AWS well and with each of its services failing; then all that the
app, the worker and the sandbox ever wrote is searched for them, in every form in which they could have got there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import urllib3

from chalicelib.model.submission import user_key
from sandbox.scripted import ScriptedFace, picture
from tests.e2e.world import World
from tests.security.cases import CASES, Ask, Things, made_up, verify
from tests.security.conftest import OWNER

USER = "canary.person@example.test"
NAME, NUMBER, FACE = "CANARYSURNAME", "CANARY0123456", "canary-face"
CARD = {"ID_TYPE": "PASSPORT", "FIRST_NAME": "CANARYFIRST", "LAST_NAME": NAME, "DOCUMENT_NUMBER": NUMBER}
SELFIE = base64.b64encode(picture([ScriptedFace(FACE)])).decode()
ID_CARD = base64.b64encode(picture([ScriptedFace(FACE)], CARD)).decode()
SERVICES = ("dynamodb", "s3", "rekognition", "textract", "kms", "sqs")
_HTTP = urllib3.PoolManager(retries=False, timeout=90)


def things() -> Things:
    return replace(made_up(), user_id=quote(USER), face=SELFIE, newcomer=USER)


def with_card(user_id: str = USER) -> Ask:
    claimed = {"first_name": "CANARYFIRST", "last_name": NAME, "note": "CANARYNOTE"}
    return verify("register_with_id_card", user_id, selfie=SELFIE, id_card=ID_CARD, properties=claimed)


def wrong() -> Iterator[Ask]:
    """Requests that are refused, each with something personal at the place of the mistake."""
    yield verify(NAME, USER, selfie=SELFIE)
    yield verify("register", USER, selfie=f"{NAME}*")
    yield verify("register", USER, selfie=base64.b64encode(NAME.encode()).decode())
    yield verify("register", f"{USER}\n", selfie=SELFIE)
    yield verify("register", USER, selfie=SELFIE, properties={"note": {"deep": NAME}})
    yield verify("register", USER, selfie=SELFIE, consent={"version": NAME, "given_at": NAME})
    yield verify("register", USER, selfie={"upload_id": NAME})
    yield verify("check_in", USER, liveness_session=NAME)
    yield verify("authenticate", USER, {"Idempotency-Key": NAME}, selfie=SELFIE)


def review(world: World) -> str:
    """A review about the canary, settled with words about it."""
    crowd = base64.b64encode(picture([ScriptedFace(FACE), ScriptedFace(f"{FACE}-2")])).decode()
    client = world.client(OWNER)
    made = client.verify({"flow": "refer", "user_id": USER, "selfie": crowd, "properties": {"note": "CANARYNOTE"}})
    assert made["decision"] == "review"
    return str(made["id"])


def forms(text: str) -> set[str]:
    """As it is, in a URL, in JSON, and in base64 wherever it may begin."""
    shifted = {base64.b64encode(b"x" * shift + text.encode())[4:-4].decode() for shift in range(3)}
    return {text, quote(text), quote(text, safe=""), json.dumps(text)[1:-1], *shifted}


def canaries(world: World) -> set[str]:
    texts = (USER, NAME, NUMBER, "CANARYFIRST", "CANARYNOTE", FACE)
    secrets = {key.split("_", 2)[2] for key in world.stack.bootstrap.keys.values()}
    pictures = {SELFIE[at : at + 60] for at in (0, 200, len(SELFIE) - 100)} | {ID_CARD[-200:-140]}
    return {form for text in texts for form in forms(text)} | secrets | pictures


def told(world: World, ask: Ask, wanted: set[str]) -> int:
    """Send it; a problem document, or any refusal, must not repeat what is personal. The status."""
    headers = {"Authorization": f"Bearer {world.stack.key(OWNER)}", "Content-Type": "application/json", **ask.headers}
    content = None if ask.body is None else json.dumps(ask.body).encode()
    answer = _HTTP.request(ask.method, world.stack.url + ask.path, body=content, headers=headers)
    if answer.status >= 400:
        assert not [canary for canary in wanted if canary in answer.data.decode()], (ask, answer.data)
    return int(answer.status)


@pytest.fixture
def no_faults_afterwards(world: World) -> Iterator[None]:
    yield
    world.set_fault(None)


@pytest.mark.usefixtures("no_faults_afterwards")
def test_nothing_personal_and_no_secret_is_ever_written(world: World, home: Path) -> None:
    wanted = canaries(world)
    asks = [make(things()) for kinds in CASES.values() for make in kinds.values()]

    reviewed = f"/v1/reviews/{review(world)}"
    settling = [Ask("GET", reviewed), Ask("POST", reviewed, {"decision": "denied", "reason": f"not {NAME}"})]
    statuses = [told(world, ask, wanted) for ask in (with_card(), *asks, *wrong(), *settling)]
    for service in SERVICES:
        world.set_fault({"operation": f"{service}:*", "kind": "access_denied"})
        statuses += [told(world, ask, wanted) for ask in (with_card(f"2{USER}"), *asks)]
        world.set_fault({"operation": f"{service}:*", "kind": "error500"})
        statuses.append(told(world, with_card(f"3{USER}"), wanted))
    world.set_fault(None)
    queue = world.stack.environment["COUNTERSIGN_QUEUE_URL"]
    job = {"job": "recover", "tenant": OWNER, "user_key": user_key(OWNER, USER), "note": NAME}
    for message in (json.dumps(job), f"not JSON, but of {USER}", json.dumps({**job, "job": NAME})):
        world.aws("sqs").send_message(QueueUrl=queue, MessageBody=message)
    world.wait_until(lambda: "KeyError" in (home / "worker.log").read_text(), within_s=60)

    assert {200, 400, 404, 503} <= set(statuses)
    written = {log.name: log.read_text(errors="replace") for log in home.glob("*.log")}
    assert set(written) >= {"app.log", "worker.log", "sandbox.log"}
    assert "AccessDenied" in written["app.log"]  # the failures were logged, so there was something to search
    found = {(name, canary) for name, text in written.items() for canary in wanted if canary in text}
    assert not found


def test_the_search_finds_every_form() -> None:
    for text in (
        f"of {USER}",
        quote(USER),
        json.dumps({"name": NAME}),
        base64.b64encode(f"ab{NAME}".encode()).decode(),
    ):
        assert [form for canary in (USER, NAME) for form in forms(canary) if form in text], text


@pytest.mark.parametrize("path", ["/v1/nothing", "/", "/v1/users/", "/v1/verifications/x/y"])
def test_an_unknown_path_does_not_send_the_credential_back(world: World, path: str) -> None:
    """Chalice's local gateway would, and API Gateway too where its answers are not set."""
    for key in (world.stack.key(OWNER), "cs_\u00e9"):
        answer = world.send("GET", path, key=key)
        assert (answer.status, answer.code) == (404, "not-found")
        assert key not in str(answer)
