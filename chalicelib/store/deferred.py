"""The second decision about a registration whose deferred steps were open: it is completed, or rolled back."""

from __future__ import annotations

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.change import Leftover
from chalicelib.model.decision import Verdict
from chalicelib.model.deferred import Deferred
from chalicelib.model.log import SignedDecision
from chalicelib.model.user import User, UserStatus
from chalicelib.store.decisions import decision_writes
from chalicelib.store.due import due_clause
from chalicelib.store.items import Item, Table, update_expression
from chalicelib.store.records import fields_items, leftover_item, next_due, user_item_key, user_of_item


class DeferredSteps:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def close(self, user_key: str, signed: SignedDecision) -> bool:
        """Make the decision real in one transaction: the user is active; or revoked, with all faces and pictures
        left to be deleted.

        False when the steps are not open any more: they were decided before, or the user is gone.
        """
        where = user_item_key(self._tenant, user_key)
        item = self._table.get(where) or {}
        user = user_of_item(item) if item else None
        if user is None or user.deferred is None:
            return False
        approved, now = signed.decision.verdict is Verdict.APPROVED, signed.decision.decided_at
        values = _completed(signed) if approved else _rolled_back(user, user.deferred)
        gone = ("deferred",) if approved else ("deferred", "fields", "fields_end_at")
        kept = {name: value for name, value in item.items() if name not in gone}
        due = due_clause(where["pk"], next_due(kept | values, now))
        sets, removes = (f"#{name} = :{name}" for name in values), (f"#{name}" for name in gone)
        update = self._table.update_request(
            where,
            update_expression((*sets, *due.sets), (*removes, *due.removes)),
            "#status = :provisional AND #deferred.#verification_id = :first",
            provisional=UserStatus.PROVISIONAL.value,
            first=user.deferred.verification_id,
            **values,
            **due.values,
        )
        try:
            self._table.transact({"Update": update}, *decision_writes(self._table, signed))
        except AwsConditionFailedError:
            return False
        return True


def _completed(signed: SignedDecision) -> Item:
    values: Item = {"status": UserStatus.ACTIVE.value}
    return values | fields_items(signed.decision, signed.retention)


def _rolled_back(user: User, deferred: Deferred) -> Item:
    pictures = {key: Leftover(key) for key in deferred.image_keys.values()}
    faces = {face.image_key: Leftover(face.image_key, face.face_id, face.collection) for face in user.faces}
    left = [leftover_item(leftover) for leftover in (pictures | faces).values()]
    return {"status": UserStatus.REVOKED.value, "faces": [], "properties": {}, "leftovers": left}
