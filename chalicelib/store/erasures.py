"""Erasures under way and done. One that is under way is due until it is done, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.errors import AwsConditionFailedError, NotFoundError
from chalicelib.model.erasure import Erasure
from chalicelib.model.log import Receipt
from chalicelib.store.audit import audit_item
from chalicelib.store.due import due_attributes
from chalicelib.store.items import Item, Table, epoch_s, key, stamp

TRY_AGAIN_AFTER = timedelta(minutes=5)
_SHOWN_FOR = timedelta(days=90)  # the receipt stays in the audit log
_NEW = "attribute_not_exists(pk)"
_RUNNING = "attribute_exists(#user_key)"


class Erasures:
    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def add(self, erasure: Erasure) -> None:
        where = self._key(erasure.erasure_id)
        item = {
            **where,
            "user_key": erasure.user_key,
            "requested_at": stamp(erasure.requested_at),
            **due_attributes(where["pk"], erasure.requested_at + TRY_AGAIN_AFTER),
        }
        with suppress(AwsConditionFailedError):  # our own write, sent again because its answer was lost
            self._table.put(item, _NEW)

    def get(self, erasure_id: str) -> Erasure:
        """Raises NotFoundError: this tenant has no such erasure."""
        item = self._table.get(self._key(erasure_id)) if erasure_id.isalnum() and len(erasure_id) <= 64 else None
        if item is None:
            raise NotFoundError("There is no such erasure.")
        return _erasure(erasure_id, item)

    def close(self, erasure: Erasure, closing: Item) -> None:
        """Close the user's record, while the erasure is under way: once it is done, whoever has the id is a new user.

        Raises AwsConditionFailedError when it is done, or a change of the user is under way.
        """
        running = self._table.update_request(self._key(erasure.erasure_id), "SET #closed = :yes", _RUNNING, yes=True)
        self._table.transact({"Update": closing}, {"Update": running})

    def note_found(self, erasure: Erasure, now_there: Mapping[str, int]) -> dict[str, int]:
        """Remember how much there was before any of it was deleted: of each kind the most that a try has seen."""
        found = {kind: max(count, erasure.found.get(kind, 0)) for kind, count in now_there.items()}
        self._table.update(self._key(erasure.erasure_id), "SET #found = :found", _RUNNING, found=found)
        return found

    def finish(self, erasure: Erasure, receipt: Receipt, removal: Item, now: datetime) -> None:
        """Nothing is left: the record goes, the receipt goes into the audit log, whom it was about is forgotten.

        Raises AwsConditionFailedError when another try has finished it already.
        """
        update = self._table.update_request(
            self._key(erasure.erasure_id),
            "SET #receipt = :receipt, #expires_at = :end REMOVE #user_key, #due_shard, #due_at",
            _RUNNING,
            receipt=receipt.as_json(),
            end=epoch_s(now + _SHOWN_FOR),
        )
        logged = self._table.put_request(audit_item(receipt), _NEW)
        self._table.transact({"Update": update}, {"Delete": removal}, {"Put": logged})

    def _key(self, erasure_id: str) -> dict[str, str]:
        return key(self._tenant, "E", erasure_id, "ERASURE")


def _erasure(erasure_id: str, item: Item) -> Erasure:
    receipt = item.get("receipt")
    return Erasure(
        erasure_id=erasure_id,
        requested_at=datetime.fromisoformat(item["requested_at"]),
        user_key=item.get("user_key"),
        found=item.get("found", {}),
        receipt=Receipt(receipt["entry"], receipt["signature"]) if receipt else None,
    )
