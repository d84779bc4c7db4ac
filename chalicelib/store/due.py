"""What needs attention at a time: the sparse index `due` over the table.

Any item can carry `due_shard` and `due_at`: the earliest moment at which something has to be looked at. The shard
spreads the index over several partitions; it follows from the item's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.store.items import Item, Key, Table, stamp

INDEX = "due"
INDEX_SCHEMA = {"due_shard": "HASH", "due_at": "RANGE"}
SHARDS = tuple(str(number) for number in range(8))


def due_attributes(pk: str, at: datetime) -> dict[str, str]:
    """The attributes with which an item stands in the index; without them it does not."""
    shard = int.from_bytes(sha256(pk.encode()).digest()[:8]) % len(SHARDS)
    return {"due_shard": SHARDS[shard], "due_at": stamp(at)}


@dataclass(frozen=True, slots=True)
class DueClause:
    """Parts of an update's expression (see `update_expression`), with their values."""

    sets: tuple[str, ...]
    removes: tuple[str, ...]
    values: Mapping[str, str]


def due_clause(pk: str, at: datetime | None) -> DueClause:
    """Put an item in the index, or (None: nothing is due) take it out."""
    if at is None:
        return DueClause((), ("#due_shard", "#due_at"), {})
    return DueClause(("#due_shard = :due_shard", "#due_at = :due_at"), (), due_attributes(pk, at))


class Due:
    """The index as a whole, over all tenants: for the sweep and for operators."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._table = Table(aws, table)

    def until(self, shard: str, moment: datetime) -> Iterable[Item]:
        """One shard's items that are due by `moment`, with `pk`, `sk` and `due_at`; the earliest first."""
        condition = "#due_shard = :shard AND #due_at <= :moment"
        return self._table.query_index(INDEX, condition, shard=shard, moment=stamp(moment))

    def postpone(self, item: Item, until: datetime) -> None:
        """Look again at `until`, unless the item was changed meanwhile."""
        where: Key = {"pk": item["pk"], "sk": item["sk"]}
        try:
            self._table.update(
                where, "SET #due_at = :until", "#due_at = :seen", until=stamp(until), seen=item["due_at"]
            )
        except AwsConditionFailedError:
            return
