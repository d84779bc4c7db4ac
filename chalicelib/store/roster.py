"""All users of a tenant, for operators' commands: the table has no list of them, so all of it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.aws import Aws
from chalicelib.model.change import Change, Leftover
from chalicelib.model.user import User
from chalicelib.store.decisions import decision_key
from chalicelib.store.items import Item, Table, tenant_name
from chalicelib.store.records import change_of_item, leftovers_of_item, user_item_key, user_of_item

# What names a person beyond the user id stays where it is.
_WITHOUT_PROPERTIES = (
    "pk, #user_id, #user_key, #status, #faces, #change, #leftovers, #created_at,"
    " #deferred.#verification_id, #deferred.#flow, #deferred.#steps, #deferred.#since"
)


@dataclass(frozen=True, slots=True)
class Record:
    """A user, whatever the status, the change that it is going through, and what is still to be deleted of it."""

    user: User
    change: Change | None = None
    leftovers: tuple[Leftover, ...] = ()


class Roster:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def pages(self, segment: int, segments: int) -> Iterator[tuple[int, list[Item]]]:
        """One of `segments` parts: page by page, how many items were read, and the users' records among them."""
        return self._table.scan(
            "begins_with(pk, :users) AND sk = :user",
            _WITHOUT_PROPERTIES,
            segment,
            segments,
            users=f"T#{tenant_name(self._tenant)}#U#",
            user="USER",
        )

    def record(self, item: Item) -> Record:
        """The item of a page."""
        change = change_of_item(item["change"], item, self._tenant) if "change" in item else None
        return Record(user_of_item(item), change, leftovers_of_item(item))

    def get(self, user_key: str) -> Record | None:
        item = self._table.get(user_item_key(self._tenant, user_key))
        return self.record(item) if item else None

    def decided(self, verification_ids: Iterable[str]) -> set[str]:
        """Those of them whose decision is in the log."""
        keys = {decision_key(self._tenant, one)["pk"]: one for one in verification_ids}
        wheres = [decision_key(self._tenant, one) for one in keys.values()]
        return {keys[item["pk"]] for item in self._table.get_many(wheres)}
