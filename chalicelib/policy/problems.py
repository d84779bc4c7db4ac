"""Schema errors as problems with a place: what is wrong, what was expected, and the nearest valid name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from chalicelib.errors import PolicyProblem
from chalicelib.policy.schema import Schema
from chalicelib.policy.tree import Path, Tree, show_path

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def schema_problems(tree: Tree, schema: Schema) -> list[PolicyProblem]:
    """Everything in `tree` that the schema refuses, by place; and percentages on the wrong scale."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second, when a policy is read only

    problems: dict[tuple[Path, str], PolicyProblem] = {}
    for error in Draft202012Validator(schema).iter_errors(tree.value):
        for path, problem in _problems_of(error, tree):
            problems[path, problem.message] = problem
    for path, problem in _scale_problems(tree, schema):
        problems[path, problem.message] = problem
    return sorted(problems.values())


def problem_at(
    tree: Tree, path: Path, message: str, expected: str = "", did_you_mean: str = "", *, key: bool = False
) -> PolicyProblem:
    """A problem at the place of `path`, or of its key; else of the nearest thing around it."""
    places = {**tree.places, **tree.keys} if key else tree.places
    around = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in places), ())
    place = places.get(around, (tree.file, 1, 1))
    return PolicyProblem(*place, show_path(path), message, expected, did_you_mean)


def nearest(name: object, names: Mapping[str, Any] | list[str] | tuple[str, ...]) -> str:
    return next(iter(get_close_matches(str(name), [str(n) for n in names], 1, 0.6)), "")


def _problems_of(error: Any, tree: Tree) -> Iterator[tuple[Path, PolicyProblem]]:
    path: Path = tuple(error.absolute_path)
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties":
            known = error.schema.get("properties", {})
            for name in value:
                if name not in known:
                    expected = f"one of {', '.join(known)}" if known else "nothing here"
                    at = (*path, name)
                    yield (
                        at,
                        problem_at(
                            tree, at, f"there is no key {name!r} here", expected, nearest(name, known), key=True
                        ),
                    )
        case "required":
            for name in wanted:
                if name not in value:
                    yield (*path, name), problem_at(tree, path, f"{name!r} is missing")
        case "enum":
            options = [option for option in wanted if option is not None]
            expected = f"one of {', '.join(map(str, options))}"
            yield path, problem_at(tree, path, f"{value!r} is not known here", expected, nearest(value, options))
        case "type":
            yield (
                path,
                problem_at(tree, path, f"{_shown(value)} has the wrong type", _TYPES.get(str(wanted), str(wanted))),
            )
        case "minimum" | "maximum":
            low, high = error.schema.get("minimum"), error.schema.get("maximum")
            yield path, problem_at(tree, path, f"{value} is out of range", f"{low:g} to {high:g}")
        case "pattern":
            expected = "lower-case letters, digits and hyphens" if "-" in wanted else "lower-case letters, digits and _"
            yield path, problem_at(tree, path, f"{value!r} is not a valid name", expected)
        case "minItems":
            yield path, problem_at(tree, path, "the list is empty", "at least one entry")
        case _:
            yield path, problem_at(tree, path, error.message)


def _shown(value: Any) -> str:
    return "this mapping" if isinstance(value, dict) else "this list" if isinstance(value, list) else repr(value)


def _scale_problems(tree: Tree, schema: Schema) -> Iterator[tuple[Path, PolicyProblem]]:
    """A percentage at or below 1 is somebody's 0.80: refused, since AWS would take 0.80 as nearly nothing."""
    definitions = schema["$defs"]
    for path, parameters, check in _parameter_blocks(tree.value):
        properties = definitions.get(f"with_{check}", {}).get("properties", {})
        for name, value in parameters.items():
            at = (*path, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            if not math.isfinite(value):
                yield at, problem_at(tree, at, f"{value} is not a number")
            elif properties.get(name, {}).get("x-unit") == "percent" and value <= 1:
                meant = f"{value * 100:g}" if value > 0 else ""
                yield (
                    at,
                    problem_at(
                        tree, at, f"{value:g} is on the wrong scale", "a percentage on the 0-100 scale, above 1", meant
                    ),
                )


def _parameter_blocks(value: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    """Every `with` beside a `check`, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("check"), str) and isinstance(value.get("with"), dict):
            yield (*path, "with"), value["with"], value["check"]
        for key, inner in value.items():
            yield from _parameter_blocks(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _parameter_blocks(inner, (*path, index))
