"""The change that a user's record is going through, and the one write that makes it real.

A record is PENDING from `begin` to `save` of its first registration and counts as not there. A known user's record
stays as it is until `save`, with the change's plan beside it. At most one change is under way at a time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsUnavailableError, ConflictError
from chalicelib.model.change import Change, Draft, Material
from chalicelib.model.facts import UserStatus
from chalicelib.store.decisions import decision_key, decision_writes
from chalicelib.store.due import due_attributes
from chalicelib.store.items import Item, Table, stamp
from chalicelib.store.queue import Queue
from chalicelib.store.records import (
    change_of_item,
    consent_item,
    face_item,
    item_of_change,
    user_item_key,
    user_of_item,
)

RECOVERY_DELAY = timedelta(minutes=5)  # no function runs that long, so an older change is a crashed one

_OURS = "#change.#id = :change"
_STALE = "#change.#started_at < :stale"
_MAY_CREATE = f"attribute_not_exists(pk) OR #status = :revoked OR {_OURS} OR (#status = :pending AND {_STALE})"
_MAY_CHANGE = f"#status = :active AND (attribute_not_exists(#change) OR {_OURS} OR {_STALE})"


class Changes:
    def __init__(self, aws: Aws, table: str, tenant: str, queue: Queue) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant
        self._queue = queue

    def under_way(self, user_key: str) -> Change | None:
        """What the record is going through: enough to undo it after a crash."""
        item = self._table.get(self._key(user_key))
        return change_of_item(item["change"], item, self._tenant) if item and "change" in item else None

    def stale(self, user_key: str, now: datetime) -> Change | None:
        """A change under way that nothing works on any more."""
        change = self.under_way(user_key)
        return change if change and change.started_at + RECOVERY_DELAY <= now else None

    def begin(self, change: Change) -> None:
        """Write the change, with its plan, and call for recovery, before any effect.

        Both go out at once. If only the message arrives, it finds nothing to do; if only the record does, the sweep
        finds it by its `due_at`. Raises ConflictError: user-exists, user-unknown or user-busy.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:
            called = pool.submit(self._call_recovery, change)
            self._write_plan(change)
            called.result()

    def _call_recovery(self, change: Change) -> None:
        message = {"job": "recover", "tenant": self._tenant, "user_key": change.user_key}
        self._queue.send(message, delay_s=int(RECOVERY_DELAY.total_seconds()) + 1)

    def _write_plan(self, change: Change) -> None:
        conditions = {"change": change.change_id, "stale": stamp(change.started_at - RECOVERY_DELAY)}
        try:
            if change.creates:
                self._begin_new(change, conditions)
            else:
                self._table.update(
                    self._key(change.user_key),
                    "SET #change = :plan, #due_shard = :due_shard, #due_at = :due_at",
                    _MAY_CHANGE,
                    plan=item_of_change(change),
                    active=UserStatus.ACTIVE.value,
                    **self._due(change),
                    **conditions,
                )
        except AwsConditionFailedError as lost:
            raise self._why_not(change) from lost

    def _begin_new(self, change: Change, conditions: dict[str, str]) -> None:
        item = {
            **self._key(change.user_key),
            "user_id": change.user_id,
            "user_key": change.user_key,
            "status": UserStatus.PENDING.value,
            "change": item_of_change(change),
            **self._due(change),
        }
        revoked, pending = UserStatus.REVOKED.value, UserStatus.PENDING.value
        self._table.put(item, _MAY_CREATE, revoked=revoked, pending=pending, **conditions)

    def _due(self, change: Change) -> dict[str, str]:
        return due_attributes(self._key(change.user_key)["pk"], change.started_at + RECOVERY_DELAY)

    def _why_not(self, change: Change) -> ConflictError:
        item = self._table.get(self._key(change.user_key))
        active = item is not None and item["status"] == UserStatus.ACTIVE
        if change.creates and active:
            return ConflictError("user-exists", "This user is registered already.")
        if change.creates or active:
            return ConflictError("user-busy", "Another request is changing this user; try again in a moment.")
        return ConflictError("user-unknown", "There is no such registered user.")

    def save(self, change: Change, material: Material, draft: Draft) -> Draft:
        """Make the change real: the record and the decision in one write. The draft comes back with `retired`.

        Raises ConflictError when the change is no longer under way, or was stopped.
        """
        item = self._table.get(self._key(change.user_key))
        if item is None:
            raise _lost()
        user = user_of_item(item)
        faces = user.faces if draft.face is None else (*user.faces, draft.face)
        retired = faces[: max(0, len(faces) - material.keep_faces)]
        kept = faces[len(retired) :]
        consent = material.decision.consent
        agreed = ", #consent = :consent" if consent else ""
        update = self._table.update_request(
            self._key(change.user_key),
            "SET #status = :active, #faces = :faces, #properties = :properties,"
            f" #created_at = if_not_exists(#created_at, :now){agreed} REMOVE #change, #due_shard, #due_at",
            f"{_OURS} AND attribute_not_exists(#change.#stopped)",
            active=UserStatus.ACTIVE.value,
            faces=[face_item(face) for face in kept],
            properties={**user.properties, **material.properties},
            now=stamp(material.decision.decided_at),
            change=change.change_id,
            **({"consent": consent_item(consent)} if consent else {}),
        )
        self._commit(update, change, material)
        return Draft(draft.face, retired)

    def touch(self, change: Change, material: Material) -> None:
        """Note the authentication of an active user, with its decision. Raises ConflictError if it is not active."""
        update = self._table.update_request(
            self._key(change.user_key),
            "SET #last_authenticated_at = :now",
            "#status = :active",
            now=stamp(material.decision.decided_at),
            active=UserStatus.ACTIVE.value,
        )
        self._commit(update, change, material)

    def _commit(self, update: Item, change: Change, material: Material) -> None:
        """One transaction. When its answer was lost, it may have been made all the same, and a second try then fails:
        undoing it would take an active user's face away. So whether it was made is looked up.
        """
        signed = material.signed()
        try:
            self._table.transact({"Update": update}, *decision_writes(self._table, signed, change.change_id))
        except AwsConditionFailedError as lost:
            if not self._is_saved(change):
                raise _lost() from lost
        except AwsUnavailableError:
            if not self._is_saved(change):
                raise

    def stop(self, change: Change) -> bool:
        """Make sure that the change never becomes real. False when it is real already."""
        try:
            self._table.update(
                self._key(change.user_key), "SET #change.#stopped = :yes", _OURS, yes=True, change=change.change_id
            )
        except AwsConditionFailedError:
            return not self._is_saved(change)
        return True

    def _is_saved(self, change: Change) -> bool:
        entry = self._table.get(decision_key(self._tenant, change.verification_id))
        return entry is not None and entry.get("change_id") == change.change_id

    def abandon(self, change: Change) -> None:
        """Forget a change whose effects have been undone. Idempotent; a change that was saved stays."""
        where = self._key(change.user_key)
        try:
            if change.creates:
                condition = f"#status = :pending AND {_OURS}"
                self._table.delete(where, condition, pending=UserStatus.PENDING.value, change=change.change_id)
            else:
                forget = "REMOVE #change, #due_shard, #due_at"
                self._table.update(where, forget, _OURS, change=change.change_id)
        except AwsConditionFailedError:
            return

    def _key(self, user_key: str) -> dict[str, str]:
        return user_item_key(self._tenant, user_key)


def _lost() -> ConflictError:
    return ConflictError("user-busy", "The user was changed by another request meanwhile; nothing was kept. Try again.")
