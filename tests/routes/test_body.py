"""Each mistake in a request's body has its own code; nothing else comes out of reading one."""

from __future__ import annotations

import base64
import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import texts
from chalicelib.errors import BadRequestError
from chalicelib.routes import body
from sandbox.scripted import ScriptedFace, picture

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "user_id", ["a", "x" * 128, "Ana María", "a/b/c", "../..", "👩‍👩‍👧", "李小龙", "a b", "%2F", "'; drop"]
)
def test_any_printable_user_id_is_taken(user_id: str) -> None:
    assert texts.text({"user_id": user_id}, "user_id", 128)


@pytest.mark.parametrize(
    ("user_id", "code"),
    [
        (None, "missing-field"),
        ("", "wrong-type"),
        (7, "wrong-type"),
        ("x" * 129, "too-long"),
        ("a\nb", "not-printable"),
        ("a\0", "not-printable"),
        ("\ud800", "not-printable"),
        ("\u202egnp.exe", "not-printable"),
    ],
)
def test_other_user_ids_are_refused(user_id: object, code: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        texts.text({"user_id": user_id}, "user_id", 128)
    assert caught.value.code == code


def test_the_same_letters_are_the_same_user() -> None:
    assert texts.text({"u": "é"}, "u", 128) == texts.text({"u": "e\u0301"}, "u", 128)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"[" * 200_000, "body-too-complex"),
        (b"[" * 15_000, "not-json"),
        (b'{"a":' * 15_000, "not-json"),
        (b"[" + b"[]," * 3_000_000 + b"[]]", "body-too-complex"),
        (b'{"flow": "a", "flow": "b"}', "duplicate-field"),
        (b'{"selfie": {"upload_id": "a", "upload_id": "b"}}', "duplicate-field"),
        (b'{"selfie": NaN}', "not-json"),
        (b'{"selfie": -Infinity}', "not-json"),
        (b'{"selfie": ' + b"9" * 5_000 + b"}", "not-json"),
        ('{"slefie": ""}'.encode("utf-16"), "not-json"),
        (b"[]", "not-an-object"),
        (b'{"slefie": ""}', "unknown-field"),
        (b" " * (body.MAX_BODY_BYTES + 1), "body-too-large"),
    ],
)
def test_bad_bodies(raw: bytes, code: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        body.read_object(raw, ("flow", "selfie"))
    assert caught.value.code == code


def test_an_unknown_field_is_told_its_neighbour() -> None:
    with pytest.raises(BadRequestError, match="did you mean 'selfie'"):
        body.read_object(b'{"slefie": 1}', ("flow", "selfie"))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("%%%", "image-not-base64"),
        ("data:image/png;base64,AAAA", "image-not-base64"),
        ("AAA", "image-not-base64"),
        ("ünïcode", "image-not-base64"),
        (5, "wrong-type"),
        ({"id": "x"}, "wrong-type"),
        ({"upload_id": "x", "id": "x"}, "wrong-type"),
        ({}, "missing-field"),
        ("aGVsbG8=", "image-not-an-image"),
    ],
)
def test_bad_pictures(value: object, code: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        body.image({"selfie": value}, "selfie", lambda upload_id: b"")
    assert (caught.value.code, caught.value.field in ("selfie", "upload_id")) == (code, True)


@pytest.mark.parametrize(
    "value",
    [
        "yes",
        {},
        {"version": ""},
        {"version": "1", "given_at": "soon"},
        {"version": "1", "given_at": "2999-01-01T00:00:00Z"},
        {"version": "1", "given_at": "2026-01-01"},
        {"version": "1", "given_at": "0001-01-01T00:00:00+23:59"},  # in UTC it is before the year 1
        {"v": 1},
    ],
)
def test_bad_consent(value: object) -> None:
    with pytest.raises(BadRequestError):
        body.consent({"consent": value}, NOW)


def test_consent_has_its_own_time_or_now() -> None:
    given_at = body.consent({"consent": {"version": "1", "given_at": "2026-11-22T23:00:00+02:00"}}, NOW)
    assert given_at and given_at.given_at == datetime(2026, 11, 22, 21, tzinfo=UTC)
    assert (now := body.consent({"consent": {"version": "1"}}, NOW)) and now.given_at == NOW


def test_a_picture_is_copied_no_more_than_its_decoding_needs() -> None:
    """At most the text that JSON made, its bytes and those without metadata; afterwards the last alone."""
    whole = picture([ScriptedFace("ada")])
    content = whole[:-2] + bytes(2_000_000) + whole[-2:]
    sent = json.dumps({"selfie": base64.b64encode(content).decode()})
    tracemalloc.start()
    try:
        fields = body.read_object(sent, ("selfie",))
        image = body.image(fields, "selfie", lambda _: b"")
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image is not None and len(image.content) > 2_000_000
    assert most < len(content) * (4 / 3 + 2) + 100_000
    assert kept < len(content) + 100_000


def test_a_text_with_half_a_character_is_read_and_its_digest_is_its_own() -> None:
    halves = '{"user_id": "\ud800"}', '{"user_id": "\ud801"}'
    assert len({body.digest(half) for half in halves}) == 2
    with pytest.raises(BadRequestError) as caught:
        texts.text(body.read_object(halves[0], ("user_id",)), "user_id", 128)
    assert caught.value.code == "not-printable"


LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
FIELDS = ("flow", "user_id", "selfie", "properties", "consent", "liveness_session")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_whatever_comes_only_our_error_goes_out(content: dict[str, object]) -> None:
    try:
        fields = body.read_object(json.dumps(content).encode(), FIELDS)
        texts.text(fields, "flow", 64)
        body.image(fields, "selfie", lambda upload_id: b"")
        texts.properties(fields)
        body.consent(fields, NOW)
    except BadRequestError:
        pass
