"""The resolved policy, after `extends`, each value with the file and line that it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.model.plugins import Plugins
from chalicelib.policy.load import Loaded
from chalicelib.policy.schema import schema
from chalicelib.policy.tree import Node, entries, text_of

Row = tuple[str, str]  # a line of YAML, and where it comes from

DEFAULT = "default"


def resolved_rows(loaded: Loaded, plugins: Plugins, flow: str | None = None) -> Iterator[Row]:
    """All of it, or one flow alone."""
    keys = entries(loaded.tree)
    if flow is None:
        for name, node in keys.items():
            if name != "flows":
                yield from _rows(name, node, 0, plugins)
                yield from _section_defaults(schema(plugins)["properties"].get(name, {}), entries(node))
        for name, rules in schema(plugins)["properties"].items():
            if name not in keys:
                yield from _defaults(name, rules)
    yield "flows:", ""
    for name, node in entries(keys["flows"]).items():
        if flow in (None, name):
            yield from _rows(name, node, 1, plugins)


def _rows(key: str, node: Node, depth: int, plugins: Plugins) -> Iterator[Row]:
    pad = "  " * depth
    if isinstance(node.value, dict):
        yield f"{pad}{key}:", ""
        for name, inner in node.value.items():
            yield from _rows(name, inner, depth + 1, plugins)
    elif isinstance(node.value, list) and any(isinstance(item.value, dict) for item in node.value):
        yield f"{pad}{key}:", ""
        for item in node.value:
            yield from _item(item, depth + 1, plugins)
    elif isinstance(node.value, list):
        yield f"{pad}{key}: [{', '.join(_shown(item.value) for item in node.value)}]", _place(node)
    else:
        yield f"{pad}{key}: {_shown(node.value)}", _place(node)


def _item(item: Node, depth: int, plugins: Plugins) -> Iterator[Row]:
    """An item of a list: a step, with the parameters that it leaves to their defaults, or anything else."""
    rows = [row for name, inner in entries(item).items() for row in _rows(name, inner, depth + 1, plugins)]
    check = plugins.checks.get(text_of(entries(item).get("check")) or "")
    given = entries(entries(item).get("with"))
    left = [each for each in check.parameters if each.name not in given] if check else []
    if left and not given:
        rows.append((f"{'  ' * (depth + 1)}with:", ""))
    defaults = [(f"{'  ' * (depth + 2)}{each.name}: {_shown(each.default)}", DEFAULT) for each in left]
    place = max((index for index, row in enumerate(rows) if row[0].strip() == "with:"), default=len(rows) - 1)
    place += len(given) + 1
    lines = [*rows[:place], *defaults, *rows[place:]]
    for index, (line, where) in enumerate(lines):
        pad = "  " * depth
        yield (f"{pad}- {line[len(pad) + 2 :]}" if index == 0 else line), where


def _section_defaults(rules: Mapping[str, Any], given: Mapping[str, Node]) -> Iterator[Row]:
    for name, inner in rules.get("properties", {}).items():
        if name not in given and "default" in inner:
            yield f"  {name}: {_shown(inner['default'])}", DEFAULT


def _defaults(name: str, rules: Mapping[str, Any]) -> Iterator[Row]:
    if "default" in rules:
        yield f"{name}: {_shown(rules['default'])}", DEFAULT
    elif any("default" in inner for inner in rules.get("properties", {}).values()):
        yield f"{name}:", ""
        yield from _section_defaults(rules, {})


def _place(node: Node) -> str:
    return f"{node.place.file}:{node.place.line}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_shown, value))}]"
    if value is dataclasses.MISSING:
        return "(none)"
    return f"{value:g}" if isinstance(value, float) else str(value)
