"""The decision log: each decision once, signed, never changed, until its retention ends.

An entry names nobody. Whom it was about, and what a document said, are items of their own below the user's pseudonym;
so erasing a user never touches the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import AwsConditionFailedError, ConflictError, NotFoundError
from chalicelib.model.change import Change
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.log import LogEntry, Receipt, SignedDecision
from chalicelib.model.policy import Retention
from chalicelib.model.view import log_details, logged_view
from chalicelib.store.audit import audit_item
from chalicelib.store.items import Item, Table, epoch_s, key
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.reviews import closing_write, opening_write
from chalicelib.store.signing import Signer

KIND = "decision"
_NEW = "attribute_not_exists(pk)"
_MAX_ID_LENGTH = 64


class Decisions:
    def __init__(self, table: Table, tenant: str, signer: Signer, pseudonyms: Pseudonyms) -> None:
        self._table = table
        self._tenant = tenant
        self._signer = signer
        self._pseudonyms = pseudonyms

    def sign(self, decision: Decision, retention: Retention) -> SignedDecision:
        """Make the log's entry. Nothing is written: `append` does that, or the transaction that saves a user."""
        entry = LogEntry(
            kind=KIND,
            tenant=self._tenant,
            entry_id=decision.verification_id,
            at=decision.decided_at,
            subject=self._pseudonyms.of(self._tenant, decision.user_key),
            details=log_details(decision),
        ).as_json()
        return SignedDecision(decision, Receipt(entry, self._signer.sign(entry)), retention)

    def append(self, signed: SignedDecision) -> None:
        """Log a decision that changes no user. One that was logged before stays as it is.

        Raises ConflictError `review-stale` when the review that goes with it is not in the state for it.
        """
        try:
            self._table.transact(*decision_writes(self._table, signed))
        except AwsConditionFailedError as lost:
            # If it is there, an earlier try of this request logged it: one that had the same Idempotency-Key.
            if self._table.get(decision_key(self._tenant, signed.decision.verification_id)) is None:
                raise ConflictError("review-stale", "The review was settled or has ended meanwhile.") from lost

    def get(self, verification_id: str, now: datetime) -> dict[str, Any]:
        """The tenant's view of a decision, as JSON, with the reasons' codes; without what was erased or has expired.

        Raises NotFoundError: this tenant has no such decision.
        """
        entry = self.receipt(verification_id, now).entry
        wheres = [_person_key(self._tenant, entry["subject"], sk) for sk in _person_sks(verification_id)]
        person: Item = {}
        for item in self._table.get_many(wheres):
            if _in_force(item, now):
                person |= item
        view = logged_view(entry["details"], verification_id, person.get("user_id"), person.get("extracted", {}))
        return view | ({"settled_because": person["reason"]} if "reason" in person else {})

    def receipt(self, verification_id: str, now: datetime) -> Receipt:
        """The signed entry. Raises NotFoundError like `get`."""
        item = self._item(verification_id, now)
        return Receipt(item["entry"], item["signature"])

    def change_of(self, verification_id: str, now: datetime) -> str | None:
        """The change that became real with the decision, under which its pictures are. Raises NotFoundError."""
        change_id: str | None = self._item(verification_id, now).get("change_id")
        return change_id

    def _item(self, verification_id: str, now: datetime) -> Item:
        known = 0 < len(verification_id) <= _MAX_ID_LENGTH
        item = self._table.get(decision_key(self._tenant, verification_id)) if known else None
        if item is None or not _in_force(item, now):
            raise NotFoundError("There is no such verification.")
        return item


def logged_pages(
    table: Table, tenant: str | None, now: datetime, segment: int, segments: int
) -> Iterator[tuple[int, list[Receipt]]]:
    """One of `segments` parts of the log, of one tenant or of all: how many items were read, and the decisions among
    them that are still to be kept. For operators' commands: the whole table is read.
    """
    values: dict[str, object] = {"decision": "DECISION", "now": epoch_s(now)}
    condition = "sk = :decision AND expires_at > :now"
    if tenant is not None:
        values["prefix"] = decision_key(tenant, "")["pk"]
        condition += " AND begins_with(pk, :prefix)"
    for read, items in table.scan(condition, "#entry, #signature", segment, segments, **values):
        yield read, [Receipt(item["entry"], item["signature"]) for item in items]


def decision_key(tenant: str, verification_id: str) -> dict[str, str]:
    return key(tenant, "V", verification_id, "DECISION")


def is_real(table: Table, change: Change) -> bool:
    """Whether this very change was saved, with its decision."""
    entry = table.get(decision_key(change.tenant, change.verification_id))
    return entry is not None and entry.get("change_id") == change.change_id


def decision_writes(table: Table, signed: SignedDecision, change_id: str | None = None) -> Iterator[Mapping[str, Item]]:
    """The parts of the transaction that logs a decision; its condition loses when it is logged already.

    `change_id` is the change that becomes real with it: so it can be told later which attempt it was.
    """
    for item in _items(signed, change_id):
        yield {"Put": table.put_request(item, _NEW)}
    decision, review = signed.decision, signed.review
    if decision.follows and decision.verdict is Verdict.DENIED:  # what the document said goes with the picture of it
        fields = _person_key(decision.tenant, signed.receipt.entry["subject"], _person_sks(decision.follows)[1])
        yield {"Delete": table.delete_request(fields)}
    if signed.audited:
        yield {"Put": table.put_request(audit_item(signed.audited), _NEW)}
    if review and decision.verdict is Verdict.REVIEW:
        yield opening_write(table, decision.tenant, review)
    elif review:
        yield closing_write(table, decision.tenant, review, decision.decided_at)


def person_partition(tenant: str, subject: str) -> str:
    """Below it is whatever of a user's decisions is personal."""
    return _person_key(tenant, subject, "")["pk"]


def _items(signed: SignedDecision, change_id: str | None) -> Iterator[Item]:
    decision, receipt, retention = signed.decision, signed.receipt, signed.retention
    kept_until = epoch_s(decision.decided_at + timedelta(days=retention.decisions_days))
    person_sk, fields_sk = _person_sks(decision.verification_id)
    subject = receipt.entry["subject"]
    yield {
        **decision_key(decision.tenant, decision.verification_id),
        **receipt.as_json(),
        **({"change_id": change_id} if change_id else {}),
        "expires_at": kept_until,
    }
    yield {
        **_person_key(decision.tenant, subject, person_sk),
        "user_id": decision.user_id,
        **({"reason": decision.settlement.reason} if decision.settlement else {}),
        "expires_at": kept_until,
    }
    if decision.extracted:
        yield {
            **_person_key(decision.tenant, subject, fields_sk),
            "extracted": dict(decision.extracted),
            "expires_at": epoch_s(_fields_end_at(signed)),
        }


def _fields_end_at(signed: SignedDecision) -> datetime:
    """Those of a review that nobody settles end with it."""
    ends_at = signed.decision.decided_at + timedelta(days=signed.retention.fields_days)
    if signed.review is None or signed.decision.verdict is not Verdict.REVIEW:
        return ends_at
    return min(ends_at, signed.review.ends_at)


def _person_key(tenant: str, subject: str, sk: str) -> dict[str, str]:
    return key(tenant, "S", subject, sk)


def _person_sks(verification_id: str) -> tuple[str, str]:
    return f"PERSON#{verification_id}", f"FIELDS#{verification_id}"


def _in_force(item: Item, now: datetime) -> bool:
    """TTL deletes late."""
    expires_at: int = item["expires_at"]
    return now.timestamp() < expires_at
