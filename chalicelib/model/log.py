"""An entry of a tenant's log, its canonical form, and what its signature is over.

The canonical form is RFC 8785's (JSON Canonicalization Scheme), so an entry that went through DynamoDB, HTTP or a file
is still the same bytes. What is signed is the SHA-256 of that form.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from chalicelib.model.decision import Decision
from chalicelib.model.policy import Retention
from chalicelib.model.review import Review

FORMAT = "countersign/log-entry/1"  # inside what is signed, so a signature fits nothing else
ALGORITHM = "ECDSA_SHA_256"
_LARGEST_INTEGER = 2**53 - 1  # RFC 8785, section 3.2.2.3: beyond it a number is a double


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that happened. It names nobody: `subject` is the user's pseudonym, if it was about one.

    `kind` is "decision" or what was done ("user_erased", "key_created" ...); `entry_id` is unique.
    `details` are JSON values: no picture, no name, nothing that was read off a document.
    """

    kind: str
    tenant: str
    entry_id: str
    at: datetime
    subject: str | None
    details: Mapping[str, object]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kind": self.kind,
            "tenant": self.tenant,
            "id": self.entry_id,
            "at": self.at.isoformat(),
            "subject": self.subject,
            "details": plain(self.details),
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry with its signature: proves offline that the log said so, then. Both are JSON values."""

    entry: Mapping[str, Any]
    signature: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"entry": dict(self.entry), "signature": dict(self.signature)}


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """A decision that is ready to be logged, and how long its parts are kept.

    `review` is what it opens (a decision of `review`) or settles; `audited` what the audit log says of that.
    """

    decision: Decision
    receipt: Receipt
    retention: Retention
    review: Review | None = None
    audited: Receipt | None = None


def digest(entry: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical form: what is signed. Raises ValueError for what is no JSON."""
    return hashlib.sha256(rfc8785.dumps(plain(entry))).digest()


def key_id_of(public_key_der: bytes) -> str:
    """A key's name in signatures: SHA-256 of its SubjectPublicKeyInfo, so that whoever has the key can tell."""
    return hashlib.sha256(public_key_der).hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON has it and DynamoDB gives it back: no tuples, no NaN, no integer that a double cannot hold."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST_INTEGER:
        return float(value)
    return value
