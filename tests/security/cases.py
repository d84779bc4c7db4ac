"""What can be asked of the API with an identifier: for each route, each kind of identifier that it takes."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.routes.openapi import document
from sandbox.scripted import ScriptedFace, picture

Route = tuple[str, str]  # method, path


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Things:
    """What a tenant has; made up, they are what nobody has. `newcomer` is a user id that is free."""

    user_id: str
    face: str
    verification_id: str
    upload: str
    liveness_session: str
    idempotency_key: str
    block_id: str
    erasure_id: str
    review_id: str
    newcomer: str


def made_up() -> Things:
    """Of the same form as real ones."""
    person = uuid.uuid4().hex
    return Things(
        user_id=f"user-{person}",
        face=selfie(person),
        verification_id=uuid.uuid4().hex,
        upload=uuid.uuid4().hex,
        liveness_session=str(uuid.uuid4()),
        idempotency_key=uuid.uuid4().hex,
        block_id=uuid.uuid4().hex,
        erasure_id=uuid.uuid4().hex,
        review_id=uuid.uuid4().hex,
        newcomer=f"new-{uuid.uuid4().hex}",
    )


def selfie(person: str) -> str:
    return base64.b64encode(picture([ScriptedFace(person)])).decode()


def verify(flow: str, user_id: str, /, headers: Mapping[str, str] | None = None, **fields: object) -> Ask:
    return Ask("POST", "/v1/verifications", {"flow": flow, "user_id": user_id, **fields}, headers or {})


def _block(**fields: str) -> Ask:
    return Ask("POST", "/v1/blocklist", {"reason": "fraud", **fields})


def _block_upload(its: Things) -> Ask:
    return Ask("POST", "/v1/blocklist", {"reason": "fraud", "selfie": {"upload_id": its.upload}})


# A route without an entry has no identifiers: it takes none, so it must show none of another tenant's.
CASES: Mapping[Route, Mapping[str, Callable[[Things], Ask]]] = {
    ("GET", "/v1/verifications/{verification_id}"): {
        "verification_id": lambda its: Ask("GET", f"/v1/verifications/{its.verification_id}"),
    },
    ("GET", "/v1/verifications/{verification_id}/receipt"): {
        "verification_id": lambda its: Ask("GET", f"/v1/verifications/{its.verification_id}/receipt"),
    },
    ("GET", "/v1/users/{user_id}"): {"user_id": lambda its: Ask("GET", f"/v1/users/{its.user_id}")},
    ("DELETE", "/v1/users/{user_id}"): {"user_id": lambda its: Ask("DELETE", f"/v1/users/{its.user_id}")},
    ("GET", "/v1/erasures/{erasure_id}"): {"erasure_id": lambda its: Ask("GET", f"/v1/erasures/{its.erasure_id}")},
    ("GET", "/v1/reviews"): {"after": lambda its: Ask("GET", f"/v1/reviews?after={its.review_id}&limit=1")},
    ("GET", "/v1/reviews/{review_id}"): {"review_id": lambda its: Ask("GET", f"/v1/reviews/{its.review_id}")},
    ("POST", "/v1/reviews/{review_id}"): {
        "review_id": lambda its: Ask(
            "POST", f"/v1/reviews/{its.review_id}", {"decision": "approved", "reason": "seen"}
        ),
    },
    ("DELETE", "/v1/blocklist/{block_id}"): {"block_id": lambda its: Ask("DELETE", f"/v1/blocklist/{its.block_id}")},
    ("POST", "/v1/liveness-sessions"): {
        "user_id": lambda its: Ask("POST", "/v1/liveness-sessions", {"user_id": its.user_id}),
    },
    ("POST", "/v1/blocklist"): {
        "user_id": lambda its: _block(user_id=its.user_id),
        "verification_id": lambda its: _block(verification_id=its.verification_id),
        "upload": _block_upload,
        "face": lambda its: _block(selfie=its.face),
    },
    ("POST", "/v1/verifications"): {
        "user_id": lambda its: verify("authenticate", its.user_id, selfie=its.face),
        "upload": lambda its: verify("register", its.newcomer, selfie={"upload_id": its.upload}),
        "liveness_session": lambda its: verify("check_in", its.user_id, liveness_session=its.liveness_session),
        "face": lambda its: verify("register", its.newcomer, selfie=its.face),
        "idempotency_key": lambda its: verify(
            "authenticate", "somebody", {"Idempotency-Key": its.idempotency_key}, selfie=selfie("somebody")
        ),
    },
}

# Where even the owner gets the same answer for what is there and what is not.
ALIKE_FOR_ALL = {("POST", "/v1/liveness-sessions", "user_id"), ("POST", "/v1/blocklist", "face")}

_KINDS = {
    "verification_id": {"verification_id"},
    "user_id": {"user_id"},
    "block_id": {"block_id"},
    "erasure_id": {"erasure_id"},
    "review_id": {"review_id"},
    "after": {"after"},
    "liveness_session": {"liveness_session"},
    "selfie": {"upload", "face"},
    "Idempotency-Key": {"idempotency_key"},
}
_NO_IDENTIFIERS = {
    "flow",
    "id_card",
    "id_card_back",
    "properties",
    "consent",
    "content_type",
    "size_bytes",
    "reason",
    "days",
    "limit",
    "decision",
}


def kinds_of(route: Route) -> set[str]:
    """The kinds of identifiers that a route takes, as the OpenAPI document tells. A new field must be told of here."""
    return {kind for name in _fields_of(route) if name not in _NO_IDENTIFIERS for kind in _KINDS[name]}


def _fields_of(route: Route) -> Iterator[str]:
    method, path = route
    operation = document()["paths"][path][method.lower()]
    yield from (parameter["name"] for parameter in operation.get("parameters", ()))
    content = operation.get("requestBody", {}).get("content", {})
    yield from content.get("application/json", {}).get("schema", {}).get("properties", {})
