"""Face Liveness sessions and how their results are played."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from sandbox.pictures.people import collins, hopper
from sandbox.pictures.variants import to_jpeg, turned
from sandbox.rekognition.challenge import Performance
from sandbox.rekognition.liveness import EXPIRES_AFTER_S, Session
from sandbox.scripted import ScriptedFace, picture
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of

ALICE = picture([ScriptedFace("alice")])


def new_session(rekognition: Any, **settings: Any) -> str:
    session_id: str = rekognition.create_face_liveness_session(Settings=settings)["SessionId"]
    return session_id


def results(rekognition: Any, session_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = rekognition.get_face_liveness_session_results(SessionId=session_id)
    return answer


def frames(person: Image.Image, *degrees: float) -> list[bytes]:
    """The head tilted in each frame."""
    return [to_jpeg(turned(person, angle)) for angle in degrees]


def shown(frame: Image.Image) -> list[bytes]:
    return [to_jpeg(frame)] * 4


def test_a_session_waits_for_its_result(reading: Any) -> None:
    answer = results(reading, new_session(reading))
    assert answer["Status"] == "CREATED"
    assert not {"Confidence", "ReferenceImage", "AuditImages"} & set(answer)


@pytest.mark.parametrize(
    ("request_", "status", "confidence"),
    [
        ({"outcome": "live"}, "SUCCEEDED", 98.5),
        ({"outcome": "live", "confidence": 97.5}, "SUCCEEDED", 97.5),
        ({"outcome": "spoof"}, "SUCCEEDED", 7.5),
        ({"outcome": "failed"}, "FAILED", None),
        ({"outcome": "expired"}, "EXPIRED", None),
    ],
)
def test_an_outcome_is_played(
    scripted: RunningSandbox, reading: Any, request_: dict[str, Any], status: str, confidence: float | None
) -> None:
    session_id = new_session(reading, AuditImagesLimit=2)
    assert scripted.play_liveness(session_id, [ALICE] * 4, **request_) == (200, {"status": status})
    answer = results(reading, session_id)
    assert (answer["Status"], answer.get("Confidence")) == (status, confidence)
    if confidence is not None:
        assert answer["ReferenceImage"]["Bytes"].startswith(b"\xff\xd8\xff")
        assert answer["ReferenceImage"]["BoundingBox"]["Width"] == 0.5
        assert len(answer["AuditImages"]) == 2


def test_a_session_is_played_once(scripted: RunningSandbox, reading: Any) -> None:
    session_id = new_session(reading)
    assert scripted.play_liveness(session_id, outcome="spoof")[0] == 200
    assert scripted.play_liveness(session_id, outcome="live")[0] == 400
    assert results(reading, session_id)["Confidence"] == 7.5


@pytest.mark.parametrize(
    "request_", [{"outcome": "maybe"}, {"outcome": "live", "confidence": 101}, {"outcome": "live", "images": ["?"]}]
)
def test_a_wrong_request_is_told(scripted: RunningSandbox, reading: Any, request_: dict[str, Any]) -> None:
    status, answer = scripted.control("POST", f"liveness/{new_session(reading)}", request_)
    assert (status, answer["error"]) == (400, "ValidationException")


def test_an_unknown_session_is_told(scripted: RunningSandbox, reading: Any) -> None:
    unknown = str(uuid4())
    assert code_of(reading.get_face_liveness_session_results, SessionId=unknown) == "SessionNotFoundException"
    assert scripted.play_liveness(unknown, outcome="live")[1]["error"] == "SessionNotFoundException"


def test_the_same_token_gives_the_same_session(reading: Any) -> None:
    token = str(uuid4())
    first, second = (reading.create_face_liveness_session(ClientRequestToken=token)["SessionId"] for _ in range(2))
    assert first == second


def test_a_session_expires_after_three_minutes_with_its_result() -> None:
    waiting, played = Session(1000.0, {}), Session(1000.0, {}, Performance("SUCCEEDED", 99.0, ()))
    assert EXPIRES_AFTER_S == 180
    assert [session.status(1180.0) for session in (waiting, played)] == ["CREATED", "SUCCEEDED"]
    assert [session.status(1180.1) for session in (waiting, played)] == ["EXPIRED", "EXPIRED"]


@pytest.mark.parametrize(
    ("images", "status", "live"),
    [
        (frames(collins(), -8, 0, 9), "SUCCEEDED", True),
        (shown(collins()), "SUCCEEDED", False),
        ([*frames(collins(), 0, 6), *frames(hopper(), 0)], "FAILED", None),
        (frames(collins(), 0), "FAILED", None),
        ([], "FAILED", None),
    ],
    ids=["moves", "a still", "another person", "one frame", "no frame"],
)
def test_pictures_decide(
    sandbox: RunningSandbox, seeing: Any, images: list[bytes], status: str, live: bool | None
) -> None:
    session_id = new_session(seeing)
    assert sandbox.play_liveness(session_id, images)[1] == {"status": status}
    answer = results(seeing, session_id)
    assert (answer["Confidence"] > 90 if live is not None else None) == live


def test_a_still_that_is_moved_about_is_no_live_face(sandbox: RunningSandbox, seeing: Any) -> None:
    still = collins()
    moved = [to_jpeg(still.crop((x, 0, x + 480, 480))) for x in (0, 16, 30)]
    session_id = new_session(seeing)
    sandbox.play_liveness(session_id, moved)
    assert results(seeing, session_id)["Confidence"] < 50


def test_pictures_go_to_the_bucket_that_the_session_names(sandbox: RunningSandbox, seeing: Any, bucket: str) -> None:
    session_id = new_session(seeing, AuditImagesLimit=1, OutputConfig={"S3Bucket": bucket, "S3KeyPrefix": "live/"})
    sandbox.play_liveness(session_id, frames(collins(), 0, 8))
    answer = results(seeing, session_id)
    stored = [answer["ReferenceImage"]["S3Object"], answer["AuditImages"][0]["S3Object"]]
    for place in stored:
        assert place["Name"].startswith(f"live/{session_id}/")
        body = sandbox.client("s3").get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
        assert Image.open(io.BytesIO(body)).size == (512, 512)
    assert "Bytes" not in answer["ReferenceImage"]
