"""Python values to DynamoDB items and back, in one place. Times are ISO 8601 texts, numbers Decimals on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.aws import Aws

Item = dict[str, Any]


def to_item(values: Mapping[str, Any]) -> Item:
    """None values are left out."""
    serialize = TypeSerializer().serialize
    return {key: serialize(_decimals(value)) for key, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> Item:
    deserialize = TypeDeserializer().deserialize
    return {key: _numbers(deserialize(value)) for key, value in item.items()}


def get_item(aws: Aws, table: str, pk: str, sk: str) -> Item | None:
    """A consistent read."""
    answer = aws(
        "dynamodb", "get_item", {"TableName": table, "Key": to_item({"pk": pk, "sk": sk}), "ConsistentRead": True}
    )
    return from_item(answer["Item"]) if "Item" in answer else None


def _decimals(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_float=Decimal)


def _numbers(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: _numbers(inner) for key, inner in value.items()}
    return [_numbers(inner) for inner in value] if isinstance(value, list) else value
