"""The zip as Lambda runs it: every route, the authorizer and the queue's handlers, against the sandbox."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.model.submission import user_key
from chalicelib.store.due import due_attributes
from chalicelib.store.items import key
from cli.local.bootstrap import NAMES, Bootstrap
from cli.local.events import schedule_event, sqs_event
from sandbox.scripted import ScriptedFace, picture
from tests.packaged.deployment import Deployment
from tests.packaged.gateway import Answer, Gateway
from tests.running_sandbox import REGION, RunningSandbox

CONSENT = {"version": "2026-01"}


def _selfie(person: str) -> str:
    return base64.b64encode(picture([ScriptedFace(person)])).decode()


@pytest.fixture
def token(bootstrap: Bootstrap) -> str:
    return bootstrap.keys["acme"]


def _verify(gateway: Gateway, token: str, flow: str, user_id: str, person: str) -> Answer:
    body = {"flow": flow, "user_id": user_id, "selfie": _selfie(person), "consent": CONSENT}
    return gateway.request("POST", "/v1/verifications", body, token)


def _blocklist(gateway: Gateway, token: str) -> list[Answer]:
    face = {"selfie": _selfie("mallory"), "reason": "stolen card"}
    blocked = gateway.request("POST", "/v1/blocklist", face, token)
    listed = gateway.request("GET", "/v1/blocklist", token=token)
    return [blocked, listed, gateway.request("DELETE", f"/v1/blocklist/{blocked.content['id']}", token=token)]


def _reviews(gateway: Gateway, token: str) -> list[Answer]:
    """acme refers faces that are there already; a reviewer lets the twin in."""
    twin = _verify(gateway, token, "register", "ada's twin", "ada")
    assert twin.content["decision"] == "review", twin
    listed = gateway.request("GET", "/v1/reviews", token=token)
    assert [one["id"] for one in listed.content["reviews"]] == [twin.content["id"]]
    where, settling = f"/v1/reviews/{twin.content['id']}", {"decision": "approved", "reason": "twins"}
    seen, settled = gateway.request("GET", where, token=token), gateway.request("POST", where, settling, token)
    assert [one["kind"] for one in seen.content["pictures"]] == ["selfie"]
    return [twin, listed, seen, settled]


def _erasure(gateway: Gateway, user: str, token: str) -> list[Answer]:
    erased = gateway.request("DELETE", f"/v1/users/{user}", token=token)
    return [erased, gateway.request("GET", f"/v1/erasures/{erased.content['id']}", token=token)]


def test_every_route_answers(deployment: Deployment, token: str) -> None:
    gateway, user = deployment.gateway, "ada%20l%C3%B6we"
    registered = _verify(gateway, token, "register", "ada löwe", "ada")
    assert registered.content["decision"] == "approved", registered
    number = registered.content["id"]

    answers = [
        registered,
        _verify(gateway, token, "authenticate", "ada löwe", "ada"),
        gateway.request("GET", f"/v1/verifications/{number}", token=token),
        gateway.request("GET", f"/v1/verifications/{number}/receipt", token=token),
        gateway.request("GET", "/v1/receipts/key", token=token),
        gateway.request("GET", "/v1/policy", token=token),
        gateway.request("POST", "/v1/uploads", {"content_type": "image/jpeg", "size_bytes": 1000}, token),
        gateway.request("POST", "/v1/liveness-sessions", {"user_id": "ada löwe"}, token),
        *_blocklist(gateway, token),
        *_reviews(gateway, token),
        gateway.request("GET", f"/v1/users/{user}", token=token),
        *_erasure(gateway, user, token),
        gateway.request("GET", "/healthz"),
        gateway.request("GET", "/openapi.json"),
    ]

    assert {answer.status for answer in answers} <= {200, 201}, answers
    assert gateway.served == gateway.routes


def test_another_face_is_denied(deployment: Deployment, token: str) -> None:
    gateway = deployment.gateway
    assert _verify(gateway, token, "register", "grace", "grace").content["decision"] == "approved"

    denied = _verify(gateway, token, "authenticate", "grace", "mallory")

    assert (denied.status, denied.content["decision"]) == (200, "denied")


@pytest.mark.parametrize("token", ["cs_0123456789abcdef_" + "A" * 43, "nonsense", ""])
def test_an_unknown_credential_is_admitted_nowhere(deployment: Deployment, token: str) -> None:
    assert deployment.gateway.request("GET", "/v1/policy", token=token).status == 403


def test_a_tenant_without_a_usage_plan_is_not_admitted(deployment: Deployment, bootstrap: Bootstrap) -> None:
    assert deployment.gateway.request("GET", "/v1/policy", token=bootstrap.keys["baseline"]).status == 403


def test_a_request_that_is_no_json_is_a_problem_document(deployment: Deployment, token: str) -> None:
    answer = deployment.gateway.request("POST", "/v1/verifications", "a text", token)

    assert (answer.status, answer.content["status"]) == (400, 400)
    assert answer.content["type"].startswith("urn:countersign:problem:")


def _message(number: int, body: str) -> dict[str, Any]:
    return {
        "MessageId": f"message-{number}",
        "ReceiptHandle": "handle",
        "Body": body,
        "Attributes": {},
        "MD5OfBody": "",
    }


def test_of_a_batch_of_jobs_only_those_that_failed_come_back(deployment: Deployment, bootstrap: Bootstrap) -> None:
    sound = json.dumps({"job": "recover", "tenant": "acme", "user_key": user_key("acme", "nobody")})
    unknown = json.dumps({"job": "no such job", "tenant": "acme"})
    messages = [_message(number, body) for number, body in enumerate([unknown, sound, "{"])]

    answer = deployment.functions["jobs"].invoke(sqs_event(messages, bootstrap.queue_url, REGION))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}, {"itemIdentifier": "message-2"}]}


def test_the_sweep_puts_what_is_due_on_the_queue(
    deployment: Deployment, bootstrap: Bootstrap, aws: RunningSandbox
) -> None:
    where = key("acme", "U", user_key("acme", "left behind"), "USER")
    due = due_attributes(where["pk"], datetime.now(UTC) - timedelta(minutes=1))
    item = {name: {"S": value} for name, value in {**where, **due, "user_id": "left behind"}.items()}
    aws.client("dynamodb").put_item(TableName=NAMES.table, Item=item)

    swept = deployment.functions["sweep"].invoke(schedule_event(datetime.now(UTC)))

    assert swept >= 1
    assert user_key("acme", "left behind") in _messages(aws, bootstrap.queue_url)


def _messages(aws: RunningSandbox, queue_url: str) -> str:
    sqs, bodies = aws.client("sqs"), list[str]()
    while found := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in found]
    return " ".join(bodies)
