"""Failed verifications of a user in a flow, and the lockout that follows too many (NIST SP 800-63B, 5.2.2).

Counted for unknown users too: the answer must not tell who is known. Each failure is one atomic append, so failures
side by side are all counted.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, LockedOutError
from chalicelib.model.policy import Limits
from chalicelib.store.items import Table, epoch_s, key, stamp


class Attempts:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def check(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None:  # noqa: ARG002 - the port's shape
        """Raises LockedOutError while the user is locked out of the flow."""
        item = self._table.get(self._key(user_key, flow))
        locked_until = item.get("locked_until") if item else None
        if locked_until is None:
            return
        retry_after_s = math.ceil((datetime.fromisoformat(locked_until) - now).total_seconds())
        if retry_after_s > 0:
            raise LockedOutError(f"Too many failed attempts; try again in {retry_after_s} seconds.", retry_after_s)

    def record_failure(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None:
        """Count one failure; the `max_failures`th within the window locks the user out of the flow."""
        where = self._key(user_key, flow)
        window, lockout = timedelta(minutes=limits.window_minutes), timedelta(minutes=limits.lockout_minutes)
        item = self._table.update(
            where,
            "SET #failed_at = list_append(if_not_exists(#failed_at, :none), :now), #expires_at = :expires_at",
            none=[],
            now=[stamp(now)],
            expires_at=epoch_s(now + window + lockout),
        )
        failed_at = item["failed_at"]
        recent = [moment for moment in failed_at if moment > stamp(now - window)]
        if len(recent) >= limits.max_failures:
            self._table.update(where, "SET #locked_until = :until REMOVE #failed_at", until=stamp(now + lockout))
        elif len(recent) < len(failed_at):
            self._forget_old(where, recent, len(failed_at))

    def _forget_old(self, where: dict[str, str], recent: list[str], seen: int) -> None:
        """Drop failures from before the window, unless another one has come meanwhile: then that one does it."""
        try:
            self._table.update(where, "SET #failed_at = :recent", "size(#failed_at) = :seen", recent=recent, seen=seen)
        except AwsConditionFailedError:
            return

    def clear(self, user_key: str, flow: str) -> None:
        """Forget the failures after an approval. A lockout that has begun meanwhile stays."""
        try:
            self._table.update(self._key(user_key, flow), "REMOVE #failed_at", "attribute_exists(#failed_at)")
        except AwsConditionFailedError:
            return

    def _key(self, user_key: str, flow: str) -> dict[str, str]:
        return key(self._tenant, "U", user_key, f"ATTEMPTS#{flow}")
