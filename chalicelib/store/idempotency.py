"""Idempotency-Key, as Stripe's: https://docs.stripe.com/api/idempotent_requests

The first request with a key runs; the same request within a day gets the same answer. That is made anew from the log,
so that no copy of it has to be found when the user is erased. A request that got none, because it crashed or AWS was
unavailable, is run again as the same verification: what it had decided is found in the log, and what it had begun is
undone first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError, IdempotencyMismatchError
from chalicelib.store.items import Item, Table, epoch_s, key, stamp

_KEPT = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(seconds=60)  # an API function is stopped long before
_UNANSWERED = "#verification_id = :verification AND attribute_not_exists(#answered_at)"


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a key: the verification that it was answered with, or is to be run as.

    `again`: it ran before and got no answer, so its decision may be in the log.
    """

    verification_id: str
    answered: bool = False
    again: bool = False


class Idempotency:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def begin(self, idempotency_key: str, body_sha256: str, verification_id: str, now: datetime) -> Claim:
        """Unless it was answered, this request is the one to run; `finish`, `suspend` or `release` must follow.

        Raises:
            IdempotencyMismatchError: the key came before with another body.
            ConflictError: the request with this key still runs.
        """
        item = {
            **self._key(idempotency_key),
            "body_sha256": body_sha256,
            "verification_id": verification_id,
            "started_at": stamp(now),
            "expires_at": epoch_s(now + _KEPT),
        }
        try:
            self._table.put(item, "attribute_not_exists(pk) OR #expires_at <= :now", now=epoch_s(now))
        except AwsConditionFailedError:
            return self._claim(item, self._table.get(self._key(idempotency_key)), now)
        return Claim(verification_id)

    def _claim(self, mine: Item, item: Item | None, now: datetime) -> Claim:
        if item is None:
            raise _still_running()
        if item["body_sha256"] != mine["body_sha256"]:
            raise IdempotencyMismatchError("This Idempotency-Key came before with another request; use a new key.")
        if "answered_at" in item:
            return Claim(item["verification_id"], answered=True)
        if item["verification_id"] == mine["verification_id"]:  # our own write, sent again because its answer was lost
            return Claim(item["verification_id"])
        if item["started_at"] >= stamp(now - _ABANDONED_AFTER):
            raise _still_running()
        self._take_over(item, now)
        return Claim(item["verification_id"], again=True)

    def _take_over(self, item: Item, now: datetime) -> None:
        """Of several that want to run an abandoned request again, one may."""
        try:
            self._table.update(
                {"pk": item["pk"], "sk": item["sk"]},
                "SET #started_at = :now",
                "attribute_not_exists(#answered_at) AND (#started_at = :seen OR #started_at = :now)",
                now=stamp(now),
                seen=item["started_at"],
            )
        except AwsConditionFailedError:
            raise _still_running() from None

    def finish(self, idempotency_key: str, verification_id: str, now: datetime) -> None:
        """The request was answered with the verification's decision. One that was answered already stays so."""
        self._settle(idempotency_key, verification_id, "SET #answered_at = :now", now=stamp(now))

    def suspend(self, idempotency_key: str, verification_id: str) -> None:
        """The request got no answer, and it is not certain that it did nothing: it may be sent again at once."""
        self._settle(idempotency_key, verification_id, "SET #started_at = :never", never="")

    def release(self, idempotency_key: str, verification_id: str) -> None:
        """The request did nothing: its key is free for another one. One that was answered stays."""
        try:
            self._table.delete(self._key(idempotency_key), _UNANSWERED, verification=verification_id)
        except AwsConditionFailedError:
            return

    def _settle(self, idempotency_key: str, verification_id: str, expression: str, **values: object) -> None:
        where = self._key(idempotency_key)
        try:
            self._table.update(where, expression, _UNANSWERED, verification=verification_id, **values)
        except AwsConditionFailedError:
            return

    def _key(self, idempotency_key: str) -> dict[str, str]:
        return key(self._tenant, "I", sha256(idempotency_key.encode()).hexdigest(), "ANSWER")


def _still_running() -> ConflictError:
    text = "A request with this Idempotency-Key is still running; try again in a moment."
    return ConflictError("idempotency-key-in-use", text)
