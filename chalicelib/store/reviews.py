"""A tenant's reviews, from the decision that opened each until it is settled, erased or over.

The item is written before the pictures and removed after them, so stored pictures always have one: a review is `making`
until its decision is logged, then `open`, then `over`. Decision and state change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from chalicelib.errors import AwsConditionFailedError, ConflictError
from chalicelib.model.review import Review
from chalicelib.store.due import due_attributes
from chalicelib.store.items import Item, Key, Table, key, stamp, tenant_name, update_expression
from chalicelib.store.records import RECOVERY_DELAY, consent_item, consent_of_item

_PREFIX = "REVIEW#"
_NEW = "attribute_not_exists(pk)"
_THERE = "attribute_exists(pk)"
_ABANDONED_AFTER = timedelta(seconds=60)  # an API function is stopped long before


class State(StrEnum):
    MAKING = "making"
    OPEN = "open"
    OVER = "over"  # its pictures, and then the item, are still to be deleted


@dataclass(frozen=True, slots=True)
class KeptReview:
    """A review with its state; `name` is what jobs call it."""

    name: str
    review: Review
    state: State


class Reviews:
    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def add(self, review: Review) -> None:
        """Note a review whose pictures are still to be stored. An erasure finds it by what is below the user's key."""
        where = review_key(self._tenant, review.opened_at, review.review_id)
        item = {
            **where,
            **_item_of(review),
            "state": State.MAKING.value,
            **due_attributes(where["pk"], review.opened_at + RECOVERY_DELAY),
        }
        found_by = {**self._found_by(review), "elsewhere": where}
        self._table.transact(*({"Put": self._table.put_request(one, _NEW)} for one in (item, found_by)))

    def page(self, after: tuple[datetime, str] | None, most: int, now: datetime) -> list[Review]:
        """Open reviews, oldest first: those behind the one that was opened then and has this id."""
        behind = review_key(self._tenant, *after)["sk"] if after else _PREFIX
        return list(islice(self._open_behind(behind, now), most))

    def _open_behind(self, sk: str, now: datetime) -> Iterator[Review]:
        for item in self._table.query_behind(_partition(self._tenant), sk):
            if _is_open(item, now):
                yield _review_of(item)

    def all(self) -> Iterator[KeptReview]:
        """Whatever their state, oldest first: for operators' commands."""
        for item in self._table.query_behind(_partition(self._tenant), _PREFIX):
            yield KeptReview(item["sk"].removeprefix(_PREFIX), _review_of(item), State(item["state"]))

    def get(self, opened_at: datetime, review_id: str, now: datetime) -> Review | None:
        """None when there is none that is open."""
        item = self._table.get(review_key(self._tenant, opened_at, review_id))
        return _review_of(item) if item and _is_open(item, now) else None

    def claim(self, review: Review, now: datetime) -> None:
        """One request at a time settles a review; `release` must follow. Raises ConflictError `review-busy`."""
        try:
            self._table.update(
                self._key(review),
                "SET #settling_since = :now",
                "#state = :open AND (attribute_not_exists(#settling_since) OR #settling_since < :abandoned"
                " OR #settling_since = :now)",
                open=State.OPEN.value,
                now=stamp(now),
                abandoned=stamp(now - _ABANDONED_AFTER),
            )
        except AwsConditionFailedError:
            raise ConflictError("review-busy", "Somebody is just settling this review; look again.") from None

    def release(self, review: Review, now: datetime) -> None:
        try:
            self._table.update(self._key(review), "REMOVE #settling_since", "#settling_since = :now", now=stamp(now))
        except AwsConditionFailedError:
            return

    def give_up(self, review: Review) -> bool:
        """A review that is still being made is over. False when it is open, or gone."""
        condition = "#state = :making OR #state = :over"
        return self._end(self._key(review), condition, making=State.MAKING.value) is not None

    def end(self, name: str, now: datetime) -> Review | None:
        """A review whose time has come, whose making crashed, or that was settled is over from now on. None when it is
        none of these, or gone. `name` is what follows the prefix of its `sk`.
        """
        return self._end(
            {"pk": _partition(self._tenant), "sk": f"{_PREFIX}{name}"},
            "#state = :over OR (#state = :open AND #ends_at <= :now) OR (#state = :making AND #created_at <= :crashed)",
            open=State.OPEN.value,
            making=State.MAKING.value,
            now=stamp(now),
            crashed=stamp(now - RECOVERY_DELAY),
        )

    def _end(self, where: Key, condition: str, **values: str) -> Review | None:
        try:
            item = self._table.update(where, "SET #state = :over", condition, over=State.OVER.value, **values)
        except AwsConditionFailedError:
            return None
        return _review_of(item)

    def remove(self, review: Review) -> None:
        """Forget a review whose pictures are gone. Idempotent; the item by which it is found goes last."""
        for where in (self._key(review), self._found_by(review)):
            try:
                self._table.delete(where, _THERE)
            except AwsConditionFailedError:
                continue

    def _key(self, review: Review) -> dict[str, str]:
        return review_key(self._tenant, review.opened_at, review.review_id)

    def _found_by(self, review: Review) -> dict[str, str]:
        """With the moment: a request that crashed and is tried again opens another review of the same id."""
        return key(self._tenant, "U", review.user_key, f"HELD#{stamp(review.opened_at)}#{review.review_id}")


def review_key(tenant: str, opened_at: datetime, review_id: str) -> dict[str, str]:
    return {"pk": _partition(tenant), "sk": f"{_PREFIX}{stamp(opened_at)}#{review_id}"}


def opening_write(table: Table, tenant: str, review: Review) -> Mapping[str, Item]:
    """The part of the transaction that logs a decision of `review`."""
    where = review_key(tenant, review.opened_at, review.review_id)
    return _update(table, where, State.MAKING, State.OPEN, review.ends_at)


def closing_write(table: Table, tenant: str, review: Review, now: datetime) -> Mapping[str, Item]:
    """The part of the transaction that logs the decision that settles a review; it loses when that is not open."""
    where = review_key(tenant, review.opened_at, review.review_id)
    return _update(table, where, State.OPEN, State.OVER, now)


def _update(table: Table, where: Key, before: State, after: State, due_at: datetime) -> Mapping[str, Item]:
    values: Item = {"state": after.value, **due_attributes(where["pk"], due_at)}
    update = table.update_request(
        where,
        update_expression(f"#{name} = :{name}" for name in values),
        "#state = :before",
        before=before.value,
        **values,
    )
    return {"Update": update}


def _partition(tenant: str) -> str:
    return f"T#{tenant_name(tenant)}#REVIEWS"


def _is_open(item: Item, now: datetime) -> bool:
    return bool(item["state"] == State.OPEN and stamp(now) < item["ends_at"])


def _item_of(review: Review) -> Item:
    return {
        "review_id": review.review_id,
        "flow": review.flow,
        "user_id": review.user_id,
        "user_key": review.user_key,
        "created_at": stamp(review.opened_at),
        "ends_at": stamp(review.ends_at),
        "image_keys": dict(review.image_keys),
        "face_ids": review.face_ids,
        "properties": dict(review.properties),
        **({"consent": consent_item(review.consent)} if review.consent else {}),
    }


def _review_of(item: Any) -> Review:
    return Review(
        review_id=item["review_id"],
        flow=item["flow"],
        user_id=item["user_id"],
        user_key=item["user_key"],
        opened_at=datetime.fromisoformat(item["created_at"]),
        ends_at=datetime.fromisoformat(item["ends_at"]),
        image_keys=item["image_keys"],
        face_ids=tuple(item["face_ids"]),
        properties=item["properties"],
        consent=consent_of_item(item.get("consent")),
    )
