"""What a key may do, and what is known of it beside its secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    VERIFY = "verify"  # submit verifications, and what goes with them: uploads, liveness sessions
    READ = "read"  # see whole decisions, users' records and the policy
    REVIEW = "review"  # settle what was referred to a person
    ADMIN = "admin"  # erase users, block faces


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a token speaks for. `key_id` is the token's middle part and no secret. Times are ISO 8601 texts.

    `ends_at`: from then on it admits nobody, since another has replaced it. `last_used_at` is some minutes late.
    """

    tenant: str
    key_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: str
    revoked_at: str | None = None
    ends_at: str | None = None
    last_used_at: str | None = None
