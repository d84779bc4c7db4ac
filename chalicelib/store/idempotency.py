"""Idempotency-Key, as Stripe's: https://docs.stripe.com/api/idempotent_requests

The first request with a key runs and its answer is kept for a day; the same request again gets that answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError, IdempotencyMismatchError
from chalicelib.store.items import Table, epoch_s, key, stamp

_KEPT = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(seconds=60)  # an API function is stopped long before

_FREE = (
    "attribute_not_exists(pk) OR #expires_at <= :now"
    " OR (attribute_not_exists(#answer) AND #started_at < :abandoned AND #body_sha256 = :body)"
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first request's answer: HTTP status and JSON body."""

    status: int
    body: dict[str, Any]


class Idempotency:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def begin(self, idempotency_key: str, body_sha256: str, now: datetime) -> StoredAnswer | None:
        """The stored answer; None when this request is the one to run (then `finish` or `release` must follow).

        Raises:
            IdempotencyMismatchError: the key came before with another body.
            ConflictError: the request with this key still runs.
        """
        item = {
            **self._key(idempotency_key),
            "body_sha256": body_sha256,
            "started_at": stamp(now),
            "expires_at": epoch_s(now + _KEPT),
        }
        try:
            self._table.put(item, _FREE, now=epoch_s(now), abandoned=stamp(now - _ABANDONED_AFTER), body=body_sha256)
        except AwsConditionFailedError:
            return self._answer(idempotency_key, body_sha256)
        return None

    def _answer(self, idempotency_key: str, body_sha256: str) -> StoredAnswer:
        item = self._table.get(self._key(idempotency_key))
        if item is not None and item["body_sha256"] != body_sha256:
            raise IdempotencyMismatchError("This Idempotency-Key came before with another request; use a new key.")
        if item is None or "answer" not in item:
            raise ConflictError(
                "idempotency-key-in-use", "A request with this Idempotency-Key is still running; try again in a moment."
            )
        return StoredAnswer(item["answer"]["status"], json.loads(item["answer"]["body"]))

    def finish(self, idempotency_key: str, status: int, body: dict[str, Any]) -> None:
        """Keep the answer. A request that was released, or taken over and answered, meanwhile keeps what it has."""
        try:
            self._table.update(
                self._key(idempotency_key),
                "SET #answer = :answer",
                "attribute_exists(pk) AND attribute_not_exists(#answer)",
                answer={"status": status, "body": json.dumps(body)},
            )
        except AwsConditionFailedError:
            return

    def release(self, idempotency_key: str) -> None:
        """Forget a request that failed, so that it can be sent again. An answer that is there already stays."""
        try:
            self._table.delete(self._key(idempotency_key), "attribute_not_exists(#answer)")
        except AwsConditionFailedError:
            return

    def _key(self, idempotency_key: str) -> dict[str, str]:
        return key(self._tenant, "I", sha256(idempotency_key.encode()).hexdigest(), "ANSWER")
