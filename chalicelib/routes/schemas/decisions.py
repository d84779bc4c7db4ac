"""The forms of decisions: as an applicant may see them, as the tenant sees them, and signed."""

from __future__ import annotations

from chalicelib.routes.schemas.pieces import CONSENT, TEXT, Schema

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
