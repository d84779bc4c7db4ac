"""What a user's record lets go of when its retention ends. Until then, and from then on, reading it says so too."""

from __future__ import annotations

from datetime import datetime

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.change import Leftover
from chalicelib.model.user import StoredFace, UserStatus
from chalicelib.store.due import due_clause
from chalicelib.store.items import Item, Table, update_expression
from chalicelib.store.records import (
    face_item,
    leftover_item,
    leftovers_of_item,
    next_due,
    user_item_key,
    user_of_item,
)


class Expiry:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def expire(self, user_key: str, now: datetime) -> bool:
        """Take expired faces and fields off the record; whether there were any. Faces become leftovers, to be deleted.

        A user without a face is EXPIRED, and of what was told of the person only the id stays. A record that a change
        is going through is left alone: it becomes due again. So is one that is being erased: whoever is EXPIRED may
        register, and the erasure would take that too.
        """
        item = self._table.get(user_item_key(self._tenant, user_key))
        if item is None or "change" in item or item["status"] == UserStatus.ERASING:
            return False
        user, left = user_of_item(item), user_of_item(item).at(now)
        expired = tuple(face for face in user.faces if face not in left.faces)
        fields_are_over = bool(user.fields) and not left.fields
        if not expired and not fields_are_over:
            return False
        values: Item = {"faces": [face_item(face) for face in left.faces]}
        if expired:
            leftovers = (*leftovers_of_item(item), *map(_leftover, expired))
            values["leftovers"] = [leftover_item(leftover) for leftover in leftovers]
        if expired and not left.faces:
            values["status"] = UserStatus.EXPIRED.value
        gone = ("fields", "fields_end_at") if fields_are_over else ()
        if "status" in values:  # nobody can judge its deferred steps any more
            gone = (*gone, *(name for name in ("properties", "consent", "deferred") if name in item))
        return self._write(item, values, gone, now)

    def _write(self, item: Item, values: Item, gone: tuple[str, ...], now: datetime) -> bool:
        after = {name: value for name, value in (item | values).items() if name not in gone}
        due = due_clause(item["pk"], next_due(after, now))
        sets = [f"#{name} = :{name}" for name in values]
        try:
            self._table.update(
                {"pk": item["pk"], "sk": item["sk"]},
                update_expression((*sets, *due.sets), (*(f"#{name}" for name in gone), *due.removes)),
                "#faces = :seen AND #status = :status_seen AND attribute_not_exists(#change)",
                seen=item.get("faces", []),
                status_seen=item["status"],
                **values,
                **due.values,
            )
        except AwsConditionFailedError:  # changed meanwhile, and due again
            return False
        return True


def _leftover(face: StoredFace) -> Leftover:
    return Leftover(face.image_key, face.face_id, face.collection)
