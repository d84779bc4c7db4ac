"""moto's DynamoDB, done quickly, and idempotent where AWS's is.

moto looks at the whole table to answer about one item: with some thousand items, that takes seconds.
"""

# mypy: disable-error-code="method-assign, assignment, attr-defined, no-untyped-call"

from __future__ import annotations

import copy
import time
from collections import defaultdict
from contextvars import ContextVar
from functools import wraps
from typing import Any

from moto.core.parse import BaseJSONParser
from moto.core.responses import ActionResult
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_PLAIN = {"S", "N", "BOOL", "NULL"}
_SMALL_BYTES = 1024
_FEW = 200  # small values do not come near DynamoDB's 400 KB
_REMEMBERED_S = 600
_transaction: ContextVar[list[dict[str, Any]] | None] = ContextVar("transaction", default=None)


def apply() -> None:
    """Once per process."""
    _idempotent_transactions()
    _quick_transactions()
    _quick_queries()
    _quick_attribute_values()
    _quick_sizes()


def _idempotent_transactions() -> None:
    """moto makes a transaction again that comes again with its token. Other contents under a token are not refused.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    transact_write_items = DynamoHandler.transact_write_items
    made_s: dict[str, float] = {}  # by token, oldest first

    @wraps(transact_write_items)
    def repaired(self: DynamoHandler) -> ActionResult:
        token, now_s = self.body.get("ClientRequestToken", ""), time.monotonic()
        while made_s and now_s - next(iter(made_s.values())) > _REMEMBERED_S:
            del made_s[next(iter(made_s))]
        if token in made_s:
            return ActionResult({})
        answer: ActionResult = transact_write_items(self)
        if token:
            made_s[token] = now_s
        return answer

    DynamoHandler.transact_write_items = repaired


def _quick_transactions() -> None:
    """moto copies the whole table, in case the transaction fails: with some thousand items, each takes seconds. Only
    the items that the transaction touches can change."""
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
            if place.get("TableName") == table.name:
                _copy_item(table, copied, place.get("Item", place.get("Key", {})))
    return copied


def _copy_item(table: Table, copied: Table, key: dict[str, Any]) -> None:
    """The item, and the dictionary of the others that it is kept in."""
    if table.hash_key_attr not in key or (hash_key := DynamoType(key[table.hash_key_attr])) not in table.items:
        return
    partition = copied.items[hash_key] = copy.copy(copied.items[hash_key])
    if not table.range_key_attr:
        copied.items[hash_key] = copy.deepcopy(table.items[hash_key])
    elif table.range_key_attr in key and (range_key := DynamoType(key[table.range_key_attr])) in partition:
        partition[range_key] = copy.deepcopy(partition[range_key])


def _quick_queries() -> None:
    """moto sorts the whole table before it looks for the partition, of the table or of an index."""
    query = Table.query

    @wraps(query)
    def repaired(self: Table, *given: Any, **named: Any) -> Any:
        wanted = dict(named.get("hash_key_conditions") or ())
        return query(_narrowed(self, wanted) if wanted and self.range_key_attr else self, *given, **named)

    Table.query = repaired


def _narrowed(table: Table, wanted: dict[str, DynamoType]) -> Table:
    """The table with nothing in it but the items that have these values."""
    hash_key = wanted.get(table.hash_key_attr)
    partitions = table.items if hash_key is None else {hash_key: table.items.get(hash_key, {})}
    narrowed = copy.copy(table)
    narrowed.items = defaultdict(dict)
    for key, items in list(partitions.items()):
        kept = {
            range_key: item
            for range_key, item in list(items.items())
            if all(name in item.attrs and item.attrs[name] == value for name, value in wanted.items())
        }
        if kept:
            narrowed.items[key] = kept
    return narrowed


def _quick_attribute_values() -> None:
    """moto looks for each of the ten members that an attribute's value could have, in several spellings: that is half
    of what a call of DynamoDB costs. A value that is text, a number or a truth is as it should be already."""
    parse, serialize = BaseJSONParser._parse_structure, BaseJSONSerializer._serialize_type_structure

    @wraps(parse)
    def parsed(self: BaseJSONParser, shape: Any, value: Any) -> Any:
        return value if _is_plain(shape, value) else parse(self, shape, value)

    @wraps(serialize)
    def serialized(self: BaseJSONSerializer, into: Any, value: Any, shape: Any, key: str) -> None:
        if _is_plain(shape, value):
            self._default_serialize(into, value, shape, key)
        else:
            serialize(self, into, value, shape, key)

    BaseJSONParser._parse_structure = parsed
    BaseJSONSerializer._serialize_type_structure = serialized


def _is_plain(shape: Any, value: Any) -> bool:
    return shape.name == "AttributeValue" and isinstance(value, dict) and len(value) == 1 and value.keys() <= _PLAIN


def _quick_sizes() -> None:
    """moto measures the whole item at each attribute that it adds to it, and copies each map that it measures."""
    add, size = LimitedSizeDict.__setitem__, DynamoType.size

    @wraps(size)
    def measured(self: DynamoType) -> int:
        if not self.is_map():
            return int(size(self))
        return sum(len(name.encode()) + value.size() for name, value in self.value.items())

    @wraps(add)
    def repaired(self: LimitedSizeDict, key: str, value: Any) -> None:
        if len(self) < _FEW and isinstance(value, DynamoType) and value.size() < _SMALL_BYTES:
            dict.__setitem__(self, key, value)
        else:
            add(self, key, value)

    DynamoType.size = measured
    setattr(LimitedSizeDict, "__setitem__", repaired)  # noqa: B010 - mypy knows it as a dict's
