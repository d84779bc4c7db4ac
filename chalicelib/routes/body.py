"""The request's JSON body, field by field, with a clear word for each mistake."""

from __future__ import annotations

import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from chalice.app import Request

from chalicelib.errors import BadImageError, BadRequestError
from chalicelib.model.consent import Consent
from chalicelib.model.images import Image, ImageRejectedError, read_image
from chalicelib.texts import optional_text, text

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's own limit
MAX_PARTS = 20_000  # brackets and commas of a body, those in texts included

TakeUpload = Callable[[str], bytes]


def sent(request: Request) -> str | bytes:
    """The body as it came. `raw_body` would make bytes of it, pictures and all, only to have them made text again."""
    event = request.to_original_event()
    content: str | bytes | None = event.get("body")
    return content if isinstance(content, str) and not event.get("isBase64Encoded") else request.raw_body


def digest(raw: str | bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(_encoded(raw)).hexdigest()


def _encoded(raw: str | bytes) -> bytes:
    """A text from JSON may hold halves of characters, which no UTF-8 has."""
    return raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw


def read_object(raw: str | bytes, fields: tuple[str, ...]) -> dict[str, Any]:
    """The body as an object that has no other fields than these."""
    size_bytes = len(raw) if isinstance(raw, bytes) or raw.isascii() else len(_encoded(raw))
    if size_bytes > MAX_BODY_BYTES:
        raise BadRequestError("body-too-large", f"The request has {size_bytes:,} bytes; at most {MAX_BODY_BYTES:,}.")
    body = _parsed(raw)
    if not isinstance(body, dict):
        raise BadRequestError("not-an-object", "The request's body must be a JSON object.")
    for name in body:
        if name not in fields:
            near = get_close_matches(name, fields, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(fields)}."
            raise BadRequestError("unknown-field", f"There is no such field; {hint}", name[:64])
    return body


def _parsed(raw: str | bytes) -> object:
    """JSON without what only attackers send: a few bytes that become millions of objects, or of levels.

    Brackets and commas are counted before parsing: a body of ours has few, and base64 has none.
    """
    try:
        decoded = raw if isinstance(raw, str) else raw.decode()
        if sum(map(decoded.count, "[{,")) > MAX_PARTS:
            raise BadRequestError("body-too-complex", f"The request has more than {MAX_PARTS:,} brackets and commas.")
        return json.loads(decoded, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadRequestError("not-json", "The request's body is not valid JSON.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that comes twice would mean one thing to a filter in front of us and another to us."""
    names = dict(pairs)
    if len(names) < len(pairs):
        raise BadRequestError("duplicate-field", "The request has a field twice in one object.")
    return names


def _no_number(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


def consent(body: Mapping[str, Any], now: datetime) -> Consent | None:
    """`{"version": "2026-05", "given_at": "2026-11-23T10:00:00Z"}`; without given_at: now. `"given": false` refuses."""
    value = body.get("consent")
    if value is None:
        return None
    if not isinstance(value, dict) or not set(value) <= {"given", "version", "given_at"}:
        raise BadRequestError(
            "wrong-type", "consent must be an object with version and, optionally, given and given_at.", "consent"
        )
    given = value.get("given", True)
    if not isinstance(given, bool):
        raise BadRequestError("wrong-type", "consent.given must be true or false.", "consent")
    given_at = _given_at(value, now)
    version = text(value, "version", 128) if given else optional_text(value, "version", 128)
    return Consent(version, given_at, given)


def _given_at(value: Mapping[str, Any], now: datetime) -> datetime:
    """In UTC; `now` if it is not said."""
    moment = optional_text(value, "given_at", 64)
    if moment is None:
        return now.astimezone(UTC)
    try:
        given_at = datetime.fromisoformat(moment)
        in_utc = given_at.astimezone(UTC)  # OverflowError: it is before the year 1 there
    except (ValueError, OverflowError):
        raise _wrong_time() from None
    if given_at.tzinfo is None or in_utc > now:
        raise _wrong_time()
    return in_utc


def _wrong_time() -> BadRequestError:
    return BadRequestError("wrong-time", "consent.given_at must be a past ISO 8601 time with its time zone.", "consent")


def image(body: dict[str, Any], field: str, take_upload: TakeUpload) -> Image | None:
    """A picture: base64, or `{"upload_id": ...}` for one that was uploaded before.

    It is taken out of the body: its text would else be kept for as long as the verification takes.
    """
    value = body.pop(field, None)
    if value is None:
        return None
    if isinstance(value, dict) and set(value) <= {"upload_id"}:
        content = take_upload(text(value, "upload_id", 128))
    elif isinstance(value, str):
        content = _decode(value, field)
    else:
        raise BadRequestError("wrong-type", f'{field} must be base64 or {{"upload_id": ...}}.', field)
    try:
        return read_image(content)
    except ImageRejectedError as rejected:
        raise BadImageError(rejected.fault.value, str(rejected), field) from rejected


def _decode(value: str, field: str) -> bytes:
    try:
        return binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except (binascii.Error, ValueError):
        hint = " Leave out the part before the comma." if value.startswith("data:") else ""
        raise BadImageError("image-not-base64", f"{field} is not valid base64.{hint}", field) from None
