"""Users' records, and the change that a record is going through.

A record is PENDING from `begin` to `save` of its first registration and counts as not there. A known user's record
stays as it is until `save`, with the change's plan beside it. At most one change is under way at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsUnavailableError, ConflictError
from chalicelib.model.change import Change, Draft, Material
from chalicelib.model.facts import User, UserStatus
from chalicelib.store.decisions import decision_key, decision_writes
from chalicelib.store.items import Item, Table, stamp
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


class Users:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def get(self, user_key: str) -> User | None:
        """The record, whatever its status."""
        item = self._table.get(self._key(user_key))
        return user_of_item(item) if item else None

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]:
        """The records that exist, by user key."""
        items = self._table.get_many([self._key(user_key) for user_key in dict.fromkeys(user_keys)])
        return {item["user_key"]: user_of_item(item) for item in items}

    def change_under_way(self, user_key: str) -> Change | None:
        """What the record is going through: enough to undo it after a crash."""
        item = self._table.get(self._key(user_key))
        return change_of_item(item["change"], item, self._tenant) if item and "change" in item else None

    def begin(self, change: Change) -> None:
        """Write the change, with its plan, before any effect. A crashed change older than RECOVERY_DELAY gives way.

        Raises ConflictError: user-exists, user-unknown or user-busy.
        """
        conditions = {"change": change.change_id, "stale": stamp(change.started_at - RECOVERY_DELAY)}
        try:
            if change.creates:
                self._begin_new(change, conditions)
            else:
                self._table.update(
                    self._key(change.user_key),
                    "SET #change = :plan",
                    _MAY_CHANGE,
                    plan=item_of_change(change),
                    active=UserStatus.ACTIVE.value,
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
        }
        revoked, pending = UserStatus.REVOKED.value, UserStatus.PENDING.value
        self._table.put(item, _MAY_CREATE, revoked=revoked, pending=pending, **conditions)

    def _why_not(self, change: Change) -> ConflictError:
        user = self.get(change.user_key)
        if change.creates and user is not None and user.status is UserStatus.ACTIVE:
            return ConflictError("user-exists", "This user is registered already.")
        if change.creates or (user is not None and user.status is UserStatus.ACTIVE):
            return ConflictError("user-busy", "Another request is changing this user; try again in a moment.")
        return ConflictError("user-unknown", "There is no such registered user.")

    def save(self, change: Change, material: Material, draft: Draft) -> Draft:
        """Make the change real: the record and the decision in one write. The draft comes back with `retired`.

        Raises ConflictError when the change is no longer under way.
        """
        user = self.get(change.user_key)
        if user is None:
            raise _lost()
        faces = user.faces if draft.face is None else (*user.faces, draft.face)
        retired = faces[: max(0, len(faces) - material.keep_faces)]
        kept = faces[len(retired) :]
        consent = material.decision.consent
        agreed = ", #consent = :consent" if consent else ""
        update = self._table.update_request(
            self._key(change.user_key),
            "SET #status = :active, #faces = :faces, #properties = :properties,"
            f" #created_at = if_not_exists(#created_at, :now){agreed} REMOVE #change",
            f"{_OURS} AND attribute_not_exists(#change.#outranked)",
            active=UserStatus.ACTIVE.value,
            faces=[face_item(face) for face in kept],
            properties={**user.properties, **material.properties},
            now=stamp(material.decision.decided_at),
            change=change.change_id,
            **({"consent": consent_item(consent)} if consent else {}),
        )
        self._commit(update, material)
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
        self._commit(update, material)

    def _commit(self, update: Item, material: Material) -> None:
        signed = material.signed()
        try:
            self._table.transact({"Update": update}, *decision_writes(self._table, signed))
        except AwsConditionFailedError as lost:
            raise _lost() from lost
        except AwsUnavailableError:
            # The answer may have been lost after the write: undoing then would take an active user's face away.
            if self._table.get(decision_key(self._tenant, signed.decision.verification_id)) is None:
                raise

    def abandon(self, change: Change) -> None:
        """Forget a change whose effects have been undone. Idempotent; a change that was saved stays."""
        where = self._key(change.user_key)
        try:
            if change.creates:
                condition = f"#status = :pending AND {_OURS}"
                self._table.delete(where, condition, pending=UserStatus.PENDING.value, change=change.change_id)
            else:
                self._table.update(where, "REMOVE #change", _OURS, change=change.change_id)
        except AwsConditionFailedError:
            return

    def outrank(self, rival: Change) -> bool:
        """Keep a change that is under way from being saved; False when it is no longer under way."""
        try:
            self._table.update(
                self._key(rival.user_key), "SET #change.#outranked = :yes", _OURS, yes=True, change=rival.change_id
            )
        except AwsConditionFailedError:
            return False
        return True

    def revoke(self, user_key: str) -> None:
        """From now on no face of the user counts. Raises ConflictError `user-busy` while a change is under way."""
        condition = "attribute_exists(pk) AND attribute_not_exists(#change)"
        try:
            self._table.update(
                self._key(user_key), "SET #status = :revoked", condition, revoked=UserStatus.REVOKED.value
            )
        except AwsConditionFailedError:
            raise ConflictError("user-busy", "Another request is changing this user; try again in a minute.") from None

    def remove(self, user_key: str) -> None:
        """Delete a revoked user's record."""
        try:
            self._table.delete(self._key(user_key), "#status = :revoked", revoked=UserStatus.REVOKED.value)
        except AwsConditionFailedError:  # registered anew meanwhile: that is another user's life
            return

    def _key(self, user_key: str) -> dict[str, str]:
        return user_item_key(self._tenant, user_key)


def _lost() -> ConflictError:
    return ConflictError("user-busy", "The user was changed by another request meanwhile; nothing was kept. Try again.")
