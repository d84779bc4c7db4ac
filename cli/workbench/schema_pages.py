"""The policy language on a terminal: an overview, and a page for each check."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from chalicelib.model.plugins import Check, Choices, Number, Parameter, Plugins
from chalicelib.policy.pieces import Schema, described, meaning, number_range
from cli.workbench.output import plain_table


def overview(rules: Schema, plugins: Plugins) -> RenderableType:
    """`rules` is the schema of a policy file."""
    return Group(
        Text("keys", style="bold"),
        plain_table(("key", "values", "default", "meaning"), _keys(rules["properties"], "", rules)),
        Text("\nkeys of a flow", style="bold"),
        plain_table(("key", "values", "default", "meaning"), _keys(rules["$defs"]["flow"]["properties"], "", rules)),
        Text("\nchecks", style="bold"),
        plain_table(("check", "what it asks"), ((name, check.summary) for name, check in plugins.checks.items())),
        Text("\neffects", style="bold"),
        plain_table(("effect", "what it writes"), ((name, each.summary) for name, each in plugins.effects.items())),
        Text("\n`countersign policy schema CHECK` tells all about one check.", style="dim"),
    )


def check_page(check: Check, plugins: Plugins) -> RenderableType:
    calls = [call for need in check.needs if need in plugins.signals for call in plugins.signals[need].calls]
    parts: list[RenderableType] = [
        Text.assemble((check.name, "bold"), f"  {check.summary}"),
        Text(f"reads {check.reads}", style="dim"),
        Text(f"signals {', '.join(check.needs)}; calls {', '.join(calls) or 'nothing of AWS'}\n", style="dim"),
    ]
    if check.parameters:
        header = ("parameter", "values", "default", "meaning")
        parts += [plain_table(header, map(_parameter, check.parameters)), Text()]
    return Group(*parts, plain_table(("reason", "what the applicant can do"), check.reasons.items()))


def _keys(properties: Mapping[str, Schema], prefix: str, rules: Schema) -> Iterator[tuple[str, ...]]:
    for name, own in properties.items():
        resolved = {**(rules["$defs"][own["$ref"].rpartition("/")[2]] if "$ref" in own else {}), **own}
        if "properties" in resolved and not prefix and "propertyNames" not in resolved:
            yield from _keys(resolved["properties"], f"{name}.", rules)
        else:
            yield f"{prefix}{name}", _values(resolved), str(resolved.get("default", "")), _meaning(resolved)


def _meaning(rules: Schema) -> str:
    values = rules.get("additionalProperties")
    return str(described(rules) or (values.get("description", "") if isinstance(values, dict) else ""))


def _values(rules: Schema) -> str:
    if "enum" in rules:
        return " | ".join(rules["enum"])
    if rules.get("type") == "integer":
        return f"{rules['minimum']} to {rules['maximum']}"
    return {"object": "a mapping", "string": "text", "array": "a list", "boolean": "true | false"}.get(
        rules.get("type", ""), ""
    )


def _parameter(parameter: Parameter) -> tuple[str, ...]:
    kind = parameter.kind
    if isinstance(kind, Number):
        values = f"{number_range(kind)} {kind.unit}"
    elif isinstance(kind, Choices):
        values = f"list of {', '.join(kind.allowed) or 'texts'}"
    else:
        values = "true | false"
    return parameter.name, values, _default(parameter.default), meaning(kind)


def _default(value: object) -> str:
    if value is dataclasses.MISSING:
        return "must be given"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
