"""A tenant's blocked faces. An item is written before the face is indexed and removed after it is deleted, so a face
that is in a collection always has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, NotFoundError
from chalicelib.model.block import ABANDONED_AFTER, Block, BlockSource
from chalicelib.store.due import due_attributes
from chalicelib.store.items import Item, Table, stamp, tenant_name, update_expression

_PREFIX = "BLOCK#"
_THERE = "attribute_exists(pk)"


class Blocklist:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def add(self, block: Block) -> None:
        """Note a block whose face is still to be indexed; it does not count yet."""
        item = {
            **self._key(block.block_id),
            "block_id": block.block_id,
            "reason": block.reason,
            "source": block.source.value,
            "collection": block.collection,
            "created_at": stamp(block.created_at),
            "ends_at": stamp(block.ends_at),
            **self._due(block.block_id, block.created_at + ABANDONED_AFTER),
        }
        self._table.put_new(item)

    def activate(self, block: Block, face_id: str) -> None:
        """From now on the block counts. Raises NotFoundError when it was removed meanwhile."""
        due = self._due(block.block_id, block.ends_at)
        expression = update_expression(f"#{name} = :{name}" for name in ("face_id", *due))
        try:
            self._table.update(self._key(block.block_id), expression, _THERE, face_id=face_id, **due)
        except AwsConditionFailedError:
            raise _unknown() from None

    def end(self, block_id: str, now: datetime) -> Block:
        """From now on the block does not count; its face is due to be deleted. Raises NotFoundError."""
        values = {"ends_at": stamp(now), **self._due(block_id, now + ABANDONED_AFTER)}
        expression = update_expression(f"#{name} = :{name}" for name in values)
        try:
            item = self._table.update(self._key(block_id), expression, _THERE, **values)
        except AwsConditionFailedError:
            raise _unknown() from None
        return _block(item)

    def remove(self, block_id: str) -> None:
        """Forget a block whose face is gone. Idempotent."""
        try:
            self._table.delete(self._key(block_id), _THERE)
        except AwsConditionFailedError:
            return

    def list(self) -> tuple[Block, ...]:
        """All that are kept, also those that have ended and wait to be swept; oldest first."""
        blocks = map(_block, self._table.query(self._key("")["pk"]))
        return tuple(sorted(blocks, key=lambda block: block.created_at))

    def get(self, block_id: str) -> Block | None:
        item = self._table.get(self._key(block_id))
        return _block(item) if item else None

    def faces_in_force(self, block_ids: Iterable[str], now: datetime) -> dict[str, str]:
        """The face id of each of these blocks that has one and has not ended."""
        blocks = map(_block, self._table.get_many([self._key(block_id) for block_id in dict.fromkeys(block_ids)]))
        return {block.block_id: block.face_id for block in blocks if block.face_id and block.in_force(now)}

    def _due(self, block_id: str, at: datetime) -> dict[str, str]:
        return due_attributes(self._key(block_id)["sk"], at)

    def _key(self, block_id: str) -> dict[str, str]:
        return {"pk": f"T#{tenant_name(self._tenant)}#BLOCKLIST", "sk": f"{_PREFIX}{block_id}"}


def _block(item: Item) -> Block:
    return Block(
        block_id=item["block_id"],
        reason=item["reason"],
        source=BlockSource(item["source"]),
        collection=item["collection"],
        created_at=datetime.fromisoformat(item["created_at"]),
        ends_at=datetime.fromisoformat(item["ends_at"]),
        face_id=item.get("face_id"),
    )


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such block.")
