"""A verification request's body, made from files and options."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.client import Client, Json
from cli.errors import CliError

# Base64 makes 4 bytes of 3, and API Gateway hands a Lambda function at most 6 MB.
_INLINE_MAX_BYTES = 3_500_000


@dataclass(frozen=True, slots=True)
class Pictures:
    """Bytes of JPEG or PNG files, as they are."""

    selfie: bytes | None = None
    id_card: bytes | None = None
    id_card_back: bytes | None = None

    def by_field(self) -> dict[str, bytes]:
        named = {"selfie": self.selfie, "id_card": self.id_card, "id_card_back": self.id_card_back}
        return {name: content for name, content in named.items() if content is not None}


@dataclass(frozen=True, slots=True)
class Request:
    flow: str
    user_id: str
    pictures: Pictures
    properties: Mapping[str, str] = field(default_factory=dict)
    consent: str | None = None  # the version of the text that was agreed to
    liveness_session: str | None = None
    refuses_consent: bool = False


def read_picture(path: Path | None) -> bytes | None:
    """Raises CliError when the file cannot be read."""
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise CliError(f"Cannot read {path}: {error.strerror}.") from error


def body_of(request: Request, client: Client) -> Json:
    """The JSON body. Pictures that are too many bytes for one request are uploaded first, largest first."""
    pictures = request.pictures.by_field()
    inline_bytes = sum(map(len, pictures.values()))
    body: Json = {"flow": request.flow, "user_id": request.user_id}
    for name, content in sorted(pictures.items(), key=lambda item: -len(item[1])):
        fits = inline_bytes <= _INLINE_MAX_BYTES
        body[name] = _inline(content) if fits else _uploaded(content, client)
        inline_bytes -= 0 if fits else len(content)
    if request.properties:
        body["properties"] = dict(request.properties)
    if request.consent or request.refuses_consent:
        version = {"version": request.consent} if request.consent else {}
        body["consent"] = {**version, "given": False} if request.refuses_consent else version
    if request.liveness_session:
        body["liveness_session"] = request.liveness_session
    return body


def picture_of(content: bytes, client: Client) -> str | Json:
    """One picture as a field of a request: base64, or an upload when it is too large for that."""
    return _inline(content) if len(content) <= _INLINE_MAX_BYTES else _uploaded(content, client)


def _inline(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _uploaded(content: bytes, client: Client) -> Json:
    return {"upload_id": client.upload(content, _media_type(content))}


def _media_type(content: bytes) -> str:
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
