"""AWS fails at each place a registration calls it: the documented answer, never an approval, nothing left behind."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from cli.demo.pictures import DemoPictures
from tests.e2e.world import World

UNAVAILABLE, MISCONFIGURED = "aws-unavailable", "service-misconfigured"
FAILURES = (
    ("rekognition:DetectFaces", "throttle", UNAVAILABLE),
    ("rekognition:DetectFaces", "error500", UNAVAILABLE),
    ("rekognition:DetectFaces", "access_denied", MISCONFIGURED),
    ("rekognition:SearchFacesByImage", "throttle", UNAVAILABLE),
    ("rekognition:SearchFacesByImage", "missing", MISCONFIGURED),
    ("rekognition:IndexFaces", "throttle", UNAVAILABLE),
    ("rekognition:IndexFaces", "error500", UNAVAILABLE),
    ("rekognition:IndexFaces", "access_denied", MISCONFIGURED),
    ("rekognition:IndexFaces", "missing", MISCONFIGURED),
    ("s3:PutObject", "error500", UNAVAILABLE),
    ("s3:PutObject", "access_denied", MISCONFIGURED),
    ("dynamodb:TransactWriteItems", "throttle", UNAVAILABLE),
    ("dynamodb:TransactWriteItems", "access_denied", MISCONFIGURED),
    ("rekognition:DetectFaces", "timeout", UNAVAILABLE),
)


@pytest.fixture
def no_faults_afterwards(world: World) -> Iterator[None]:
    yield
    world.set_fault(None)


@pytest.mark.usefixtures("no_faults_afterwards")
@pytest.mark.parametrize(("operation", "kind", "code"), FAILURES)
def test_a_failing_call_leaves_nothing_behind(
    world: World, pictures: DemoPictures, operation: str, kind: str, code: str
) -> None:
    before = world.kept()
    selfie = base64.b64encode(pictures.collins).decode()
    world.set_fault({"operation": operation, "kind": kind})

    answer = world.send(
        "POST",
        "/v1/verifications",
        {"flow": "register", "user_id": "unlucky", "selfie": selfie},
        key=world.stack.key("baseline"),
    )

    world.set_fault(None)
    assert (answer.status, answer.code) == (503, code), answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert world.kept() == before
