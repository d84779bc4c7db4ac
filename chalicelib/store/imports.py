"""Imports of many people: how far each is, and what became of everybody.

A person's result and the count of it are one write, so that a message that comes twice counts once. The counts are
spread over several items, since hundreds of people a second would be too many for one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.submission import user_key
from chalicelib.store.items import Item, Key, Table, epoch_s, key, stamp, update_expression

_COUNTERS = 16
LASTS = timedelta(days=30)  # an import, and everybody's result: they name users
ERASED = "erased"
_NEW = "attribute_not_exists(pk)"
_PERSON = "PERSON#"


@dataclass(frozen=True, slots=True)
class Import:
    """What is imported: `manifest_key` lists the people, one JSON object a line; `per_s` of them begin each second.

    Whoever was erased after `started_at` is passed over.
    """

    import_id: str
    manifest_key: str
    people: int
    per_s: float
    consent: str | None
    started_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now - self.started_at > LASTS


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one person. `outcome` is a decision, `refused` when there could be none, or `erased`: then nothing
    was done, or all of it is gone, and who it is will not be kept. `why` are codes.
    """

    user_id: str
    outcome: str
    why: tuple[str, ...]
    verification_id: str


class Imports:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def create(self, what: Import) -> bool:
        """False when it was created before."""
        item: Item = {
            **self._key(what.import_id, "IMPORT"),
            "manifest_key": what.manifest_key,
            "people": what.people,
            "per_s": what.per_s,
            "consent": what.consent,
            "created_at": stamp(what.started_at),
        }
        try:
            self._table.put(item, _NEW)
        except AwsConditionFailedError:
            return False
        return True

    def get(self, import_id: str) -> Import | None:
        item = self._table.get(self._key(import_id, "IMPORT"))
        if item is None:
            return None
        return Import(
            import_id=import_id,
            manifest_key=item["manifest_key"],
            people=item["people"],
            per_s=float(item["per_s"]),
            consent=item["consent"],
            started_at=datetime.fromisoformat(item["created_at"]),
        )

    def is_settled(self, import_id: str, user_id: str) -> bool:
        return self._table.get(self._person_key(import_id, user_id)) is not None

    def settle(self, import_id: str, result: Result, now: datetime) -> None:
        """Keep a person's result and count it, once. An erasure finds it by what is noted below the user's key."""
        where, kept_until = self._person_key(import_id, result.user_id), epoch_s(now + LASTS)
        is_erased = result.outcome == ERASED
        found_by = {
            **key(self._tenant, "U", user_key(self._tenant, result.user_id), f"IMPORT#{import_id}"),
            "elsewhere": where,
            "expires_at": kept_until,
        }
        item: Item = {
            **where,
            "user_id": "" if is_erased else result.user_id,
            "outcome": result.outcome,
            "why": result.why,
            "verification_id": result.verification_id,
            "settled_at": stamp(now),
            "expires_at": kept_until,
        }
        counted = self._table.update_request(
            self._counter_key(import_id, _digest(result.user_id)), f"ADD #{result.outcome} :one", one=1
        )
        try:
            kept = (item,) if is_erased else (item, found_by)
            puts = ({"Put": self._table.put_request(one, _NEW)} for one in kept)
            self._table.transact(*puts, {"Update": counted})
        except AwsConditionFailedError:
            return

    def progress(self, import_id: str) -> Counter[str]:
        """How many people had which outcome."""
        keys = [self._key(import_id, f"COUNTER#{number:02}") for number in range(_COUNTERS)]
        counts: Counter[str] = Counter()
        for item in self._table.get_many(keys):
            counts.update({name: int(value) for name, value in item.items() if name not in ("pk", "sk")})
        return counts

    def results(self, import_id: str) -> Iterator[Result]:
        """Everybody's, in no order that means anything."""
        for item in self._table.query(self._key(import_id, "")["pk"]):
            if item["sk"].startswith(_PERSON):
                yield Result(item["user_id"], item["outcome"], tuple(item["why"]), item["verification_id"])

    def _key(self, import_id: str, sk: str) -> dict[str, str]:
        return key(self._tenant, "M", import_id, sk)

    def _person_key(self, import_id: str, user_id: str) -> dict[str, str]:
        return self._key(import_id, f"{_PERSON}{_digest(user_id)}")

    def _counter_key(self, import_id: str, digest: str) -> dict[str, str]:
        return self._key(import_id, f"COUNTER#{int(digest[:8], 16) % _COUNTERS:02}")


def is_result(where: Key) -> bool:
    return "#M#" in where["pk"] and where["sk"].startswith(_PERSON)


def forget_who(table: Table, where: Key) -> None:
    """Of an erased person's result only that there was one stays: it was counted, and must not be again. Idempotent."""
    forgotten = {"user_id": "", "outcome": ERASED, "why": (), "verification_id": ""}
    expression = update_expression(f"#{name} = :{name}" for name in forgotten)
    try:
        table.update(where, expression, "attribute_exists(pk)", **forgotten)
    except AwsConditionFailedError:
        return


def _digest(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()
