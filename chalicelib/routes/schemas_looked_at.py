"""The forms of what a tenant looks at: users and the policy in force; and of what needs no more than a word."""

from __future__ import annotations

from chalicelib.routes.schemas import CONSENT, TEXT, Schema

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
