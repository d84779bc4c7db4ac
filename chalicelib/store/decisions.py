"""The decision log: each decision once, never changed, until its retention ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, NotFoundError
from chalicelib.model.decision import Decision
from chalicelib.model.view import decision_view
from chalicelib.store.items import Item, Table, epoch_s, key

NEW = "attribute_not_exists(pk)"
_MAX_ID_LENGTH = 64


class Decisions:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def append(self, decision: Decision, keep_days: int) -> None:
        """Log a decision that changes no user. One that was logged before stays as it is."""
        try:
            self._table.put(decision_item(decision, keep_days), NEW)
        except AwsConditionFailedError:  # our own write, sent again because its answer was lost
            return

    def get(self, verification_id: str) -> dict[str, Any]:
        """The tenant's view of a decision, as JSON, with the reasons' codes.

        Raises NotFoundError: this tenant has no such decision.
        """
        item = self._table.get(decision_key(self._tenant, verification_id)) if _is_id(verification_id) else None
        if item is None:
            raise NotFoundError("There is no such verification.")
        view: dict[str, Any] = item["view"]
        return view


def decision_key(tenant: str, verification_id: str) -> dict[str, str]:
    return key(tenant, "V", verification_id, "DECISION")


def decision_item(decision: Decision, keep_days: int) -> Item:
    """The log's entry: the tenant's view, and the signals for a replay. No pictures."""
    return {
        **decision_key(decision.tenant, decision.verification_id),
        "user_key": decision.user_key,
        "view": decision_view(decision),
        "signals": decision.signals,
        "expires_at": epoch_s(decision.decided_at + timedelta(days=keep_days)),
    }


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID_LENGTH
