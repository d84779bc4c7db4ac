"""A YAML file as plain values that know where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from chalicelib.errors import PolicyError, PolicyProblem

MAX_CHARACTERS = 64 * 1024
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = {"true": True, "false": False}  # and not YAML 1.1's yes, no, on, off: Norway is NO

Path = tuple[str | int, ...]
Place = tuple[str, int, int]  # file, line, column, from 1


@dataclass(frozen=True, slots=True)
class Tree:
    """`value` is made of dicts, lists and plain values; `places` has the place of each path, `keys` of each key."""

    file: str
    value: Any
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)


def read_tree(file: str, text: str) -> Tree:
    """Parse one YAML document.

    Raises:
        PolicyError: not YAML, not one document, a key twice, an alias, or too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise PolicyError(
            (PolicyProblem(file, 1, 1, "", "the file is too long", f"at most {MAX_CHARACTERS:,} characters"),)
        )
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyError((_syntax_problem(file, error),)) from None
    tree = Tree(file, None)
    problems: list[PolicyProblem] = []
    value = _value(node, (), tree, problems.append, set()) if node else {}
    if problems:
        raise PolicyError(tuple(problems))
    return Tree(file, value, tree.places, tree.keys)


def _syntax_problem(file: str, error: Exception) -> PolicyProblem:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    text = getattr(error, "problem", None) or "it cannot be read"
    return PolicyProblem(file, line, column, "", f"this is not a YAML document: {text}")


def _value(node: Any, path: Path, tree: Tree, report: Callable[[PolicyProblem], None], seen: set[int]) -> Any:
    place = (tree.file, node.start_mark.line + 1, node.start_mark.column + 1)
    tree.places[path] = place
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if id(node) in seen:
        report(
            PolicyProblem(*place, show_path(path), "aliases of lists and mappings are not taken", "the value itself")
        )
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), tree, report, seen) for index, item in enumerate(node.value)]
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        key_place = (tree.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key in values:
            report(PolicyProblem(*key_place, show_path((*path, key)), "this key stands twice", "each key once"))
        tree.keys[(*path, key)] = key_place
        values[key] = _value(value_node, (*path, key), tree, report, seen)
    return values


def _scalar(node: yaml.ScalarNode) -> Any:
    """Numbers, true, false and null as in YAML 1.2's core; all else is text."""
    if node.style in ("'", '"', "|", ">"):
        return node.value
    text = node.value
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if text in ("", "~", "null"):
        return None
    if not any(letter.isdigit() for letter in text) or "_" in text:
        return text
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def show_path(path: Path) -> str:
    """`flows.register.steps[2].with`."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else str(part)
    return shown
