"""The forms of what a tenant has: users, erasures, blocks, its policy; and of what it is lent."""

from __future__ import annotations

from chalicelib.routes.schemas.pieces import CONSENT, TEXT, Schema

ERASURE: Schema = {
    "type": "object",
    "required": ["id", "status", "requested_at", "found", "receipt"],
    "properties": {
        "id": TEXT,
        "status": {"enum": ["running", "done"]},
        "requested_at": {"type": "string", "format": "date-time"},
        "found": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "How much, by kind."},
        "receipt": {"oneOf": [{"$ref": "#/components/schemas/Receipt"}, {"type": "null"}]},
    },
}
BLOCK: Schema = {
    "type": "object",
    "required": ["id", "reason", "source", "created_at", "ends_at", "in_force"],
    "properties": {
        "id": TEXT,
        "reason": TEXT,
        "source": {"enum": ["picture", "user", "verification"]},
        "created_at": {"type": "string", "format": "date-time"},
        "ends_at": {"type": "string", "format": "date-time"},
        "in_force": {"type": "boolean"},
    },
}
BLOCKS: Schema = {
    "type": "object",
    "required": ["blocks"],
    "properties": {"blocks": {"type": "array", "items": {"$ref": "#/components/schemas/Block"}}},
}
UPLOAD_PLACE: Schema = {
    "type": "object",
    "required": ["upload_id", "url", "fields", "expires_in_s"],
    "properties": {"upload_id": TEXT, "url": TEXT, "fields": {"type": "object"}, "expires_in_s": {"type": "integer"}},
}
SESSION: Schema = {
    "type": "object",
    "required": ["session_id", "expires_in_s"],
    "properties": {"session_id": TEXT, "expires_in_s": {"type": "integer"}},
}
_TIME_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXTS: Schema = {"type": "array", "items": TEXT}
USER: Schema = {
    "type": "object",
    "required": [
        "user_id",
        "status",
        "faces",
        "properties",
        "deferred",
        "consent",
        "created_at",
        "last_authenticated_at",
    ],
    "additionalProperties": False,
    "properties": {
        "user_id": TEXT,
        "status": {
            "enum": ["active", "provisional", "revoked", "expired"],
            "description": "provisional: deferred steps are open; revoked: one denied; expired: no face is left.",
        },
        "faces": {"type": "integer", "minimum": 0},
        "properties": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "What was claimed and, over it, what an ID document said.",
        },
        "deferred": {
            "type": ["object", "null"],
            "required": ["steps", "verification_id", "since"],
            "properties": {
                "steps": _TEXTS,
                "verification_id": TEXT,
                "since": {"type": "string", "format": "date-time"},
            },
        },
        "consent": CONSENT,
        "created_at": _TIME_OR_NULL,
        "last_authenticated_at": _TIME_OR_NULL,
    },
}
POLICY: Schema = {
    "type": "object",
    "required": ["tenant", "digest", "execution", "consent_required", "flows"],
    "additionalProperties": False,
    "properties": {
        "tenant": TEXT,
        "digest": TEXT,
        "execution": {"enum": ["fastest", "cheapest", "speculative"]},
        "consent_required": {"type": "boolean"},
        "flows": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["steps", "effects", "inputs"],
                "additionalProperties": False,
                "properties": {
                    "steps": {
                        "type": "array",
                        "items": {
                            "oneOf": [
                                {"type": "string", "description": "A check."},
                                {"type": "object", "required": ["any_of"], "properties": {"any_of": _TEXTS}},
                            ]
                        },
                    },
                    "effects": _TEXTS,
                    "inputs": {**_TEXTS, "description": "The fields that a request to this flow needs."},
                },
            },
        },
    },
}
UNBLOCKED: Schema = {
    "type": "object",
    "required": ["id", "removed"],
    "properties": {"id": TEXT, "removed": {"const": True}},
}
HEALTH: Schema = {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}
