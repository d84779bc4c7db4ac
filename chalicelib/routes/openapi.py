"""The API's description (OpenAPI 3.1), served as it stands."""

from __future__ import annotations

import json
from typing import Any

from chalice.app import Blueprint, Response

blueprint = Blueprint(__name__)

_PROBLEMS = {
    "400": "The request's form is wrong, or a picture cannot be used.",
    "401": "No credential.",
    "403": "The credential is not known or lacks the route's scope, or consent is missing.",
    "404": "No such thing for this tenant.",
    "409": "The user is in another state, or the Idempotency-Key is in use.",
    "415": "Not application/json.",
    "422": "The Idempotency-Key came before with another body.",
    "423": "Locked out after too many failures; see Retry-After.",
    "429": "Too many tries of one user at once, or too many requests of the tenant; see Retry-After.",
    "503": "AWS is unavailable; nothing was approved. See Retry-After.",
}
_TEXT = {"type": "string"}
_USER_ID = {"type": "string", "minLength": 1, "maxLength": 128, "description": "Any printable text."}
_IMAGE = {
    "description": "A JPEG or PNG of at most 5 MB and at least 80x80 pixels: base64, or a finished upload.",
    "oneOf": [
        {"type": "string", "contentEncoding": "base64"},
        {"type": "object", "required": ["upload_id"], "properties": {"upload_id": _TEXT}},
    ],
}
_SUBMISSION = {
    "type": "object",
    "required": ["flow", "user_id"],
    "additionalProperties": False,
    "properties": {
        "flow": {"type": "string", "description": "A flow of the tenant's policy; GET /v1/policy lists them."},
        "user_id": _USER_ID,
        "selfie": _IMAGE,
        "id_card": _IMAGE,
        "id_card_back": _IMAGE,
        "properties": {"type": "object", "maxProperties": 32, "additionalProperties": _TEXT},
        "consent": {
            "type": "object",
            "additionalProperties": False,
            "description": "What the applicant agreed to; given: false refuses, and then nothing is looked at.",
            "properties": {
                "given": {"type": "boolean", "default": True},
                "version": {"type": "string", "minLength": 1, "maxLength": 128},
                "given_at": {"type": "string", "format": "date-time"},
            },
        },
        "liveness_session": _TEXT,
    },
}
_DISCLOSED = {
    "id": _TEXT,
    "flow": _TEXT,
    "user_id": _TEXT,
    "decision": {"enum": ["approved", "denied", "review", "consent_refused"]},
    "alternative_path": {"type": "boolean", "description": "Offer this person the way without biometrics."},
    "decided_at": {"type": "string", "format": "date-time"},
    "reasons": {"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
    "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    "not_reached": {"type": "array", "items": _TEXT},
    "policy_digest": _TEXT,
    "engine_version": _TEXT,
    "duration_ms": {"type": "number"},
    "extracted": {"type": "object", "additionalProperties": _TEXT},
}
_ANSWER = {
    "type": "object",
    "description": (
        "What the policy's `disclose` lets an applicant see: `none` the decision, `codes` its reasons too, `full` also "
        "the findings. Comparison and liveness scores are never in it."
    ),
    "required": ["id", "flow", "user_id", "decision", "alternative_path", "decided_at"],
    "properties": _DISCLOSED,
}
_DECISION = {
    "type": "object",
    "description": "The tenant's view of a decision: everything that was observed.",
    "required": ["id", "flow", "user_id", "decision", "reasons", "findings", "policy_digest"],
    "properties": {
        **_DISCLOSED,
        "user_id": {"type": ["string", "null"], "description": "Null once the user has been erased."},
        "face_models": {"type": "array", "items": _TEXT, "description": "FaceModelVersions of what was searched."},
        "timings": {"type": "array", "items": {"type": "object"}},
        "consent": {"type": ["object", "null"]},
    },
}
_REASON = {"type": "object", "properties": {"step": _TEXT, "code": _TEXT, "message": _TEXT}}
_FINDING = {
    "type": "object",
    "properties": {
        "step": _TEXT,
        "check": _TEXT,
        "outcome": {"enum": ["pass", "fail", "inconclusive"]},
        "reason": {"type": ["string", "null"]},
        "observed": {"type": ["number", "string", "null"]},
        "limit": {"type": ["number", "string", "null"]},
        "consequence": {"enum": ["deny", "review", "warn", None]},
        "duration_ms": {"type": "number"},
        "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    },
}
_RECEIPT = {
    "type": "object",
    "required": ["entry", "signature"],
    "properties": {
        "entry": {
            "type": "object",
            "required": ["format", "kind", "tenant", "id", "at", "subject", "details"],
            "properties": {
                "format": _TEXT,
                "kind": _TEXT,
                "tenant": _TEXT,
                "id": _TEXT,
                "at": {"type": "string", "format": "date-time"},
                "subject": {"type": ["string", "null"], "description": "The user's pseudonym."},
                "details": {"type": "object"},
            },
        },
        "signature": {
            "type": "object",
            "required": ["algorithm", "key_id", "value"],
            "properties": {"algorithm": {"const": "ECDSA_SHA_256"}, "key_id": _TEXT, "value": _TEXT},
        },
    },
}
_RECEIPTS_KEY = {
    "type": "object",
    "required": ["algorithm", "key_id", "pem"],
    "properties": {"algorithm": {"const": "ECDSA_SHA_256"}, "key_id": _TEXT, "pem": _TEXT},
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT, "field": _TEXT},
}
_UPLOAD = {
    "type": "object",
    "required": ["content_type", "size_bytes"],
    "properties": {
        "content_type": {"enum": ["image/jpeg", "image/png"]},
        "size_bytes": {"type": "integer", "minimum": 1, "maximum": 5 * 1024 * 1024},
    },
}
_BLOCK = {
    "type": "object",
    "required": ["id", "reason", "source", "created_at", "ends_at", "in_force"],
    "properties": {
        "id": _TEXT,
        "reason": _TEXT,
        "source": {"enum": ["picture", "user", "verification"]},
        "created_at": {"type": "string", "format": "date-time"},
        "ends_at": {"type": "string", "format": "date-time"},
        "in_force": {"type": "boolean"},
    },
}
_BLOCKS = {
    "type": "object",
    "required": ["blocks"],
    "properties": {"blocks": {"type": "array", "items": {"$ref": "#/components/schemas/Block"}}},
}
_NEW_BLOCK = {
    "type": "object",
    "description": "A face to block: exactly one of selfie, user_id and verification_id.",
    "required": ["reason"],
    "additionalProperties": False,
    "properties": {
        "selfie": _IMAGE,
        "user_id": _USER_ID,
        "verification_id": _TEXT,
        "reason": {"type": "string", "minLength": 1, "maxLength": 200, "description": "For you; no name."},
        "days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 365},
    },
}
_LIVENESS = {"type": "object", "required": ["user_id"], "properties": {"user_id": _USER_ID}}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _operation(
    summary: str, answer: dict[str, Any], *, status: str = "200", body: dict[str, Any] | None = None, path: str = ""
) -> dict[str, Any]:
    """One operation: its problems are the same everywhere."""
    schema = {"$ref": "#/components/schemas/Problem"}
    problems = {
        code: {"description": text, "content": {"application/problem+json": {"schema": schema}}}
        for code, text in _PROBLEMS.items()
    }
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {status: {"description": summary, "content": _content(answer)}, **problems},
    }
    if body:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    if path:
        operation["parameters"] = [{"name": path, "in": "path", "required": True, "schema": _TEXT}]
    return operation


def document() -> dict[str, Any]:
    """The whole document; nothing in it depends on tenant or time."""
    decision: dict[str, Any] = {"$ref": "#/components/schemas/Decision"}
    receipt: dict[str, Any] = {"$ref": "#/components/schemas/Receipt"}
    block: dict[str, Any] = {"$ref": "#/components/schemas/Block"}
    anything: dict[str, Any] = {"type": "object"}
    disclosed: dict[str, Any] = {"$ref": "#/components/schemas/Answer"}
    verify = _operation("Run a flow of the tenant's policy; a denial is a 200 too.", disclosed, body=_SUBMISSION)
    verify["parameters"] = [
        {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255}}
    ]
    upload = _operation("Where to POST a large picture.", anything, status="201", body=_UPLOAD)
    liveness = _operation("A Face Liveness session for one user.", anything, status="201", body=_LIVENESS)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Countersign", "version": "1"},
        "security": [{"bearer": []}],
        "paths": {
            "/v1/verifications": {"post": verify},
            "/v1/verifications/{verification_id}": {
                "get": _operation("A decision from the log.", decision, path="verification_id")
            },
            "/v1/verifications/{verification_id}/receipt": {
                "get": _operation("A decision's signed entry in the log.", receipt, path="verification_id")
            },
            "/v1/receipts/key": {"get": _operation("The public key of receipts.", _RECEIPTS_KEY)},
            "/v1/users/{user_id}": {
                "get": _operation("A user's record.", anything, path="user_id"),
                "delete": _operation("Erase a user's record, faces and pictures.", anything, path="user_id"),
            },
            "/v1/blocklist": {
                "get": _operation("The tenant's blocked faces.", _BLOCKS),
                "post": _operation("Block a face.", block, status="201", body=_NEW_BLOCK),
            },
            "/v1/blocklist/{block_id}": {
                "delete": _operation("Take a face off the blocklist.", anything, path="block_id")
            },
            "/v1/uploads": {"post": upload},
            "/v1/liveness-sessions": {"post": liveness},
            "/v1/policy": {"get": _operation("The policy in force.", anything)},
            "/healthz": {"get": {**_operation("The app runs.", anything), "security": []}},
            "/openapi.json": {"get": {**_operation("This document.", anything), "security": []}},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Answer": _ANSWER,
                "Decision": _DECISION,
                "Reason": _REASON,
                "Finding": _FINDING,
                "Receipt": _RECEIPT,
                "Block": _BLOCK,
                "Problem": _PROBLEM,
            },
        },
    }


@blueprint.route("/openapi.json")
def openapi() -> Response:
    """The API's description; needs no credential."""
    return Response(json.dumps(document()), {"Content-Type": "application/json"}, 200)
