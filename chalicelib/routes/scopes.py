"""Which scope a key must have for which route: all of it, in one place. A route that is not named admits no key."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.model.credential import Scope

SCOPES: Mapping[tuple[str, str], Scope] = {
    ("POST", "/v1/verifications"): Scope.VERIFY,
    ("POST", "/v1/uploads"): Scope.VERIFY,
    ("POST", "/v1/liveness-sessions"): Scope.VERIFY,
    ("GET", "/v1/verifications/{verification_id}"): Scope.READ,
    ("GET", "/v1/verifications/{verification_id}/receipt"): Scope.READ,
    ("GET", "/v1/users/{user_id}"): Scope.READ,
    ("GET", "/v1/policy"): Scope.READ,
    ("GET", "/v1/receipts/key"): Scope.READ,
    ("GET", "/v1/blocklist"): Scope.READ,
    ("GET", "/v1/reviews"): Scope.REVIEW,
    ("GET", "/v1/reviews/{review_id}"): Scope.REVIEW,
    ("POST", "/v1/reviews/{review_id}"): Scope.REVIEW,
    ("POST", "/v1/blocklist"): Scope.ADMIN,
    ("DELETE", "/v1/blocklist/{block_id}"): Scope.ADMIN,
    ("DELETE", "/v1/users/{user_id}"): Scope.ADMIN,
    ("GET", "/v1/erasures/{erasure_id}"): Scope.ADMIN,
}
