"""Users' records, and the change that is under way in one: the saga's journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsUnavailableError, ConflictError
from chalicelib.model.change import Change, Draft, Material
from chalicelib.model.facts import StoredFace, User, UserStatus
from chalicelib.store.decisions import decision_item
from chalicelib.store.items import from_item, get_item, to_item

_BATCH = 100  # BatchGetItem's limit


class Users:
    """One tenant's users."""

    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant

    def get(self, user_key: str) -> User | None:
        item = get_item(self._aws, self._table, self._pk(user_key), "USER")
        return _user(item) if item else None

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]:
        """By user key; who is not there is left out."""
        keys = [to_item({"pk": self._pk(key), "sk": "USER"}) for key in sorted(set(user_keys))]
        users: dict[str, User] = {}
        for start in range(0, len(keys), _BATCH):
            wanted = {self._table: {"Keys": keys[start : start + _BATCH], "ConsistentRead": True}}
            answer = self._aws("dynamodb", "batch_get_item", {"RequestItems": wanted})
            if answer.get("UnprocessedKeys"):
                raise AwsUnavailableError("dynamodb:batch_get_item", "UnprocessedKeys", "too much at once")
            found = map(_user, map(from_item, answer["Responses"].get(self._table, ())))
            users.update((user.user_key, user) for user in found)
        return users

    def begin(self, change: Change) -> None:
        """Write the pending record (a new user) or note the change in the record (a known one).

        Raises ConflictError `user-exists`, `user-unknown` or `user-busy`.
        """
        names, values = {"#status": "status", "#change": "change"}, {":change": _plan(change)}
        if change.creates:
            condition = "attribute_not_exists(pk) OR (#status = :revoked AND attribute_not_exists(#change))"
            update = (
                "SET #status = :pending, #change = :change, user_id = :user_id, user_key = :user_key, "
                "created_at = :now, faces = :none, properties = :nothing"
            )
            values |= {
                ":revoked": UserStatus.REVOKED.value,
                ":pending": UserStatus.PENDING.value,
                ":user_id": change.user_id,
                ":user_key": change.user_key,
                ":now": change.started_at.isoformat(),
                ":none": [],
                ":nothing": {},
            }
        else:
            condition = "#status = :active AND attribute_not_exists(#change)"
            update = "SET #change = :change"
            values |= {":active": UserStatus.ACTIVE.value}
        try:
            self._update(change.user_key, update, condition, names, values)
        except AwsConditionFailedError:
            raise self._conflict(change) from None

    def save(self, change: Change, material: Material, draft: Draft) -> Draft:
        """Make the change real, with the decision, in one transaction. The draft gets the faces that were retired."""
        user = self.get(change.user_key)
        if user is None:
            raise ConflictError("user-busy", "The user's record was removed meanwhile; try again.")
        faces = (*user.faces, draft.face) if draft.face else user.faces
        keep = max(1, material.keep_faces)
        kept, retired = faces[-keep:], faces[:-keep]
        update = "SET #status = :active, faces = :faces, properties = :properties REMOVE #change"
        values = {
            ":active": UserStatus.ACTIVE.value,
            ":faces": [_face_item(face) for face in kept],
            ":properties": {**user.properties, **material.properties},
            ":id": change.change_id,
        }
        names = {"#status": "status", "#change": "change", "#id": "id"}
        self._with_decision(change, material, update, "#change.#id = :id", names, values)
        return replace(draft, retired=tuple(retired))

    def touch(self, change: Change, material: Material) -> None:
        """Note the authentication of an active user, with the decision, in one transaction."""
        update = "SET last_authenticated_at = :now"
        values = {":now": material.decision.decided_at.isoformat(), ":active": UserStatus.ACTIVE.value}
        self._with_decision(change, material, update, "#status = :active", {"#status": "status"}, values)

    def abandon(self, change: Change) -> None:
        """Forget the change: a new user's pending record goes, a known user's keeps all but the change. Idempotent."""
        names = {"#change": "change", "#id": "id"}
        values: dict[str, Any] = {":id": change.change_id}
        try:
            if change.creates:
                key = to_item({"pk": self._pk(change.user_key), "sk": "USER"})
                parameters = {
                    "TableName": self._table,
                    "Key": key,
                    "ConditionExpression": "#change.#id = :id",
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": to_item(values),
                }
                self._aws("dynamodb", "delete_item", parameters)
            else:
                self._update(change.user_key, "REMOVE #change", "#change.#id = :id", names, values)
        except AwsConditionFailedError:
            return

    def _pk(self, user_key: str) -> str:
        return f"T#{self._tenant}#U#{user_key}"

    def _expression(
        self, user_key: str, update: str, condition: str, names: Mapping[str, str], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": to_item({"pk": self._pk(user_key), "sk": "USER"}),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": to_item(values),
        }

    def _update(
        self, user_key: str, update: str, condition: str, names: Mapping[str, str], values: Mapping[str, Any]
    ) -> None:
        self._aws("dynamodb", "update_item", self._expression(user_key, update, condition, names, values))

    def _with_decision(
        self,
        change: Change,
        material: Material,
        update: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
    ) -> None:
        user = self._expression(change.user_key, update, condition, names, values)
        item = decision_item(material.decision, material.decisions_days)
        put = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._aws("dynamodb", "transact_write_items", {"TransactItems": [{"Update": user}, {"Put": put}]})
        except AwsConditionFailedError:
            raise ConflictError("user-busy", "The user's record changed meanwhile; try again.") from None

    def _conflict(self, change: Change) -> ConflictError:
        user = self.get(change.user_key)
        if change.creates and user and user.status is UserStatus.ACTIVE:
            return ConflictError("user-exists", "There is already a user with this id; update that one instead.")
        if not change.creates and (user is None or user.status is not UserStatus.ACTIVE):
            return ConflictError("user-unknown", "There is no active user with this id.")
        return ConflictError("user-busy", "Another request is changing this user; try again in a minute.")


def _plan(change: Change) -> dict[str, Any]:
    return {
        "id": change.change_id,
        "flow": change.flow,
        "creates": change.creates,
        "effects": list(change.effects),
        "collection": change.collection,
        "image_keys": dict(change.image_keys),
        "started_at": change.started_at.astimezone(UTC).isoformat(),
    }


def _face_item(face: StoredFace) -> dict[str, str]:
    return {
        "face_id": face.face_id,
        "collection": face.collection,
        "image_key": face.image_key,
        "face_model_version": face.face_model_version,
        "indexed_at": face.indexed_at.isoformat(),
    }


def _user(item: Mapping[str, Any]) -> User:
    faces = tuple(
        StoredFace(**{**face, "indexed_at": datetime.fromisoformat(face["indexed_at"])})
        for face in item.get("faces", ())
    )
    return User(
        user_id=item["user_id"],
        user_key=item["user_key"],
        status=UserStatus(item["status"]),
        faces=faces,
        properties=item.get("properties", {}),
        created_at=_time(item.get("created_at")),
        last_authenticated_at=_time(item.get("last_authenticated_at")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
