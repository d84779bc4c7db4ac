"""The pieces of which the schema is put together, and the schema of one check's parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.model.plugins import Check, Choices, Flag, Kind, Number, Parameter, Stricter

Schema = dict[str, Any]


def mapping(properties: Mapping[str, Any], description: str = "", required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


def choice(title: str, names: Iterable[str], description: str) -> Schema:
    return {"title": title, "description": description, "enum": [str(name) for name in names]}


def described(rules: Schema) -> str:
    """What a key means, and each of its values that explains itself."""
    values = zip(rules.get("enum", ()), rules.get("enumDescriptions", ()), strict=False)
    return "; ".join((rules.get("description", ""), *(f"{name}: {meant}" for name, meant in values)))


def text(title: str, pattern: str, description: str) -> Schema:
    return {"title": title, "type": "string", "pattern": pattern, "description": description}


def refused(why: str) -> Schema:
    """A key that may not stand here. `doNotSuggest` keeps editors from completing it."""
    return {"not": {}, "description": why, "doNotSuggest": True}


def parameters(check: Check) -> Schema:
    return mapping({each.name: parameter(each) for each in check.parameters}, check.summary)


def parameter(described: Parameter) -> Schema:
    value = list(described.default) if isinstance(described.default, tuple) else described.default
    default = {} if value is dataclasses.MISSING else {"default": value}
    kind = described.kind
    if isinstance(kind, Number):
        return {**number(kind, "integer" if described.type is int else "number"), **default}
    if isinstance(kind, Choices):
        item = choice("choice", kind.allowed, "") if kind.allowed else {"type": "string", "minLength": 1}
        return {
            "type": "array",
            "items": item,
            "minItems": 1,
            "uniqueItems": True,
            "description": meaning(kind),
            **default,
        }
    return {"type": "boolean", "description": meaning(kind), **default}


def number(kind: Number, type_name: str) -> Schema:
    """A percentage at or below 1 is a mistake of scale, so its range begins above 1."""
    wrong_scale = kind.unit == "percent" and kind.minimum <= 1
    return {
        "type": type_name,
        **({"exclusiveMinimum": 1} if wrong_scale else {"minimum": kind.minimum}),
        "maximum": kind.maximum,
        "unit": kind.unit,
        "description": f"{meaning(kind)} ({number_range(kind)} {kind.unit})",
    }


def meaning(kind: Kind) -> str:
    """What a parameter means, and which way it gets stricter."""
    return f"{kind.text}; {words}" if (words := _DIRECTIONS.get((type(kind), kind.stricter))) else kind.text


_DIRECTIONS: Mapping[tuple[type, Stricter | None], str] = {
    (Number, Stricter.MORE): "higher is stricter",
    (Number, Stricter.LESS): "lower is stricter",
    (Choices, Stricter.MORE): "a longer list is stricter",
    (Choices, Stricter.LESS): "a shorter list is stricter",
    (Flag, Stricter.MORE): "true is stricter",
    (Flag, Stricter.LESS): "false is stricter",
}


def number_range(kind: Number) -> str:
    """The allowed range in words: "0 to 180", "above 1, up to 100"."""
    if kind.unit == "percent" and kind.minimum <= 1:
        return f"above 1, up to {kind.maximum:g}"
    return f"{kind.minimum:g} to {kind.maximum:g}"
