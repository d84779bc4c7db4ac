"""Users' records: reading them, and ending them. What changes a record is in `chalicelib.store.changes`."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError
from chalicelib.model.user import User, UserStatus
from chalicelib.store.items import Item, Table
from chalicelib.store.records import user_item_key, user_of_item


class Users:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def get(self, user_key: str) -> User | None:
        """The record, whatever its status."""
        item = self._table.get(self._key(user_key))
        return user_of_item(item) if item else None

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]:
        """The records that exist, by user key."""
        items = self._table.get_many([self._key(user_key) for user_key in dict.fromkeys(user_keys)])
        return {item["user_key"]: user_of_item(item) for item in items}

    def revoke(self, user_key: str) -> None:
        """From now on no face of the user counts. Raises ConflictError `user-busy` while a change is under way."""
        condition = "attribute_exists(pk) AND attribute_not_exists(#change)"
        try:
            revoke = "SET #status = :revoked REMOVE #deferred"
            self._table.update(self._key(user_key), revoke, condition, revoked=UserStatus.REVOKED.value)
        except AwsConditionFailedError:
            raise ConflictError("user-busy", "Another request is changing this user; try again in a minute.") from None

    def closing(self, user_key: str) -> Item:
        """The update after which no face of the user counts, and nobody registers under its id, until `removal`.

        A user without a record gets one. Its condition loses while a change is under way.
        """
        return self._table.update_request(
            self._key(user_key),
            "SET #status = :erasing, #user_key = :user_key, #user_id = if_not_exists(#user_id, :nobody)",
            "attribute_not_exists(#change)",
            erasing=UserStatus.ERASING.value,
            user_key=user_key,
            nobody="",
        )

    def removal(self, user_key: str) -> Item:
        """The deletion of a closed record, which may be gone already."""
        condition = "attribute_not_exists(pk) OR #status = :erasing"
        return self._table.delete_request(self._key(user_key), condition, erasing=UserStatus.ERASING.value)

    def _key(self, user_key: str) -> dict[str, str]:
        return user_item_key(self._tenant, user_key)
