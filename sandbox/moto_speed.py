"""What moto 5.2 does slowly with tables, done quickly. See `moto_repairs` for what it does wrongly."""

# mypy: disable-error-code="method-assign"

from __future__ import annotations

import copy
from collections import defaultdict
from contextvars import ContextVar
from functools import wraps
from typing import Any

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_PLAIN = {"S", "N", "BOOL", "NULL"}
_transaction: ContextVar[list[dict[str, Any]] | None] = ContextVar("transaction", default=None)


def apply() -> None:
    """Once per process."""
    _quick_transactions()
    _quick_attribute_values()


def _quick_transactions() -> None:
    """moto copies the whole table, in case the transaction fails: with some thousand items, each takes seconds. Only
    the partitions that the transaction touches can change."""
    transact_write_items = DynamoDBBackend.transact_write_items

    @wraps(transact_write_items)
    def repaired(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        token = _transaction.set(transact_items)
        try:
            transact_write_items(self, transact_items)
        finally:
            _transaction.reset(token)

    DynamoDBBackend.transact_write_items = repaired
    setattr(Table, "__deepcopy__", _copy_of_table)  # noqa: B010 - not a method that the class declares


def _copy_of_table(table: Table, memo: dict[int, Any]) -> Table:
    transaction = _transaction.get()
    copied = copy.copy(table)
    if transaction is None:
        vars(copied).update(copy.deepcopy(vars(table), memo))
        return copied
    copied.items = defaultdict(dict, table.items)
    for write in transaction:
        for place in write.values():
            hash_key = place.get("Item", place.get("Key", {})).get(table.hash_key_attr)
            if place.get("TableName") == table.name and hash_key and DynamoType(hash_key) in table.items:
                copied.items[DynamoType(hash_key)] = copy.deepcopy(table.items[DynamoType(hash_key)])
    return copied


def _quick_attribute_values() -> None:
    """moto looks for each of the ten members that an attribute's value could have, in several spellings: that is half
    of what a call of DynamoDB costs. A value that is text, a number or a truth is as it should be already."""
    serialize = BaseJSONSerializer._serialize_type_structure

    @wraps(serialize)
    def repaired(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= _PLAIN:
            self._default_serialize(serialized, value, shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = repaired
