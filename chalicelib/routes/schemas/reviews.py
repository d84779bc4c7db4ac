"""The forms of reviews."""

from __future__ import annotations

from chalicelib.routes.schemas.pieces import TEXT, Schema

SETTLEMENT: Schema = {
    "type": "object",
    "required": ["id", "decision", "decided_at", "settled_by", "reason"],
    "properties": {
        "id": {"type": "string", "description": "Of the decision in the log that settles the review."},
        "decision": {"enum": ["approved", "denied"]},
        "decided_at": {"type": "string", "format": "date-time"},
        "settled_by": {"type": "string", "description": "The id of the reviewer's key."},
        "reason": {"type": ["string", "null"], "description": "Null once the user has been erased."},
    },
}
OPEN_REVIEW: Schema = {
    "type": "object",
    "required": ["id", "flow", "user_id", "opened_at", "ends_at"],
    "properties": {
        "id": {"type": "string", "description": "Of the verification that was referred."},
        "flow": TEXT,
        "user_id": TEXT,
        "opened_at": {"type": "string", "format": "date-time"},
        "ends_at": {"type": "string", "format": "date-time"},
    },
}
REVIEWS: Schema = {
    "type": "object",
    "required": ["reviews", "next"],
    "properties": {
        "reviews": {"type": "array", "items": OPEN_REVIEW},
        "next": {"type": ["string", "null"], "description": "The `after` of the page that follows."},
    },
}
REVIEW: Schema = {
    "type": "object",
    "required": ["id", "status", "ends_at", "verification", "properties", "pictures", "settlement"],
    "properties": {
        "id": TEXT,
        "status": {"enum": ["open", "settled", "ended"]},
        "ends_at": {"type": ["string", "null"], "format": "date-time"},
        "verification": {"$ref": "#/components/schemas/Decision"},
        "properties": {"type": "object", "additionalProperties": TEXT, "description": "What was claimed."},
        "pictures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "url", "expires_in_s"],
                "properties": {
                    "kind": {"enum": ["selfie", "id_card", "id_card_back"]},
                    "url": TEXT,
                    "expires_in_s": {"type": "integer"},
                },
            },
        },
        "settlement": {"oneOf": [SETTLEMENT, {"type": "null"}]},
    },
}
SETTLED_REVIEW: Schema = {
    "type": "object",
    "required": ["id", "status", "settlement"],
    "properties": {"id": TEXT, "status": {"const": "settled"}, "settlement": SETTLEMENT},
}
