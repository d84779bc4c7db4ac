"""Requests that AWS would refuse are refused; answers that AWS would never give are not sent."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sandbox.application import Application
from sandbox.assembly import Readers
from sandbox.call import Call
from sandbox.control import Control
from sandbox.errors import AwsError
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.protocol import JsonProtocol, WrongAnswerError
from sandbox.rekognition.liveness import Sessions
from sandbox.rekognition.store import Collections
from sandbox.scripted import ScriptedReader, picture, scripted_analyze_id

REKOGNITION = JsonProtocol("rekognition")
DETAIL = {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.5, "Height": 0.5}, "Confidence": 99.0}


def read(operation: str, request: object) -> dict[str, Any]:
    return REKOGNITION.read(operation, json.dumps(request).encode())


def test_blobs_are_decoded_and_unknown_members_dropped() -> None:
    request = {"Image": {"Bytes": "aGVsbG8=", "Path": "/etc/passwd"}, "Attributes": None, "Extra": 1}
    assert read("DetectFaces", request) == {"Image": {"Bytes": b"hello"}}


@pytest.mark.parametrize(
    ("operation", "request_", "code", "complaint"),
    [
        ("DetectFaces", {}, "ValidationException", 'Missing required parameter in input: "Image"'),
        ("DetectFaces", {"Image": []}, "ValidationException", "Invalid type for parameter Image"),
        ("DetectFaces", {"Image": {"Bytes": "?"}}, "SerializationException", "not base64"),
        ("DetectFaces", {"Image": {}, "Attributes": ["AGE"]}, "ValidationException", "'attributes.1.member'"),
        ("CreateCollection", {"CollectionId": ""}, "ValidationException", "min"),
        ("CreateCollection", {"CollectionId": "a b"}, "ValidationException", "regular expression pattern"),
        ("CreateCollection", {"CollectionId": "x" * 256}, "ValidationException", "less than or equal to 255"),
        ("CreateCollection", {"CollectionId": "x", "Tags": {"a": 1}}, "ValidationException", "Invalid type"),
        ("SearchFaces", {"CollectionId": "c", "FaceId": "x"}, "ValidationException", "'faceId'"),
        (
            "SearchFacesByImage",
            {"CollectionId": "c", "Image": {}, "FaceMatchThreshold": 100.5},
            "ValidationException",
            "'faceMatchThreshold' failed to satisfy constraint: Member must have value less than or equal to 100",
        ),
        ("Sing", {}, "UnknownOperationException", "no operation 'Sing'"),
    ],
)
def test_requests_are_checked_as_aws_does(operation: str, request_: object, code: str, complaint: str) -> None:
    with pytest.raises(AwsError) as refused:
        read(operation, request_)
    assert refused.value.code == code
    assert complaint in refused.value.message


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(AwsError) as refused:
        REKOGNITION.read("DetectFaces", b"{")
    assert refused.value.code == "SerializationException"


@pytest.mark.parametrize(
    "answer",
    [
        {"FaceDetails": [DETAIL | {"Confidence": 100.2}]},
        {"FaceDetails": [DETAIL | {"Confidence": "99"}]},
        {"FaceDetails": [DETAIL | {"Beauty": 1.0}]},
        {"FaceDetails": [DETAIL | {"Landmarks": [{"Type": "leftEar", "X": 0.1, "Y": 0.2}]}]},
        {"FaceDetails": [DETAIL | {"Pose": {"Roll": 181.0, "Yaw": 0.0, "Pitch": 0.0}}]},
        {"Faces": []},
    ],
)
def test_answers_are_checked_against_the_model(answer: dict[str, Any]) -> None:
    assert json.loads(REKOGNITION.write("DetectFaces", {"FaceDetails": [DETAIL]})) == {"FaceDetails": [DETAIL]}
    with pytest.raises(WrongAnswerError):
        REKOGNITION.write("DetectFaces", answer)


def asked(operation: Callable[[Call], dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The status and answer of a DetectFaces that this operation plays."""
    eyes = Readers(ScriptedReader(), scripted_analyze_id, lambda: None)
    faults, journal = Faults([]), Journal()
    control = Control(faults, journal, Sessions(), Collections(), eyes.faces)
    application = Application(_no_moto, {"rekognition": {"DetectFaces": operation}}, faults, journal, control)
    statuses: list[str] = []
    environ = {
        "PATH_INFO": "/",
        "REQUEST_METHOD": "POST",
        "HTTP_X_AMZ_TARGET": "RekognitionService.DetectFaces",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/rekognition/aws4_request, Signature=x",
        "wsgi.input": io.BytesIO(b'{"Image": {}}'),
    }
    body = b"".join(application(environ, lambda status, headers: statuses.append(status)))
    return statuses[0], json.loads(body)


def _no_moto(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise AssertionError("this call is not moto's")


def test_a_wrong_answer_becomes_a_500_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status, answer = asked(lambda call: {"FaceDetails": [{"Beauty": 1.0}]})
    assert status.startswith("500")
    assert answer["__type"] == "InternalServerError"
    assert "Beauty is not a member" in answer["message"]
    assert "rekognition:DetectFaces failed in the sandbox itself" in caplog.text


def test_a_defect_becomes_a_500_too(caplog: pytest.LogCaptureFixture) -> None:
    status, answer = asked(lambda call: {"FaceDetails": call.parameters["nothing"]})
    assert status.startswith("500")
    assert answer["message"] == "a defect of the sandbox: KeyError"


def test_a_call_knows_its_region_and_parameters() -> None:
    seen: list[Call] = []

    def operation(call: Call) -> dict[str, Any]:
        seen.append(call)
        return {"FaceDetails": []}

    assert asked(operation) == ("200 OK", {"FaceDetails": []})
    assert seen == [Call("rekognition", "DetectFaces", "eu-west-1", {"Image": {}})]


def test_a_scripted_picture_is_a_picture() -> None:
    assert picture([]).startswith(b"\xff\xd8\xff")
