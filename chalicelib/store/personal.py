"""What the table holds of a user beside the record: attempts, liveness sessions, results of imports, reviews, and the
personal part of decisions.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.errors import AwsConditionFailedError
from chalicelib.store.decisions import person_partition
from chalicelib.store.items import Table
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.records import user_item_key

Where = dict[str, str]

# What an erasure's receipt calls them -> how their `sk` begins, below the user's key and below its pseudonym.
BY_USER_KEY = {"attempts": "ATTEMPTS#", "liveness_sessions": "LIVENESS#", "imports": "IMPORT#", "reviews": "HELD#"}
BY_PSEUDONYM = {"decisions": "PERSON#", "document_fields": "FIELDS#"}
KINDS = (*BY_USER_KEY, *BY_PSEUDONYM)


class PersonalItems:
    def __init__(self, table: Table, tenant: str, pseudonyms: Pseudonyms) -> None:
        self._table = table
        self._tenant = tenant
        self._pseudonyms = pseudonyms

    def find(self, user_key: str, kind: str) -> list[Where]:
        """The keys of all items of a kind, one that only tells where the item is among them."""
        if kind in BY_USER_KEY:
            pk, prefix = user_item_key(self._tenant, user_key)["pk"], BY_USER_KEY[kind]
        else:
            pk = person_partition(self._tenant, self._pseudonyms.of(self._tenant, user_key))
            prefix = BY_PSEUDONYM[kind]
        found = list(self._table.query_below(pk, prefix))
        elsewhere = [item["elsewhere"] for item in found if "elsewhere" in item]
        return [*elsewhere, *({"pk": pk, "sk": item["sk"]} for item in found)]  # what tells where goes last

    def delete(self, wheres: Sequence[Where]) -> None:
        """Idempotent. In this order: what tells where others are stays until those are gone."""
        for where in wheres:
            self._delete(where)

    def _delete(self, where: Where) -> None:
        try:
            self._table.delete(where, "attribute_exists(pk)")
        except AwsConditionFailedError:
            return
