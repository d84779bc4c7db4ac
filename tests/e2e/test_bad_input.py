"""Bad input: each mistake has its own problem document, none is a 500, and nothing is written."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import pytest

from cli.demo.pictures import DemoPictures
from tests.e2e.world import World

_NO = base64.b64encode(b"no picture").decode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _png(width_px: int, height_px: int) -> bytes:
    """A PNG that claims a size and holds next to nothing: a decompression bomb, if it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BAD_PICTURES = {
    "not an image": (b"this is a text", "image-not-an-image"),
    "GIF": (b"GIF89a" + b"\0" * 64, "image-wrong-type"),
    "WebP": (b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 64, "image-wrong-type"),
    "HEIC": (b"\0\0\0\x18ftypheic" + b"\0" * 64, "image-wrong-type"),
    "PDF": (b"%PDF-1.7\n" + b"\0" * 64, "image-wrong-type"),
    "0 bytes": (b"", "wrong-type|image-empty"),
    "1x1 pixel": (_png(1, 1), "image-too-small"),
    "over 5 MB": (b"\xff\xd8\xff" + b"\0" * (5 * 1024 * 1024), "image-too-large"),
    "decompression bomb": (_png(60_000, 60_000), "image-too-many-pixels"),
}

BAD_FIELDS: dict[str, tuple[dict[str, Any], int, str]] = {
    "wrong base64": ({"selfie": "not*base64"}, 400, "image-not-base64"),
    "data URL": ({"selfie": f"data:image/jpeg;base64,{_NO}"}, 400, "image-not-base64"),
    "selfie of a wrong type": ({"selfie": 7}, 400, "wrong-type"),
    "unknown upload": ({"selfie": {"upload_id": "0" * 32}}, 400, "upload-unknown"),
    "no flow": ({"flow": None}, 400, "missing-field"),
    "no user": ({"user_id": None}, 400, "missing-field"),
    "no selfie": ({"selfie": None}, 400, "missing-field"),
    "unknown field": ({"selfy": _NO}, 400, "unknown-field"),
    "unknown flow": ({"flow": "registr"}, 400, "unknown-flow"),
    "user id too long": ({"user_id": "x" * 129}, 400, "too-long"),
    "user id that cannot be printed": ({"user_id": "a\u0000b"}, 400, "not-printable"),
    "user id of a wrong type": ({"user_id": ["a"]}, 400, "wrong-type"),
    "properties of a wrong type": ({"properties": ["a"]}, 400, "wrong-type"),
    "property name": ({"properties": {"First Name": "a"}}, 400, "property-name"),
    "consent without version": ({"consent": {}}, 400, "missing-field"),
    "consent in the future": (
        {"consent": {"version": "1", "given_at": "2999-01-01T00:00:00Z"}},
        400,
        "wrong-time",
    ),
}

BAD_BODIES = {
    "no JSON": (b"{", "not-json"),
    "no UTF-8": (b'{"flow": "\xff"}', "not-json"),
    "deep": (b"[" * 15_000, "not-json"),
    "many": (b"[" * 100_000, "body-too-complex"),
    "twice": (b'{"flow": "register", "flow": "update"}', "duplicate-field"),
    "no object": (b"[1]", "not-an-object"),
    "nothing": (b"", "not-json"),
}


def _request(selfie: bytes, /, **changes: object) -> dict[str, Any]:
    body: dict[str, Any] = {"flow": "register", "user_id": "bad-input", "selfie": _base64(selfie)}
    return {name: value for name, value in (body | changes).items() if value is not None}


@pytest.mark.parametrize("case", BAD_PICTURES)
def test_a_bad_picture(world: World, case: str) -> None:
    content, codes = BAD_PICTURES[case]
    before = world.kept()

    answer = world.send("POST", "/v1/verifications", _request(content), key=world.stack.key("baseline"))

    assert (answer.status, answer.body["field"]) == (400, "selfie")
    assert answer.code in codes.split("|")
    assert world.kept() == before


def test_a_truncated_jpeg(world: World, pictures: DemoPictures) -> None:
    before = world.kept()
    half = pictures.collins[: len(pictures.collins) // 2]

    answer = world.send("POST", "/v1/verifications", _request(half), key=world.stack.key("baseline"))

    assert (answer.status, answer.code) == (400, "image-truncated")
    assert world.kept() == before


@pytest.mark.parametrize("case", BAD_FIELDS)
def test_a_bad_field(world: World, pictures: DemoPictures, case: str) -> None:
    changes, status, code = BAD_FIELDS[case]
    before = world.kept()

    answer = world.send(
        "POST", "/v1/verifications", _request(pictures.nobody, **changes), key=world.stack.key("baseline")
    )

    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.body) >= {"type", "title", "status", "detail"}
    assert world.kept() == before


@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_bad_body(world: World, case: str) -> None:
    raw, code = BAD_BODIES[case]

    answer = world.send("POST", "/v1/verifications", raw=raw, key=world.stack.key("baseline"))

    assert (answer.status, answer.code) == (400, code)


def test_missing_consent(world: World, pictures: DemoPictures) -> None:
    before = world.kept()

    answer = world.send("POST", "/v1/verifications", _request(pictures.nobody), key=world.stack.key("acme"))

    assert (answer.status, answer.code) == (403, "consent-missing")
    assert world.kept() == before


def test_a_tenant_without_a_policy(world: World, pictures: DemoPictures) -> None:
    key = world.new_key("nobody-home")
    before = world.kept()

    answer = world.send("POST", "/v1/verifications", _request(pictures.nobody), key=key)

    assert (answer.status, answer.code) == (404, "not-found")
    assert world.kept() == before
