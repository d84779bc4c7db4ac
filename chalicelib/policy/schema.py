"""The schema of policy files, assembled from the plugins (JSON Schema, draft 2020-12)."""

from __future__ import annotations

from typing import Any

from chalicelib.model.plugins import Check, Choices, Flag, Number, Parameter, Plugins

Schema = dict[str, Any]

NAME = "^[a-z][a-z0-9_]{0,63}$"
TENANT = "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
_ON_FAIL = {
    "enum": ["deny", "review", "warn"],
    "default": "deny",
    "description": "What a failure means: deny, hand over for review, or only note it.",
}
_ON_INCONCLUSIVE = {
    "enum": ["deny", "review"],
    "default": "deny",
    "description": "What it means when the check cannot tell. Never an approval.",
}


def schema(plugins: Plugins) -> Schema:
    """Of a whole policy file; with `$defs` of each check's parameters."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Countersign policy",
        **_object(
            {
                "policy": {
                    "type": "string",
                    "pattern": TENANT,
                    "description": "The tenant's id; also the file's name.",
                },
                "extends": {"type": "string", "pattern": TENANT, "description": "The policy that this one changes."},
                "description": {"type": "string"},
                "execution": {
                    "enum": ["fastest", "cheapest"],
                    "default": "fastest",
                    "description": "fastest: ask AWS side by side. cheapest: stop paying at the first denial.",
                },
                "limits": _object(
                    {
                        "max_failures": _count(1, 100, "Denials of one user in one flow before a lockout.", 5),
                        "window_minutes": _count(1, 1440, "Minutes within which they count.", 15),
                        "lockout_minutes": _count(1, 1440, "Minutes that a lockout lasts.", 30),
                    }
                ),
                "retention": _object(
                    {
                        "images_days": _count(1, 3650, "Days that pictures are kept.", 30),
                        "decisions_days": _count(1, 3650, "Days that decisions are kept.", 365),
                    }
                ),
                "faces": _object(
                    {
                        "max_per_user": _count(1, 20, "Faces that a user keeps; the oldest goes first.", 3),
                        "shards": _count(1, 64, "Collections over which the tenant's faces are spread.", 1),
                    }
                ),
                "consent": {
                    "enum": ["required", "optional"],
                    "default": "optional",
                    "description": "Whether a request without the applicant's consent is refused.",
                },
                "flows": {
                    "type": "object",
                    "propertyNames": {"pattern": NAME},
                    "additionalProperties": {"$ref": "#/$defs/flow"},
                },
            },
            required=["policy"],
        ),
        "$defs": {
            "flow": _flow(plugins),
            "step": _step(plugins, on_fail=True),
            "branch": _step(plugins, on_fail=False),
            "insertion": _step(plugins, on_fail=True, place=True),
            "item": {
                "if": {"type": "object", "required": ["any_of"]},
                "then": _any_of(),
                "else": {"$ref": "#/$defs/step"},
            },
            **{f"with_{check.name}": _parameters(check) for check in plugins.checks.values()},
        },
    }


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _count(minimum: int, maximum: int, text: str, default: int) -> Schema:
    return {"type": "integer", "minimum": minimum, "maximum": maximum, "description": text, "default": default}


def _flow(plugins: Plugins) -> Schema:
    by_step = {"type": "object", "propertyNames": {"pattern": NAME}}
    return _object(
        {
            "steps": {
                "type": "array",
                "items": {"$ref": "#/$defs/item"},
                "description": "In order; the first failing one gives the reason.",
            },
            "effects": {
                "type": "array",
                "items": {"enum": list(plugins.effects)},
                "description": "What an approval writes, in order.",
            },
            "adjust": {
                **by_step,
                "additionalProperties": {"type": "object"},
                "description": "Other parameters for inherited steps, by step id.",
            },
            "disable": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Inherited steps to leave out, by id.",
            },
            "on_fail": {
                **by_step,
                "additionalProperties": _ON_FAIL,
                "description": "on_fail of inherited steps, by id.",
            },
            "on_inconclusive": {**by_step, "additionalProperties": _ON_INCONCLUSIVE},
            "insert": {
                "type": "array",
                "items": {"$ref": "#/$defs/insertion"},
                "description": "Further steps, each `after` or `before` an inherited one.",
            },
        }
    )


def _step(plugins: Plugins, *, on_fail: bool, place: bool = False) -> Schema:
    properties: Schema = {
        "id": {"type": "string", "pattern": NAME, "description": "Defaults to the check's name."},
        "check": {"enum": list(plugins.checks)},
        "with": {"type": "object", "description": "The check's parameters."},
    }
    if on_fail:
        properties |= {"on_fail": _ON_FAIL, "on_inconclusive": _ON_INCONCLUSIVE}
    if place:
        properties |= {"after": {"type": "string"}, "before": {"type": "string"}}
    by_check = [
        {
            "if": {"required": ["check"], "properties": {"check": {"const": check.name}}},
            "then": {"properties": {"with": {"$ref": f"#/$defs/with_{check.name}"}}},
        }
        for check in plugins.checks.values()
    ]
    return {**_object(properties, ["check"]), "allOf": by_check}


def _any_of() -> Schema:
    branches = {"type": "array", "items": {"$ref": "#/$defs/branch"}, "minItems": 1}
    identity = {"type": "string", "pattern": NAME, "default": "any_of"}
    return _object(
        {"any_of": branches, "id": identity, "on_fail": _ON_FAIL, "on_inconclusive": _ON_INCONCLUSIVE}, ["any_of"]
    )


def _parameters(check: Check) -> Schema:
    return {**_object({p.name: _parameter(p) for p in check.parameters}), "description": check.summary}


def _parameter(parameter: Parameter) -> Schema:
    match parameter.kind:
        case Number(unit, minimum, maximum, text):
            kind = "integer" if parameter.type is int else "number"
            shown = f"{text} ({unit}, {minimum:g} to {maximum:g})"
            return {
                "type": kind,
                "minimum": minimum,
                "maximum": maximum,
                "description": shown,
                "default": parameter.default,
                "x-unit": unit,
            }
        case Choices(text, allowed):
            items: Schema = {"enum": list(allowed)} if allowed else {"type": "string", "minLength": 1}
            default = list(parameter.default) if isinstance(parameter.default, tuple) else []
            return {"type": "array", "items": items, "minItems": 1, "description": text, "default": default}
        case Flag(text):
            return {"type": "boolean", "description": text, "default": parameter.default}
