"""What the table holds of a user beside the record: attempts, liveness sessions, results of imports, reviews, and the
personal part of decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.errors import AwsConditionFailedError
from chalicelib.store.decisions import person_partition
from chalicelib.store.imports import LASTS, forget_who, is_result
from chalicelib.store.items import Table, epoch_s, stamp
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.records import user_item_key

Where = dict[str, str]

_NOTED_FOR = LASTS  # no import that could bring the user back is worked off for longer

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
            if is_result(where):
                forget_who(self._table, where)
            else:
                self._delete(where)

    def note_erasure(self, user_key: str, now: datetime) -> None:
        """For imports under way, and for no longer than they last: below the user's pseudonym, as in the log."""
        expression, end = "SET #erased_at = :now, #expires_at = :end", epoch_s(now + _NOTED_FOR)
        self._table.update(self._note_key(user_key), expression, now=stamp(now), end=end)

    def is_erased_since(self, user_key: str, moment: datetime) -> bool:
        """Whether an erasure of this user was asked for then or later."""
        item = self._table.get(self._note_key(user_key))
        return item is not None and bool(stamp(moment) <= item["erased_at"])

    def _note_key(self, user_key: str) -> dict[str, str]:
        pk = person_partition(self._tenant, self._pseudonyms.of(self._tenant, user_key))
        return {"pk": pk, "sk": "ERASED"}

    def _delete(self, where: Where) -> None:
        try:
            self._table.delete(where, "attribute_exists(pk)")
        except AwsConditionFailedError:
            return
