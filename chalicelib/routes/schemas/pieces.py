"""What the forms of requests and answers have in common."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


TEXT: Schema = {"type": "string"}
USER_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 128, "description": "Any printable text."}
IMAGE: Schema = {
    "description": "A JPEG or PNG of at most 5 MB and at least 80x80 pixels: base64, or a finished upload.",
    "oneOf": [
        {"type": "string", "contentEncoding": "base64"},
        {
            "type": "object",
            "required": ["upload_id"],
            "additionalProperties": False,
            "properties": {"upload_id": {"type": "string", "minLength": 1, "maxLength": 128}},
        },
    ],
}
CONSENT: Schema = {
    "type": ["object", "null"],
    "description": "What the applicant said; null if nothing was sent.",
    "required": ["given", "version", "given_at"],
    "properties": {
        "given": {"type": "boolean"},
        "version": {"type": ["string", "null"]},
        "given_at": {"type": "string", "format": "date-time"},
    },
}
REFUSAL: Schema = {"type": "object", "description": "API Gateway's, or the web framework's, refusal: a message."}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "description": "RFC 9457. `type` ends with the problem's code: decide by that, never by the words.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "field": {"type": "string", "description": "The field of the request that is meant, if it is one."},
    },
}
