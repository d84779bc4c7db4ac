"""The forms of requests."""

from __future__ import annotations

from chalicelib.routes.schemas.pieces import IMAGE, USER_ID, Schema

SUBMISSION: Schema = {
    "type": "object",
    "required": ["flow", "user_id"],
    "additionalProperties": False,
    "properties": {
        "flow": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "A flow of the tenant's policy; GET /v1/policy lists them.",
        },
        "user_id": USER_ID,
        "selfie": IMAGE,
        "id_card": IMAGE,
        "id_card_back": IMAGE,
        "properties": {
            "type": "object",
            "maxProperties": 32,
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,63}$"},
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 512},
        },
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
        "liveness_session": {"type": "string", "minLength": 1, "maxLength": 128},
    },
}
UPLOAD: Schema = {
    "type": "object",
    "required": ["content_type", "size_bytes"],
    "additionalProperties": False,
    "properties": {
        "content_type": {"enum": ["image/jpeg", "image/png"]},
        "size_bytes": {"type": "integer", "minimum": 1, "maximum": 5 * 1024 * 1024},
    },
}
NEW_BLOCK: Schema = {
    "type": "object",
    "description": "A face to block: exactly one of selfie, user_id and verification_id.",
    "required": ["reason"],
    "oneOf": [{"required": ["selfie"]}, {"required": ["user_id"]}, {"required": ["verification_id"]}],
    "additionalProperties": False,
    "properties": {
        "selfie": IMAGE,
        "user_id": USER_ID,
        "verification_id": {"type": "string", "minLength": 1, "maxLength": 64},
        "reason": {"type": "string", "minLength": 1, "maxLength": 200, "description": "For you; no name."},
        "days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 365},
    },
}
SETTLING: Schema = {
    "type": "object",
    "required": ["decision", "reason"],
    "additionalProperties": False,
    "properties": {
        "decision": {"enum": ["approved", "denied"]},
        "reason": {"type": "string", "minLength": 1, "maxLength": 200, "description": "For you; erased with the user."},
    },
}
LIVENESS: Schema = {
    "type": "object",
    "required": ["user_id"],
    "additionalProperties": False,
    "properties": {"user_id": USER_ID},
}
