"""The forms of requests and answers, as JSON Schemas of the OpenAPI document."""

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
DISCLOSED: Schema = {
    "id": TEXT,
    "flow": TEXT,
    "user_id": {"type": ["string", "null"], "description": "Null once the user has been erased."},
    "decision": {"enum": ["approved", "denied", "review", "consent_refused"]},
    "alternative_path": {"type": "boolean", "description": "Offer this person the way without biometrics."},
    "decided_at": {"type": "string", "format": "date-time"},
    "reasons": {"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
    "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    "not_reached": {"type": "array", "items": TEXT},
    "deferred": {"type": "array", "items": TEXT, "description": "Steps that are judged after the answer."},
    "policy_digest": TEXT,
    "engine_version": TEXT,
    "duration_ms": {"type": "number"},
    "extracted": {"type": "object", "additionalProperties": TEXT},
}
ANSWER: Schema = {
    "type": "object",
    "description": (
        "What the policy's `disclose` lets an applicant see: `none` the decision, `codes` its reasons too, `full` also "
        "the findings. Comparison and liveness scores are never in it."
    ),
    "required": ["id", "flow", "user_id", "decision", "alternative_path", "decided_at"],
    "properties": DISCLOSED,
}
DECISION: Schema = {
    "type": "object",
    "description": "The tenant's view of a decision: everything that was observed.",
    "required": ["id", "flow", "user_id", "decision", "reasons", "findings", "policy_digest"],
    "properties": {
        **DISCLOSED,
        "face_models": {"type": "array", "items": TEXT, "description": "FaceModelVersions of what was searched."},
        "deferred_decision": {
            "type": "object",
            "description": "What became of the deferred steps, if there are any: a decision of its own.",
            "required": ["id", "decision"],
            "properties": {"id": TEXT, "decision": {"enum": ["open", "approved", "denied"]}},
        },
        "review": {
            "type": "object",
            "description": "What became of a decision of `review`: another decision; `ended` if nobody settled it.",
            "required": ["id", "decision"],
            "properties": {"id": TEXT, "decision": {"enum": ["open", "ended", "approved", "denied"]}},
        },
        "follows": {
            "type": ["string", "null"],
            "description": "The decision whose deferred steps this one is about, or which it settles.",
        },
        "settled_by": {"type": ["string", "null"], "description": "The id of the reviewer's key."},
        "settled_because": TEXT,
        "timings": {"type": "array", "items": {"type": "object"}},
        "consent": CONSENT,
    },
}
REASON: Schema = {"type": "object", "properties": {"step": TEXT, "code": TEXT, "message": TEXT}}
FINDING: Schema = {
    "type": "object",
    "properties": {
        "step": TEXT,
        "check": TEXT,
        "outcome": {"enum": ["pass", "fail", "inconclusive"]},
        "reason": {"type": ["string", "null"]},
        "observed": {"type": ["number", "string", "null"]},
        "limit": {"type": ["number", "string", "null"]},
        "consequence": {"enum": ["deny", "review", "warn", None]},
        "duration_ms": {"type": "number"},
        "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    },
}
RECEIPT: Schema = {
    "type": "object",
    "required": ["entry", "signature"],
    "properties": {
        "entry": {
            "type": "object",
            "required": ["format", "kind", "tenant", "id", "at", "subject", "details"],
            "properties": {
                "format": TEXT,
                "kind": TEXT,
                "tenant": TEXT,
                "id": TEXT,
                "at": {"type": "string", "format": "date-time"},
                "subject": {"type": ["string", "null"], "description": "The user's pseudonym."},
                "details": {"type": "object"},
            },
        },
        "signature": {
            "type": "object",
            "required": ["algorithm", "key_id", "value"],
            "properties": {"algorithm": {"const": "ECDSA_SHA_256"}, "key_id": TEXT, "value": TEXT},
        },
    },
}
RECEIPTS_KEY: Schema = {
    "type": "object",
    "required": ["algorithm", "key_id", "pem"],
    "properties": {"algorithm": {"const": "ECDSA_SHA_256"}, "key_id": TEXT, "pem": TEXT},
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
UPLOAD: Schema = {
    "type": "object",
    "required": ["content_type", "size_bytes"],
    "additionalProperties": False,
    "properties": {
        "content_type": {"enum": ["image/jpeg", "image/png"]},
        "size_bytes": {"type": "integer", "minimum": 1, "maximum": 5 * 1024 * 1024},
    },
}
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
SETTLING: Schema = {
    "type": "object",
    "required": ["decision", "reason"],
    "additionalProperties": False,
    "properties": {
        "decision": {"enum": ["approved", "denied"]},
        "reason": {"type": "string", "minLength": 1, "maxLength": 200, "description": "For you; erased with the user."},
    },
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
LIVENESS: Schema = {
    "type": "object",
    "required": ["user_id"],
    "additionalProperties": False,
    "properties": {"user_id": USER_ID},
}
