"""The table as plain Python values: one place for keys, types, times and conditional writes."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsUnavailableError
from chalicelib.store.attributes import pack, unpack

Item = dict[str, Any]
Key = Mapping[str, str]

_BATCH_KEYS = 100  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_TRIES = 4
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def key(tenant: str, kind: str, name: str, sk: str) -> dict[str, str]:
    """An item's key below its tenant. `name` may come from outside: it is the last part, so it cannot leave it.

    Raises ValueError when the tenant's name could be mistaken for another's prefix.
    """
    return {"pk": f"T#{tenant_name(tenant)}#{kind}#{name}", "sk": sk}


def tenant_and_name(pk: str) -> tuple[str, str]:
    """The tenant and the name in an item's partition key that `key` made; no name in one that a tenant has once."""
    _, tenant, _, *name = pk.split("#", 3)
    return tenant, "".join(name)


def tenant_name(tenant: str) -> str:
    """The name itself if it is fit for keys, object prefixes and collection ids; else ValueError."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError(f"{tenant!r} is no tenant name: lower-case letters, digits and -, at most 63, no - in front")
    return tenant


def stamp(moment: datetime) -> str:
    """A moment as text whose alphabetical order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def epoch_s(moment: datetime) -> int:
    """What the TTL attribute holds."""
    return math.ceil(moment.timestamp())


class Table:
    """Reads are consistent. In expressions attributes are written `#name` and values `:name`.

    Writes whose condition loses raise AwsConditionFailedError.
    """

    def __init__(self, aws: Aws, name: str) -> None:
        self._aws = aws
        self._name = name

    def get(self, where: Key) -> Item | None:
        answer = self._call("get_item", {"TableName": self._name, "Key": _pack(where), "ConsistentRead": True})
        return _unpack(answer["Item"]) if "Item" in answer else None

    def get_many(self, wheres: Sequence[Key]) -> list[Item]:
        """The items that exist, in no order. Raises AwsUnavailableError when DynamoDB leaves some unread."""
        found: list[Item] = []
        for first in range(0, len(wheres), _BATCH_KEYS):
            found += self._get_batch([_pack(where) for where in wheres[first : first + _BATCH_KEYS]])
        return found

    def _get_batch(self, keys: list[Item]) -> Iterable[Item]:
        asked: Any = {self._name: {"Keys": keys, "ConsistentRead": True}}
        for attempt in range(_TRIES):
            answer = self._call("batch_get_item", {"RequestItems": asked})
            yield from (_unpack(item) for item in answer["Responses"].get(self._name, ()))
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return
            time.sleep(0.05 * 2**attempt)
        raise AwsUnavailableError("dynamodb:BatchGetItem", "UnprocessedKeys", "some users could not be read")

    def query(self, pk: str) -> Iterable[Item]:
        """All items of a partition, in the order of `sk`."""
        return self._query({"ConsistentRead": True}, "#pk = :pk", pk=pk)

    def query_below(self, pk: str, prefix: str) -> Iterable[Item]:
        """A partition's items whose `sk` begins so, in its order."""
        return self._query({"ConsistentRead": True}, "#pk = :pk AND begins_with(#sk, :prefix)", pk=pk, prefix=prefix)

    def query_behind(self, pk: str, sk: str) -> Iterator[Item]:
        """A partition's items behind `sk`, in its order, read page by page as they are taken."""
        return self._query({"ConsistentRead": True}, "#pk = :pk AND #sk > :sk", pk=pk, sk=sk)

    def query_index(self, index: str, condition: str, **values: object) -> Iterable[Item]:
        """What an index holds under a key condition, in its order. It follows the table a little later."""
        return self._query({"IndexName": index}, condition, **values)

    def _query(self, how: Item, condition: str, **values: object) -> Iterator[Item]:
        request = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            **how,
            **_names_and_values(condition, values),
        }
        while True:
            answer = self._call("query", request)
            yield from (_unpack(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(
        self, condition: str, projection: str, segment: int, segments: int, **values: object
    ) -> Iterator[tuple[int, list[Item]]]:
        """One of `segments` parts of the whole table: page by page, how many items were read and those that fit.

        Reads, and pays for, everything that is in it: for operators' commands. The only reads that are not consistent.
        """
        request = {
            "TableName": self._name,
            "FilterExpression": condition,
            "ProjectionExpression": projection,
            "Segment": segment,
            "TotalSegments": segments,
            **_names_and_values(f"{condition} {projection}", values),
        }
        while True:
            answer = self._call("scan", request)
            yield answer["ScannedCount"], [_unpack(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, item: Item, condition: str, **values: object) -> None:
        self._call("put_item", self.put_request(item, condition, **values))

    def put_new(self, item: Item) -> None:
        """Put an item whose key was made up at random. If it is there, it is this very write, sent again because its
        answer was lost, and what has become of the item since stays.
        """
        with suppress(AwsConditionFailedError):
            self.put(item, "attribute_not_exists(pk)")

    def update(self, where: Key, expression: str, condition: str = "", **values: object) -> Item:
        """The item as it is afterwards. Without a condition it is made if it is not there."""
        request = self.update_request(where, expression, condition, **values) | {"ReturnValues": "ALL_NEW"}
        return _unpack(self._call("update_item", request)["Attributes"])

    def delete(self, where: Key, condition: str, **values: object) -> None:
        self._call("delete_item", self.delete_request(where, condition, **values))

    def transact(self, *writes: Mapping[str, Item]) -> None:
        """All or none: each is `{"Put": put_request(...)}`, and so on with "Update" and "Delete".

        Its token makes a transaction that is sent again, because its answer was lost, succeed as the first one did:
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        """
        token = str(uuid4())
        self._call("transact_write_items", {"TransactItems": list(writes), "ClientRequestToken": token})

    def put_request(self, item: Item, condition: str, **values: object) -> Item:
        request = {"TableName": self._name, "Item": _pack(item), "ConditionExpression": condition}
        return request | _names_and_values(condition, values)

    def update_request(self, where: Key, expression: str, condition: str = "", **values: object) -> Item:
        request = {"TableName": self._name, "Key": _pack(where), "UpdateExpression": expression}
        if condition:
            request["ConditionExpression"] = condition
        return request | _names_and_values(f"{expression} {condition}", values)

    def delete_request(self, where: Key, condition: str = "", **values: object) -> Item:
        request = {"TableName": self._name, "Key": _pack(where)}
        if condition:
            request["ConditionExpression"] = condition
        return request | _names_and_values(condition, values)

    def _call(self, operation: str, parameters: Item) -> Item:
        return self._aws("dynamodb", operation, parameters)


def update_expression(sets: Iterable[str], removes: Iterable[str] = ()) -> str:
    """An UpdateExpression that assigns ("#name = :name") and removes ("#name")."""
    parts = (("SET", ", ".join(sets)), ("REMOVE", ", ".join(removes)))
    return " ".join(f"{verb} {what}" for verb, what in parts if what)


def _names_and_values(expression: str, values: Mapping[str, object]) -> Item:
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}
    packed = {f":{name}": pack(value) for name, value in values.items()}
    request: Item = {"ExpressionAttributeNames": names} if names else {}
    return request | ({"ExpressionAttributeValues": packed} if packed else {})


def _pack(item: Mapping[str, Any]) -> Item:
    return {name: pack(value) for name, value in item.items()}


def _unpack(item: Mapping[str, Any]) -> Item:
    return {name: unpack(value) for name, value in item.items()}
