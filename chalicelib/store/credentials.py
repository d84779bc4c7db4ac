"""API keys: `cs_<key id>_<secret>`. Only the secret's SHA-256 is kept; with 256 random bits no slower hash is needed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, NotFoundError
from chalicelib.store.items import from_item, get_item, to_item


@dataclass(frozen=True, slots=True)
class Credential:
    tenant: str
    key_id: str
    name: str
    created_at: str
    revoked_at: str | None = None


class Credentials:
    """All tenants' keys: the tenant is what a key tells."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def create(self, tenant: str, name: str, now: datetime) -> str:
        """A new key; the token is shown this once."""
        key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
        item = {
            "pk": f"KEY#{key_id}",
            "sk": "KEY",
            "tenant": tenant,
            "key_id": key_id,
            "name": name,
            "secret_sha256": _digest(secret),
            "created_at": now.isoformat(),
        }
        self._aws(
            "dynamodb",
            "put_item",
            {"TableName": self._table, "Item": to_item(item), "ConditionExpression": "attribute_not_exists(pk)"},
        )
        return f"cs_{key_id}_{secret}"

    def find(self, token: str) -> Credential | None:
        """Whose key this is; None for an unknown, wrong or revoked one, all found out in the same way."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        item = get_item(self._aws, self._table, f"KEY#{key_id[:64]}", "KEY")
        expected = str(item["secret_sha256"]) if item else _digest("")
        matches = hmac.compare_digest(expected, _digest(secret))
        if prefix != "cs" or item is None or not matches or item.get("revoked_at"):
            return None
        return _credential(item)

    def list(self, tenant: str) -> list[Credential]:
        """A tenant's keys, oldest first. Scans the table: keys are few and listed rarely."""
        found: list[Credential] = []
        parameters: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "sk = :key AND tenant = :tenant",
            "ExpressionAttributeValues": to_item({":key": "KEY", ":tenant": tenant}),
        }
        while True:
            page = self._aws("dynamodb", "scan", parameters)
            found += [_credential(from_item(item)) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return sorted(found, key=lambda credential: credential.created_at)
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def revoke(self, key_id: str, now: datetime) -> None:
        """Within a minute no request is admitted with it. Raises NotFoundError."""
        try:
            self._aws(
                "dynamodb",
                "update_item",
                {
                    "TableName": self._table,
                    "Key": to_item({"pk": f"KEY#{key_id}", "sk": "KEY"}),
                    "UpdateExpression": "SET revoked_at = if_not_exists(revoked_at, :now)",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": to_item({":now": now.isoformat()}),
                },
            )
        except AwsConditionFailedError:
            raise NotFoundError("There is no such key.") from None


def _credential(item: dict[str, Any]) -> Credential:
    return Credential(item["tenant"], item["key_id"], item["name"], item["created_at"], item.get("revoked_at"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
