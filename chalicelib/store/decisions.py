"""The decision log: one entry per decision, never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import NotFoundError
from chalicelib.model.decision import Decision
from chalicelib.model.view import decision_view
from chalicelib.store.items import Item, get_item, to_item


class Decisions:
    """One tenant's decision log."""

    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant

    def append(self, decision: Decision, keep_days: int) -> None:
        self._aws(
            "dynamodb",
            "put_item",
            {
                "TableName": self._table,
                "Item": decision_item(decision, keep_days),
                "ConditionExpression": "attribute_not_exists(pk)",
            },
        )

    def get(self, verification_id: str) -> dict[str, Any]:
        """The entry as it was answered. Raises NotFoundError, also for another tenant's."""
        item = get_item(self._aws, self._table, _pk(self._tenant, verification_id), "DECISION")
        if item is None:
            raise NotFoundError("There is no such verification.")
        view: dict[str, Any] = item["view"]
        return view


def decision_item(decision: Decision, keep_days: int) -> Item:
    """The log entry, for a put of its own or as part of a transaction."""
    return to_item(
        {
            "pk": _pk(decision.tenant, decision.verification_id),
            "sk": "DECISION",
            "user_key": decision.user_key,
            "view": decision_view(decision, {}),
            "signals": dict(decision.signals),
            "expires_at": int((decision.decided_at + timedelta(days=keep_days)).timestamp()),
        }
    )


def _pk(tenant: str, verification_id: str) -> str:
    return f"T#{tenant}#V#{verification_id}"
