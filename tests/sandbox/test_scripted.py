"""Scripted pictures say what they show."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scripted import MARK, ScriptedFace, ScriptedReader, picture
from sandbox.vision.picture import UnreadablePictureError
from sandbox.vision.similarity import similarity
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of

READER = ScriptedReader()


def test_the_script_tells_the_face(reading: Any) -> None:
    data = picture([ScriptedFace("alice", yaw=12.5, brightness=33, sunglasses=95, eyes_open=20)])
    (face,) = reading.detect_faces(Image={"Bytes": data}, Attributes=["ALL"])["FaceDetails"]
    assert face["Pose"] == {"Roll": 0.0, "Yaw": 12.5, "Pitch": 0.0}
    assert face["Quality"]["Brightness"] == 33
    assert face["Sunglasses"] == {"Value": True, "Confidence": 95}
    assert face["EyesOpen"] == {"Value": False, "Confidence": 80}


@pytest.mark.parametrize("likeness", [99.9, 99.0, 97.0, 80.0, 50.0, 5.0])
def test_likeness_is_the_similarity(likeness: float) -> None:
    (own,), (like,) = (READER.faces(picture([ScriptedFace("alice", percent)])) for percent in (100.0, likeness))
    assert similarity(own.embedding, like.embedding) == pytest.approx(likeness, abs=1e-6)


def test_strangers_are_not_alike() -> None:
    people = [READER.faces(picture([ScriptedFace(f"person {number}")]))[0] for number in range(60)]
    for one in people:
        assert [similarity(one.embedding, other.embedding) > 0.01 for other in people].count(True) == 1


def test_without_a_script_the_bytes_are_the_person() -> None:
    plain = picture([]).partition(MARK)[0]
    (first,), (same,), (other,) = (READER.faces(data) for data in (plain, plain, plain + b"x"))
    assert similarity(first.embedding, same.embedding) > 99.99
    assert similarity(first.embedding, other.embedding) < 0.01


@pytest.mark.parametrize("script", [b"{", b'{"faces": [{"person": "a", "beauty": 1}]}', b'{"faces": [{}]}'])
def test_a_wrong_script_is_refused(script: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        READER.faces(picture([]).partition(MARK)[0] + MARK + script)


def test_documents_are_scripted_too(scripted: RunningSandbox) -> None:
    textract = scripted.client("textract")
    fields = {"FIRST_NAME": "GRACE", "EXPIRATION_DATE": "2031-05-06"}
    answer = textract.analyze_id(DocumentPages=[{"Bytes": picture([], fields)}])
    told = {
        field["Type"]["Text"]: field["ValueDetection"]
        for field in answer["IdentityDocuments"][0]["IdentityDocumentFields"]
    }
    assert told["FIRST_NAME"]["Text"] == "GRACE"
    assert told["EXPIRATION_DATE"]["NormalizedValue"]["Value"] == "2031-05-06T00:00:00"
    assert told["LAST_NAME"]["Text"] == ""
    assert code_of(textract.analyze_id, DocumentPages=[{"Bytes": picture([])}]) == "BadDocumentException"
