"""The submission's own signals, Textract's, and the table of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import botocore.session
import pytest

from chalicelib.errors import AwsUnavailableError, BadImageError, SignalMissingError
from chalicelib.model.document import IdField
from chalicelib.model.facts import Liveness, LivenessStatus
from chalicelib.model.user import UserStatus
from chalicelib.signals import built_in_signals, submission
from chalicelib.signals.textract import id_document
from tests.canned import CannedAws, refusal
from tests.samples import picture
from tests.signals.test_rekognition import SELFIE, Records, request, user


def test_every_call_is_one_that_aws_has() -> None:
    session = botocore.session.get_session()
    for signal in built_in_signals().values():
        for call in signal.calls:
            service, _, operation = call.partition(":")
            assert operation in session.get_service_model(service).operation_names


def test_signals_rest_on_signals() -> None:
    signals = built_in_signals()
    for name, signal in signals.items():
        assert signal.name == name
        assert {*signal.needs, *signal.uses} <= signals.keys()
    assert signals["selfie"].uses == ("liveness",)


def test_with_liveness_the_reference_image_is_the_selfie() -> None:
    live = Liveness(LivenessStatus.SUCCEEDED, 99, picture(7).content)
    assert submission.selfie(request(None)) == SELFIE
    assert submission.selfie(request(None), liveness=live) == picture(7)


@pytest.mark.parametrize(
    "live",
    [
        Liveness(LivenessStatus.FAILED),
        Liveness(LivenessStatus.USED, 99, picture(7).content),
        Liveness(LivenessStatus.SUCCEEDED, 99, None),
        Liveness(LivenessStatus.SUCCEEDED, 99, b"no picture"),
    ],
)
def test_the_sent_selfie_never_stands_in_for_a_failed_session(live: Liveness) -> None:
    with pytest.raises(SignalMissingError):
        submission.selfie(request(None), liveness=live)


@pytest.mark.parametrize("status", UserStatus)
def test_only_a_registered_user_is_there(status: UserStatus) -> None:
    stored = user("f1", status=status)
    found = submission.user(request(None, Records({"key": stored})), user_key="key")
    assert found == (stored if status in (UserStatus.ACTIVE, UserStatus.PROVISIONAL) else None)
    assert submission.user(request(None), user_key="key") is None


def test_today_is_utcs() -> None:
    asked = request(None)
    late = datetime.fromisoformat("2026-11-24T01:30:00+02:00")
    asked = replace(asked, submission=replace(asked.submission, received_at=late))
    assert submission.today(asked) == date(2026, 11, 23)


def test_both_sides_of_the_card() -> None:
    asked = request(None)
    front = replace(asked.submission, id_card=picture(1))
    assert submission.id_card(replace(asked, submission=front)) == (picture(1),)
    both = replace(front, id_card_back=picture(2))
    assert submission.id_card(replace(asked, submission=both)) == (picture(1), picture(2))


def field(name: str, text: str, confidence: float = 90.0, day: str | None = None) -> dict[str, Any]:
    value: dict[str, Any] = {"Text": text, "Confidence": confidence}
    if day:
        value["NormalizedValue"] = {"Value": day, "ValueType": "DATE"}
    return {"Type": {"Text": name}, "ValueDetection": value}


def test_the_documents_fields_are_read() -> None:
    front = [field("FIRST_NAME", " Ada "), field("DATE_OF_BIRTH", "10 DEC 1915", 95.0, "1915-12-10T00:00:00")]
    back = [field("FIRST_NAME", "AOA", 40.0), field("LAST_NAME", "  "), field("EXPIRATION_DATE", "??", 50.0, "soon")]
    documents = [{"DocumentIndex": n, "IdentityDocumentFields": fields} for n, fields in enumerate((front, back), 1)]
    aws = CannedAws(analyze_id={"IdentityDocuments": documents})
    assert id_document(request(aws), id_card=(picture(1), picture(2))).fields == {
        "FIRST_NAME": IdField("Ada", 90.0),
        "DATE_OF_BIRTH": IdField("10 DEC 1915", 95.0, date(1915, 12, 10)),
        "EXPIRATION_DATE": IdField("??", 50.0),
    }
    assert aws.called("analyze_id") == [{"DocumentPages": [{"Bytes": picture(n).content} for n in (1, 2)]}]


def test_dates_have_the_type_that_aws_gives_them() -> None:
    shape: Any = botocore.session.get_session().get_service_model("textract").shape_for("ValueType")
    assert shape.enum == ["DATE"]


@pytest.mark.parametrize("code", ["BadDocumentException", "UnsupportedDocumentException", "DocumentTooLargeException"])
def test_a_card_that_textract_cannot_read_is_a_bad_image(code: str) -> None:
    with pytest.raises(BadImageError) as caught:
        id_document(request(CannedAws(analyze_id=refusal(code))), id_card=(picture(1),))
    assert caught.value.field == "id_card"


def test_trouble_is_no_bad_image() -> None:
    trouble = AwsUnavailableError("textract:AnalyzeID", "ThrottlingException", "")
    with pytest.raises(AwsUnavailableError):
        id_document(request(CannedAws(analyze_id=trouble)), id_card=(picture(1),))
