"""The JSON Schema of a flow: its steps, its effects, and what it changes of inherited ones."""

from __future__ import annotations

import dataclasses

from chalicelib.model.plugins import Check, Plugins
from chalicelib.policy.pieces import Schema, choice, mapping, parameters, refused

CHANGES = ("adjust", "disable", "on_fail", "on_inconclusive", "defer", "insert")

_DEFER: Schema = {
    "type": "boolean",
    "default": False,
    "description": "judged after the answer, on the stored pictures; if it fails, the registration is rolled back",
}


def flow_definitions(plugins: Plugins) -> Schema:
    """Under `$defs`; they refer to step_id, on_fail and on_inconclusive there."""
    return {
        "flow": _flow(plugins),
        "step": _step(plugins, {}),
        "inserted_step": _step(plugins, _anchors()),
        "branch": _branch(plugins),
        "with_by_check": {"allOf": [_with_of(check) for check in plugins.checks.values()]},
        **{f"with_{check.name}": parameters(check) for check in plugins.checks.values()},
    }


def _flow(plugins: Plugins) -> Schema:
    step_ids = {"type": "array", "items": {"$ref": "#/$defs/step_id"}, "minItems": 1, "uniqueItems": True}
    by_step = {"propertyNames": {"$ref": "#/$defs/step_id"}, "type": "object"}
    effect = choice("effect", plugins.effects, "a write")
    effect["enumDescriptions"] = [effect.summary for effect in plugins.effects.values()]
    properties = {
        "steps": {
            "type": "array",
            "items": {"$ref": "#/$defs/step"},
            "minItems": 1,
            "description": "checks in order; the first that fails gives the reason",
        },
        "effects": {
            "type": "array",
            "items": effect,
            "uniqueItems": True,
            "description": "what is written after an approval, in order",
        },
        "adjust": {
            **by_step,
            "properties": {name: {"$ref": f"#/$defs/with_{name}"} for name in plugins.checks},
            "additionalProperties": {"type": "object"},
            "description": "inherited steps' parameters, by step id",
            "$comment": "{pose: {max_yaw_deg: 20}}",
        },
        "disable": {**step_ids, "description": "inherited steps that do not run, by step id"},
        "on_fail": {
            **by_step,
            "additionalProperties": {"$ref": "#/$defs/on_fail"},
            "description": "what a failure means, of inherited steps by step id",
            "$comment": "{duplicate_face: review}",
        },
        "on_inconclusive": {
            **by_step,
            "additionalProperties": {"$ref": "#/$defs/on_inconclusive"},
            "description": "what it means when the check cannot tell, of inherited steps by step id",
            "$comment": "{mrz_consistent: review}",
        },
        "defer": {
            **by_step,
            "additionalProperties": _DEFER,
            "description": "inherited steps, by step id: true or false",
            "$comment": "{minimum_age: true}",
        },
        "insert": {
            "type": "array",
            "items": {"$ref": "#/$defs/inserted_step"},
            "minItems": 1,
            "description": "steps put before or after inherited ones, each with all that a step can say",
        },
    }
    anew = refused("it changes inherited steps, but this flow gives its steps anew: change them there")
    return {
        **mapping(properties, description="one way to verify somebody"),
        "if": {"required": ["steps"]},
        "then": {"properties": dict.fromkeys(CHANGES, anew)},
    }


def _step(plugins: Plugins, anchors: Schema) -> Schema:
    properties = {
        **anchors,
        **_branch_properties(plugins),
        "any_of": {
            "type": "array",
            "items": {"$ref": "#/$defs/branch"},
            "minItems": 1,
            "description": "alternatives in order; the first that passes is enough",
        },
        "on_fail": {"$ref": "#/$defs/on_fail"},
        "on_inconclusive": {"$ref": "#/$defs/on_inconclusive"},
        "defer": _DEFER,
    }
    inside = refused("the checks of an any_of are its items")
    shape = {
        "if": {"required": ["any_of"]},
        "then": {"properties": {"check": inside, "with": inside}},
        "else": {"required": ["check"], "$comment": "`check` or `any_of`"},
    }
    return {**mapping(properties), "allOf": [shape, {"$ref": "#/$defs/with_by_check"}, *_one_anchor(anchors)]}


def _anchors() -> Schema:
    anchor = {"$ref": "#/$defs/step_id"}
    return {
        "after": {**anchor, "description": "the inherited step behind which this one comes"},
        "before": {**anchor, "description": "the inherited step in front of which this one comes"},
    }


def _one_anchor(anchors: Schema) -> list[Schema]:
    if not anchors:
        return []
    one = {"properties": {"before": refused("the step has `after` already")}}
    neither = {"required": ["before"], "$comment": "`after` or `before` an inherited step"}
    return [{"if": {"required": ["after"]}, "then": one, "else": neither}]


def _branch(plugins: Plugins) -> Schema:
    its_own = refused("it belongs to the any_of, not to one of its alternatives")
    properties = {**_branch_properties(plugins), "on_fail": its_own, "on_inconclusive": its_own, "defer": its_own}
    return {**mapping(properties, required=("check",)), "allOf": [{"$ref": "#/$defs/with_by_check"}]}


def _branch_properties(plugins: Plugins) -> Schema:
    check = choice("check", plugins.checks, "the check that runs")
    check["enumDescriptions"] = [check.summary for check in plugins.checks.values()]
    return {
        "check": check,
        "id": {"$ref": "#/$defs/step_id", "description": "the step's name in decisions (default: the check's name)"},
        "with": {"type": "object", "description": "the check's parameters"},
    }


def _with_of(check: Check) -> Schema:
    missing = [parameter.name for parameter in check.parameters if parameter.default is dataclasses.MISSING]
    values = {"$ref": f"#/$defs/with_{check.name}", **({"required": missing} if missing else {})}
    return {
        "if": {"properties": {"check": {"const": check.name}}, "required": ["check"]},
        "then": {"properties": {"with": values}, **({"required": ["with"]} if missing else {})},
    }
