"""Failures of a user in a flow, and the lockout that follows (NIST SP 800-63B, section 5.2.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, LockedOutError
from chalicelib.model.policy import Limits
from chalicelib.store.items import get_item, to_item

_DAY_S = 86_400


class Attempts:
    """One tenant's counters; also for users that do not exist, so that nobody learns who does."""

    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant

    def check(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None:
        """Raises LockedOutError while locked out."""
        pk, sk = self._key(user_key, flow)
        item = get_item(self._aws, self._table, pk, sk)
        if item is None or item["failures"] < limits.max_failures:
            return
        wait_s = item["last_failure_at"] + limits.lockout_minutes * 60 - int(now.timestamp())
        if wait_s > 0:
            raise LockedOutError("Too many failures; try again later.", wait_s)

    def record_failure(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None:
        """Count one more, or begin anew when the window (or the lockout) has passed. Atomic."""
        now_s = int(now.timestamp())
        values = {":one": 1, ":now": now_s, ":expires": now_s + _DAY_S + limits.lockout_minutes * 60}
        started = {**values, ":window": now_s - limits.window_minutes * 60, ":max": limits.max_failures}
        counting = "SET last_failure_at = :now, expires_at = :expires ADD failures :one"
        try:
            condition = "window_started_at > :window AND failures < :max"
            self._update(user_key, flow, counting, condition, started)
        except AwsConditionFailedError:
            anew = "SET failures = :one, window_started_at = :now, last_failure_at = :now, expires_at = :expires"
            stale = {**values, ":window": started[":window"], ":max": limits.max_failures}
            stale[":lockout"] = now_s - limits.lockout_minutes * 60
            condition = (
                "attribute_not_exists(pk) OR (window_started_at <= :window AND failures < :max) "
                "OR (failures >= :max AND last_failure_at <= :lockout)"
            )
            try:
                self._update(user_key, flow, anew, condition, stale)
            except AwsConditionFailedError:  # another request began anew or locked out in between
                more = {key: values[key] for key in (":one", ":now", ":expires")}
                self._update(user_key, flow, counting, "attribute_exists(pk)", more)

    def clear(self, user_key: str, flow: str) -> None:
        """Forget the failures, after a success."""
        pk, sk = self._key(user_key, flow)
        self._aws("dynamodb", "delete_item", {"TableName": self._table, "Key": to_item({"pk": pk, "sk": sk})})

    def _key(self, user_key: str, flow: str) -> tuple[str, str]:
        return f"T#{self._tenant}#U#{user_key}", f"ATTEMPTS#{flow}"

    def _update(self, user_key: str, flow: str, update: str, condition: str, values: dict[str, Any]) -> None:
        pk, sk = self._key(user_key, flow)
        self._aws(
            "dynamodb",
            "update_item",
            {
                "TableName": self._table,
                "Key": to_item({"pk": pk, "sk": sk}),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": to_item(values),
            },
        )
