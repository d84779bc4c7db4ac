"""DynamoDB's attribute values as plain Python values, and back.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
boto3 has the same in `boto3.dynamodb.types`, which takes all of boto3 with it: a fifth of a second of every cold start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Attribute = dict[str, Any]


def pack(value: object) -> Attribute:
    """Raises TypeError for what is not text, a number, a yes-or-no, bytes, None, a mapping or a sequence."""
    packed: Attribute
    match value:
        case None:
            packed = {"NULL": True}
        case bool():
            packed = {"BOOL": value}
        case str():
            packed = {"S": str(value)}
        case int() | float() | Decimal():  # DynamoDB's numbers are finite
            packed = {"N": str(value)} if math.isfinite(value) else {"NULL": True}
        case bytes():
            packed = {"B": value}
        case Mapping():
            packed = {"M": {str(name): pack(inner) for name, inner in value.items()}}
        case list() | tuple():
            packed = {"L": [pack(inner) for inner in value]}
        case _:
            raise TypeError(f"{type(value).__name__} cannot be kept in DynamoDB")
    return packed


def unpack(attribute: Mapping[str, Any]) -> Any:
    """Whole numbers become int, others float."""
    ((kind, value),) = attribute.items()
    unpacked: Any = value  # S, B and BOOL
    match kind:
        case "NULL":
            unpacked = None
        case "N":
            unpacked = _number(value)
        case "M":
            unpacked = {name: unpack(inner) for name, inner in value.items()}
        case "L":
            unpacked = [unpack(inner) for inner in value]
    return unpacked


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)
