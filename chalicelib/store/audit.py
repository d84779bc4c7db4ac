"""The audit log: what operators and tenants did (keys, reviews, erasures, blocked faces), signed like decisions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from chalicelib.model.log import LogEntry, Receipt
from chalicelib.store.items import Item, Table, epoch_s, stamp, tenant_name
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.signing import Signer

KEPT = timedelta(days=5 * 365)  # as long as money-laundering law wants records kept: Directive (EU) 2015/849, art. 40


class Audit:
    def __init__(self, table: Table, tenant: str, signer: Signer, pseudonyms: Pseudonyms) -> None:
        self._table = table
        self._tenant = tenant
        self._signer = signer
        self._pseudonyms = pseudonyms

    def note(self, kind: str, details: Mapping[str, object], now: datetime, *, user_key: str | None = None) -> Receipt:
        """Sign and append one entry. `details` name nobody; `user_key` becomes the entry's pseudonymous subject."""
        receipt = self.sign(kind, details, now, user_key=user_key)
        self._table.put_new(audit_item(receipt))
        return receipt

    def sign(self, kind: str, details: Mapping[str, object], now: datetime, *, user_key: str | None = None) -> Receipt:
        """The entry without writing it, for a transaction that writes `audit_item` along with something else."""
        subject = self._pseudonyms.of(self._tenant, user_key) if user_key else None
        entry = LogEntry(kind, self._tenant, uuid.uuid4().hex, now, subject, details).as_json()
        return Receipt(entry, self._signer.sign(entry))

    def entries(self) -> Iterator[Receipt]:
        """Oldest first."""
        for item in self._table.query(_partition(self._tenant)):
            yield Receipt(item["entry"], item["signature"])


def audit_item(receipt: Receipt) -> Item:
    entry = receipt.entry
    at = datetime.fromisoformat(entry["at"])
    where = {"pk": _partition(entry["tenant"]), "sk": f"{stamp(at)}#{entry['id']}"}
    return {**where, **receipt.as_json(), "expires_at": epoch_s(at + KEPT)}


def _partition(tenant: str) -> str:
    return f"T#{tenant_name(tenant)}#AUDIT"
