"""Idempotency-Key as Stripe does it: https://docs.stripe.com/api/idempotent_requests"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError, IdempotencyMismatchError
from chalicelib.store.items import Item, get_item, to_item

KEEP_S = 86_400
TAKEOVER_S = 60  # past API Gateway's 29 s the first attempt has crashed


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]


class Idempotency:
    """One tenant's keys and the answers given to them."""

    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant

    def begin(self, key: str, body_sha256: str, now: datetime) -> Answer | None:
        """The first answer again, or None: go on.

        Raises:
            IdempotencyMismatchError: the key came before with another body.
            ConflictError: `idempotency-key-in-use`, the first attempt is still running.
        """
        now_s = int(now.timestamp())
        item = {
            **self._key(key),
            "body_sha256": body_sha256,
            "started_at": now_s,
            "expires_at": now_s + KEEP_S,
        }
        condition = (
            "attribute_not_exists(pk) OR expires_at <= :now "
            "OR (attribute_not_exists(answer) AND started_at <= :stale AND body_sha256 = :body)"
        )
        values = {":now": now_s, ":stale": now_s - TAKEOVER_S, ":body": body_sha256}
        try:
            self._aws(
                "dynamodb",
                "put_item",
                {
                    "TableName": self._table,
                    "Item": to_item(item),
                    "ConditionExpression": condition,
                    "ExpressionAttributeValues": to_item(values),
                },
            )
        except AwsConditionFailedError:
            return self._stored(key, body_sha256)
        return None

    def finish(self, key: str, status: int, body: dict[str, Any]) -> None:
        self._aws(
            "dynamodb",
            "update_item",
            {
                "TableName": self._table,
                "Key": to_item(self._key(key)),
                "UpdateExpression": "SET answer = :answer, answer_status = :status",
                "ExpressionAttributeValues": to_item({":answer": json.dumps(body), ":status": status}),
            },
        )

    def release(self, key: str) -> None:
        """The attempt came to nothing: the key may be used again."""
        self._aws("dynamodb", "delete_item", {"TableName": self._table, "Key": to_item(self._key(key))})

    def _stored(self, key: str, body_sha256: str) -> Answer:
        item: Item = get_item(self._aws, self._table, *self._key(key).values()) or {}
        if item and item["body_sha256"] != body_sha256:
            raise IdempotencyMismatchError("This Idempotency-Key was used with another request; take a new one.")
        if "answer" not in item:
            raise ConflictError("idempotency-key-in-use", "A request with this Idempotency-Key is being worked on.")
        return Answer(item["answer_status"], json.loads(item["answer"]))

    def _key(self, key: str) -> dict[str, str]:
        return {"pk": f"T#{self._tenant}#I#{hashlib.sha256(key.encode()).hexdigest()}", "sk": "ANSWER"}
