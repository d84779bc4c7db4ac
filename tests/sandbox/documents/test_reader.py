"""Drawn documents, read by real OCR: every kind, held and photographed in many ways, genuine and altered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from PIL import Image, ImageFilter

from sandbox.documents import IdDocumentReader
from sandbox.documents.field import FIELD_NAMES
from sandbox.pictures import (
    Holder,
    Kind,
    card_zone,
    hopper,
    id_card,
    licence_back,
    no_face,
    passport_zone,
    to_jpeg,
    to_png,
    with_wrong_check_digit,
)
from tests.sandbox.documents.conftest import Fields

HOLDER = Holder()
Read = Callable[[bytes], Fields]


@pytest.fixture(scope="session")
def drawn() -> dict[Kind, Image.Image]:
    kinds: tuple[Kind, ...] = ("passport", "card", "licence")
    return {kind: id_card(hopper(), HOLDER, kind) for kind in kinds}


def texts(fields: Fields) -> dict[str, str]:
    return {name: value["Text"] for name, value in fields.items()}


def days(fields: Fields) -> dict[str, str]:
    return {name: value["NormalizedValue"]["Value"] for name, value in fields.items() if "NormalizedValue" in value}


EXPECTED_DAYS = {
    "DATE_OF_BIRTH": f"{HOLDER.born}T00:00:00",
    "DATE_OF_ISSUE": f"{HOLDER.issued}T00:00:00",
    "EXPIRATION_DATE": f"{HOLDER.expires}T00:00:00",
}
NAMES = {"LAST_NAME": "HOPPER", "FIRST_NAME": "GRACE", "MIDDLE_NAME": "MURRAY", "DOCUMENT_NUMBER": HOLDER.number}
ADDRESS = {
    "ADDRESS": "123 MAIN STREET",
    "CITY_IN_ADDRESS": "SPRINGFIELD",
    "STATE_IN_ADDRESS": "CA",
    "ZIP_CODE_IN_ADDRESS": "90210",
    "STATE_NAME": "CALIFORNIA",
    "CLASS": "C",
    "RESTRICTIONS": "NONE",
    "ENDORSEMENTS": "NONE",
}
EXPECTED: dict[Kind, dict[str, str]] = {
    "passport": NAMES
    | {"ID_TYPE": "PASSPORT", "PLACE_OF_BIRTH": "NEW YORK", "MRZ_CODE": "\n".join(passport_zone(HOLDER))},
    "card": NAMES | {"ID_TYPE": "UNKNOWN", "PLACE_OF_BIRTH": "NEW YORK", "MRZ_CODE": "\n".join(card_zone(HOLDER))},
    "licence": NAMES | ADDRESS | {"ID_TYPE": "DRIVER LICENSE FRONT"},
}


def without_dates(fields: Fields) -> dict[str, str]:
    return {name: text for name, text in texts(fields).items() if name not in EXPECTED_DAYS}


def tilted(image: Image.Image, clockwise_deg: float) -> Image.Image:
    return image.rotate(-clockwise_deg, Image.Resampling.BICUBIC, expand=True, fillcolor=(96, 84, 70))


def narrowed(image: Image.Image, width_px: int) -> Image.Image:
    return image.resize((width_px, round(image.height * width_px / image.width)), Image.Resampling.LANCZOS)


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as drawn": lambda image: image,
    "tilted, small, a little blurred": lambda image: narrowed(tilted(image, 4), 640).filter(
        ImageFilter.GaussianBlur(0.6)
    ),
    "upside down": lambda image: image.rotate(180),
    "on its side": lambda image: image.rotate(90, expand=True),
}


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        *((kind, way) for kind in EXPECTED for way in ("as drawn", "tilted, small, a little blurred")),
        ("card", "upside down"),
        ("licence", "on its side"),
    ],
)
def test_every_kind_held_in_many_ways(kind: Kind, way: str, drawn: dict[Kind, Image.Image], read: Read) -> None:
    fields = read(to_jpeg(WAYS[way](drawn[kind])))
    assert without_dates(fields) == EXPECTED[kind]
    assert days(fields) == EXPECTED_DAYS
    assert min(value["Confidence"] for value in fields.values()) > 80


def test_an_altered_print_shows_beside_the_zone(read: Read) -> None:
    younger = replace(HOLDER, born=date(1976, 12, 9))
    fields = read(to_jpeg(id_card(hopper(), younger, zone=passport_zone(HOLDER))))
    assert days(fields)["DATE_OF_BIRTH"] == "1976-12-09T00:00:00"
    assert "6612094F" in fields["MRZ_CODE"]["Text"]


@pytest.mark.parametrize(("kind", "zone"), [("passport", passport_zone(HOLDER)), ("card", card_zone(HOLDER))])
def test_a_wrong_check_digit_is_not_repaired(kind: Kind, zone: list[str], read: Read) -> None:
    changed = with_wrong_check_digit(zone)
    assert changed != zone
    fields = read(to_jpeg(id_card(hopper(), HOLDER, kind, changed)))
    assert fields["MRZ_CODE"]["Text"] == "\n".join(changed)
    assert days(fields)["DATE_OF_BIRTH"] == EXPECTED_DAYS["DATE_OF_BIRTH"]  # as printed


def test_the_zone_stands_in_for_print_that_cannot_be_read(drawn: dict[Kind, Image.Image], read: Read) -> None:
    covered = drawn["passport"].copy()
    covered.paste((250, 250, 250), (400, 380, 830, 450))  # the date of birth
    fields = read(to_jpeg(covered))
    assert days(fields)["DATE_OF_BIRTH"] == EXPECTED_DAYS["DATE_OF_BIRTH"]
    assert fields["DATE_OF_BIRTH"]["Text"] == "09 DEC 1966"


def test_front_and_back_are_two_documents(reader: IdDocumentReader, drawn: dict[Kind, Image.Image]) -> None:
    answer = reader.analyze_id([to_jpeg(drawn["licence"]), to_png(licence_back(HOLDER))])
    assert answer["DocumentMetadata"] == {"Pages": 2}
    assert [document["DocumentIndex"] for document in answer["IdentityDocuments"]] == [1, 2]
    back = {f["Type"]["Text"]: f["ValueDetection"] for f in answer["IdentityDocuments"][1]["IdentityDocumentFields"]}
    found = {name: value for name, value in back.items() if value["Text"]}
    assert without_dates(found) == NAMES | ADDRESS | {"ID_TYPE": "DRIVER LICENSE BACK"}
    assert days(found) == EXPECTED_DAYS


@pytest.mark.parametrize("picture", [no_face, hopper], ids=["a landscape", "a portrait with a name tag"])
def test_a_picture_of_no_document_has_no_fields(picture: Callable[[], Image.Image], read: Read) -> None:
    assert read(to_jpeg(picture())) == {}


def test_the_answer_fits_botocores_model(reader: IdDocumentReader, drawn: dict[Kind, Image.Image]) -> None:
    answer = reader.analyze_id([to_jpeg(drawn["passport"])])
    textract = botocore.session.get_session().get_service_model("textract")
    report = ParamValidator().validate(answer, textract.shape_for("AnalyzeIDResponse"))
    assert not report.has_errors(), report.generate_report()
    (document,) = answer["IdentityDocuments"]
    assert tuple(field["Type"]["Text"] for field in document["IdentityDocumentFields"]) == FIELD_NAMES
    normalized = [field["ValueDetection"].get("NormalizedValue") for field in document["IdentityDocumentFields"]]
    allowed = textract.shape_for("ValueType").metadata["enum"]
    assert {value["ValueType"] for value in normalized if value} <= set(allowed)
    page, *lines = document["Blocks"]
    assert page["Relationships"] == [{"Type": "CHILD", "Ids": [line["Id"] for line in lines]}]
    title = next(line for line in lines if line["Text"] == "PASSPORT")
    box = title["Geometry"]["BoundingBox"]
    assert (box["Left"], box["Top"], box["Width"]) == pytest.approx((0.80, 0.03, 0.17), abs=0.02)


def test_threads_share_one_reader(reader: IdDocumentReader, drawn: dict[Kind, Image.Image]) -> None:
    data = to_jpeg(drawn["card"])
    answers: list[Any] = []
    threads = [Thread(target=lambda: answers.append(reader.analyze_id([data]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fields = [answer["IdentityDocuments"][0]["IdentityDocumentFields"] for answer in answers]
    assert len(fields) == 4
    assert all(other == fields[0] for other in fields)
