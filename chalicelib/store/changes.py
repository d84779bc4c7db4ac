"""The change that a user's record is going through, until it is saved (`chalicelib.store.commits`) or forgotten.

A record is PENDING from `begin` to the save of its first registration and counts as not there. A known user's record
stays as it is until the save, with the change's plan beside it. At most one change is under way at a time.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError
from chalicelib.model.change import Change, Leftover
from chalicelib.model.user import UserStatus
from chalicelib.store.decisions import is_real
from chalicelib.store.due import due_attributes, due_clause
from chalicelib.store.items import Item, Table, update_expression
from chalicelib.store.queue import Queue
from chalicelib.store.records import (
    RECOVERY_DELAY,
    change_of_item,
    item_of_change,
    leftover_item,
    leftovers_of_item,
    new_user_item,
    next_due,
    user_item_key,
)

_OURS = "#change.#id = :change"
_MAY_CREATE = (
    f"attribute_not_exists(pk) OR {_OURS}"
    " OR (#status IN (:revoked, :expired) AND attribute_not_exists(#change) AND attribute_not_exists(#leftovers))"
)
_MAY_CHANGE = f"#status = :active AND (attribute_not_exists(#change) OR {_OURS})"


class Changes:
    def __init__(self, aws: Aws, table: str, tenant: str, queue: Queue) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant
        self._queue = queue

    def under_way(self, user_key: str) -> Change | None:
        """What the record is going through: enough to undo it after a crash."""
        item = self._table.get(self._key(user_key))
        return change_of_item(item["change"], item, self._tenant) if item and "change" in item else None

    def crashed(self, user_key: str, now: datetime, verification_id: str | None = None) -> Change | None:
        """A change under way that nothing works on any more: it is too old, or an earlier attempt of a verification
        that is being tried again.
        """
        change = self.under_way(user_key)
        if change is None:
            return None
        over = change.started_at + RECOVERY_DELAY <= now or change.verification_id == verification_id
        return change if over else None

    def begin(self, change: Change) -> None:
        """Write the change, with its plan, before any effect. The sweep finds it by its `due_at`.

        Raises ConflictError: user-exists, user-unknown or user-busy.
        """
        try:
            if change.creates:
                self._begin_new(change)
            else:
                self._table.update(
                    self._key(change.user_key),
                    "SET #change = :plan, #due_shard = :due_shard, #due_at = :due_at",
                    _MAY_CHANGE,
                    plan=item_of_change(change),
                    active=UserStatus.ACTIVE.value,
                    change=change.change_id,
                    **self._due(change),
                )
        except AwsConditionFailedError as lost:
            raise self._why_not(change) from lost

    def call_recovery(self, change: Change) -> None:
        """Have the user's record looked at once the change must be over: sooner than the sweep would.

        It may go out beside `begin`: if only the message arrives, it finds nothing to do.
        """
        message = {"job": "recover", "tenant": self._tenant, "user_key": change.user_key}
        self._queue.send(message, delay_s=int(RECOVERY_DELAY.total_seconds()) + 1)

    def _begin_new(self, change: Change) -> None:
        item = {**new_user_item(change), **self._due(change)}
        ended = {"revoked": UserStatus.REVOKED.value, "expired": UserStatus.EXPIRED.value}
        self._table.put(item, _MAY_CREATE, change=change.change_id, **ended)

    def _due(self, change: Change) -> dict[str, str]:
        return due_attributes(self._key(change.user_key)["pk"], change.started_at + RECOVERY_DELAY)

    def _why_not(self, change: Change) -> ConflictError:
        item = self._table.get(self._key(change.user_key))
        active = item is not None and item["status"] == UserStatus.ACTIVE
        provisional = item is not None and item["status"] == UserStatus.PROVISIONAL
        if provisional and not change.creates:
            text = "Steps of this user's registration are still open; try again later."
            return ConflictError("deferred-steps-open", text)
        if change.creates and (active or provisional):
            return ConflictError("user-exists", "This user is registered already.")
        if change.creates or active:
            return ConflictError("user-busy", "Another request is changing this user; try again in a moment.")
        return ConflictError("user-unknown", "There is no such registered user.")

    def stop(self, change: Change) -> bool:
        """Make sure that the change never becomes real. False when it is real already."""
        try:
            self._table.update(
                self._key(change.user_key), "SET #change.#stopped = :yes", _OURS, yes=True, change=change.change_id
            )
        except AwsConditionFailedError:
            return not is_real(self._table, change)
        return True

    def abandon(self, change: Change) -> None:
        """Forget a change whose effects have been undone. Idempotent; a change that was saved stays."""
        where = self._key(change.user_key)
        try:
            if change.creates:
                condition = f"#status = :pending AND {_OURS}"
                self._table.delete(where, condition, pending=UserStatus.PENDING.value, change=change.change_id)
            else:
                due = due_clause(where["pk"], next_due(self._table.get(where) or {}, change.started_at))
                forget = update_expression(due.sets, ("#change", *due.removes))
                self._table.update(where, forget, _OURS, change=change.change_id, **due.values)
        except AwsConditionFailedError:
            return

    def leftovers(self, user_key: str) -> tuple[Leftover, ...]:
        """What the user's record has let go of and is still to be deleted."""
        return leftovers_of_item(self._table.get(self._key(user_key)) or {})

    def discarded(self, user_key: str, leftovers: tuple[Leftover, ...]) -> None:
        """They are gone. If others have come meanwhile, whoever deletes those says so for all."""
        gone = [leftover_item(leftover) for leftover in leftovers]
        try:
            self._table.update(self._key(user_key), "REMOVE #leftovers", "#leftovers = :gone", gone=gone)
        except AwsConditionFailedError:
            return

    def rest(self, user_key: str, now: datetime) -> None:
        """Once nothing is left to do: let the record stand in the index `due` for what comes next, or not at all.

        What has changed meanwhile is left alone: whoever changed it has set when it is due.
        """
        where = self._key(user_key)
        item: Item = self._table.get(where) or {}
        if "due_at" not in item or "change" in item or "deferred" in item:
            return
        due = due_clause(where["pk"], next_due(item, now))
        try:
            self._table.update(
                where,
                update_expression(due.sets, due.removes),
                "#due_at = :seen AND attribute_not_exists(#change)",
                seen=item["due_at"],
                **due.values,
            )
        except AwsConditionFailedError:
            return

    def _key(self, user_key: str) -> dict[str, str]:
        return user_item_key(self._tenant, user_key)
