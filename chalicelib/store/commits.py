"""The one write that makes a decision about a user real: the record and the log's entry, or neither."""

from __future__ import annotations

from datetime import datetime

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsUnavailableError, ConflictError
from chalicelib.model.change import Change, Draft, Leftover, Material
from chalicelib.model.deferred import Deferred
from chalicelib.model.user import StoredFace, UserStatus
from chalicelib.store.decisions import decision_writes, is_real
from chalicelib.store.due import due_clause
from chalicelib.store.items import Item, Table, stamp, update_expression
from chalicelib.store.records import (
    RECOVERY_DELAY,
    consent_item,
    deferred_item,
    face_item,
    fields_items,
    leftover_item,
    leftovers_of_item,
    new_user_item,
    next_due,
    user_item_key,
    user_of_item,
)


class Commits:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def save(self, change: Change, material: Material, draft: Draft) -> bool:
        """Make the change real; whether anything is left over. Faces beyond the policy's limit are, the oldest first.

        Raises ConflictError when the change is no longer under way, or was stopped.
        """
        item = new_user_item(change) if change.creates else self._table.get(self._key(change.user_key))
        if item is None:
            raise _lost()
        user, now = user_of_item(item), material.signed().decision.decided_at
        faces = user.faces if draft.face is None else (*user.faces, draft.face)
        retired = faces[: max(0, len(faces) - material.keep_faces)]
        left = (
            *leftovers_of_item(item),
            *(Leftover(face.image_key, face.face_id, face.collection) for face in retired),
        )
        values: Item = {
            "status": UserStatus.ACTIVE.value,
            "faces": [face_item(face) for face in faces[len(retired) :]],
            "properties": {**user.properties, **material.properties},
        }
        values |= fields_items(material.signed().decision, material.retention)
        if material.signed().decision.deferred:
            values |= {"status": UserStatus.PROVISIONAL.value, "deferred": deferred_item(_deferred(change, material))}
        if left:
            values["leftovers"] = [leftover_item(leftover) for leftover in left]
        if consent := material.signed().decision.consent:
            values["consent"] = consent_item(consent)
        due = due_clause(item["pk"], next_due(item | values, now))
        assignments = [f"#{name} = :{name}" for name in values]
        created = "#created_at = if_not_exists(#created_at, :now)"
        update = self._table.update_request(
            self._key(change.user_key),
            update_expression((*assignments, created, *due.sets), ("#change", *due.removes)),
            "#change.#id = :change AND attribute_not_exists(#change.#stopped)",
            now=stamp(now),
            change=change.change_id,
            **values,
            **due.values,
        )
        self._commit(update, change, material)
        return bool(left)

    def touch(self, change: Change, material: Material) -> None:
        """Note the authentication of a registered user, with its decision. Raises ConflictError if there is none."""
        update = self._table.update_request(
            self._key(change.user_key),
            "SET #last_authenticated_at = :now",
            "#status = :active OR #status = :provisional",
            now=stamp(material.signed().decision.decided_at),
            active=UserStatus.ACTIVE.value,
            provisional=UserStatus.PROVISIONAL.value,
        )
        self._commit(update, change, material)

    def replace_face(self, change: Change, old_face_id: str, new: StoredFace, now: datetime) -> None:
        """Make a change real that indexes one of the user's faces anew. No decision goes with it: nobody was verified.

        Raises ConflictError when the change is no longer under way, or recovery may be undoing it.
        """
        where = self._key(change.user_key)
        item = self._table.get(where) or {}
        faces = [face_item(new) if face["face_id"] == old_face_id else face for face in item.get("faces", ())]
        due = due_clause(where["pk"], next_due(item, now))
        try:
            self._table.update(
                where,
                update_expression(("#faces = :faces", *due.sets), ("#change", *due.removes)),
                "#change.#id = :change AND attribute_not_exists(#change.#stopped) AND #change.#started_at > :crashed",
                faces=faces,
                change=change.change_id,
                crashed=stamp(now - RECOVERY_DELAY),
                **due.values,
            )
        except AwsConditionFailedError as lost:
            item = self._table.get(where) or {}  # it may have been our own write, made again when its answer was lost
            if new.face_id not in {face["face_id"] for face in item.get("faces", ())}:
                raise _lost() from lost

    def _commit(self, update: Item, change: Change, material: Material) -> None:
        """One transaction. When no try got an answer, it may have been made all the same, and undoing it would take an
        active user's face away: so whether it was made is looked up.
        """
        signed = material.signed()
        try:
            self._table.transact({"Update": update}, *decision_writes(self._table, signed, change.change_id))
        except AwsConditionFailedError as lost:
            raise _lost() from lost
        except AwsUnavailableError:
            if not is_real(self._table, change):
                raise

    def _key(self, user_key: str) -> dict[str, str]:
        return user_item_key(self._tenant, user_key)


def _deferred(change: Change, material: Material) -> Deferred:
    decision = material.signed().decision
    return Deferred(
        verification_id=change.verification_id,
        flow=change.flow,
        steps=decision.deferred,
        since=decision.decided_at,
        image_keys=change.image_keys,
        properties=material.properties,
    )


def _lost() -> ConflictError:
    return ConflictError("user-busy", "The user was changed by another request meanwhile; nothing was kept. Try again.")
