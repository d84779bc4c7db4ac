"""What is wrong with a policy file's form, each mistake in words a person can act on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from chalicelib.errors import PolicyProblem
from chalicelib.policy.tree import Node, Place, entries, items

SHORT_LIST = 8  # longer lists of allowed names are only printed when no name is near

_BY_CHECK = "then_by_check"
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_YES_OR_NO = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


class Form:
    """A schema made ready to judge files by."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that only loading needs
        from jsonschema.validators import extend  # noqa: PLC0415

        checker = Draft202012Validator.TYPE_CHECKER.redefine("number", _finite)
        judge = extend(Draft202012Validator, {_BY_CHECK: _then_of_its_check}, type_checker=checker)  # type: ignore[no-untyped-call]
        self._definitions = schema["$defs"]
        self._validator = judge({**schema, "$defs": {**self._definitions, "with_by_check": _by_check(schema)}})

    def problems(self, tree: Node) -> list[PolicyProblem]:
        """All mistakes in a file's form, in the order in which they stand there."""
        return _problems(self._validator, tree)

    def parameter_problems(self, check: str, parameters: Node) -> list[PolicyProblem]:
        """Mistakes in parameters for a check, wherever they stand."""
        rules = {"$ref": f"#/$defs/with_{check}", "$defs": self._definitions}
        return _problems(self._validator.evolve(schema=rules), parameters)

    def knows(self, check: str) -> bool:
        return f"with_{check}" in self._definitions


def _by_check(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`with_by_check` as a table: asking every check in turn whether a step is its own took most of loading's time."""
    rules = schema["$defs"].get("with_by_check", {"allOf": []})["allOf"]  # the form of tests knows no checks
    return {_BY_CHECK: {rule["if"]["properties"]["check"]["const"]: rule["then"] for rule in rules}}


def _then_of_its_check(validator: Any, by_check: Mapping[str, Any], step: Any, _: object) -> Iterator[Any]:
    """The keyword of that table, as jsonschema calls it."""
    check = step.get("check") if isinstance(step, dict) else None
    if isinstance(check, str) and check in by_check:
        yield from validator.descend(step, by_check[check], schema_path=check)


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant, whatever its capitals; empty when none is near."""
    by_folded = {each.casefold(): each for each in names}
    near = get_close_matches(name[:100].casefold(), by_folded, 1)
    return by_folded[near[0]] if near else ""


def one_of(names: Iterable[str]) -> str:
    listed = list(names)
    return " or ".join(listed) if len(listed) < 3 else f"one of {', '.join(listed)}"


def _finite(_: object, value: object) -> bool:
    """NaN and infinity are numbers to Python, and NaN is beyond no limit."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True, slots=True)
class _Mistake:
    """One of jsonschema's errors: the schema's keyword that was violated, with its value and what stands beside it."""

    node: Node
    value: Any
    wanted: Any
    rules: Mapping[str, Any]
    of_key: bool  # then `value` is a key of the mapping `node`
    message: str


Words = Callable[[_Mistake], Iterator[PolicyProblem]]


def _problems(validator: Any, tree: Node) -> list[PolicyProblem]:
    found: set[PolicyProblem] = set()
    for error in validator.iter_errors(tree.plain()):
        mistake = _Mistake(
            _node_at(tree, error.absolute_path),
            error.instance,
            error.validator_value,
            error.schema,
            "propertyNames" in error.absolute_schema_path,
            error.message,
        )
        found.update(_WORDS.get(error.validator, _other)(mistake))
    return sorted(found)


def _node_at(tree: Node, path: Iterable[str | int]) -> Node:
    for part in path:
        tree = items(tree)[part] if isinstance(part, int) else entries(tree)[part]
    return tree


def _unknown_key(mistake: _Mistake) -> Iterator[PolicyProblem]:
    known = [name for name, rules in mistake.rules["properties"].items() if "doNotSuggest" not in rules]
    for key, node in entries(mistake.node).items():
        if key not in mistake.rules["properties"]:
            yield node.key.problem(f"unknown key {key!r}", *_choose(key, known))


def _choose(name: str, known: list[str]) -> tuple[str, str]:
    """What was expected and what was probably meant; a long list is only shown when nothing is near."""
    near = nearest(name, known)
    return (one_of(known) or "none") if len(known) <= SHORT_LIST or not near else "", near


def _missing_key(mistake: _Mistake) -> Iterator[PolicyProblem]:
    for key in mistake.wanted:
        if key not in entries(mistake.node):
            yield mistake.node.place.problem(f"the key {key!r} is missing", mistake.rules.get("$comment", ""))


def _wrong_type(mistake: _Mistake) -> Iterator[PolicyProblem]:
    wanted = [mistake.wanted] if isinstance(mistake.wanted, str) else mistake.wanted
    expected = one_of(_KINDS[each] for each in wanted)
    if like := mistake.rules.get("$comment"):
        expected += f", like {like}"
    yield mistake.node.place.problem(_shown(mistake.value), expected, _meant(mistake.value, wanted[0]))


def _shown(value: object) -> str:
    if value is None:
        return "nothing is given"
    if isinstance(value, dict | list):
        return "this is a mapping" if isinstance(value, dict) else "this is a list"
    if isinstance(value, bool):
        return f"{str(value).lower()} is a yes-or-no value"
    if isinstance(value, int | float):
        return f"{value:g} is a number" if math.isfinite(value) else f"{value} is not a finite number"
    return f"{value!r} is text"


def _meant(value: object, wanted: str) -> str:
    if wanted == "boolean":
        return _YES_OR_NO.get(str(value).lower(), "")
    if wanted in ("integer", "number") and isinstance(value, str):
        text = value.strip().removesuffix("%")
        return text if text.replace(".", "", 1).isdecimal() else ""
    return ""


def _unknown_name(mistake: _Mistake) -> Iterator[PolicyProblem]:
    names = mistake.wanted
    if isinstance(mistake.value, str):
        message = f"unknown {mistake.rules['title']} {mistake.value!r}"
        yield _place(mistake).problem(message, *_choose(mistake.value, names))
    else:
        yield mistake.node.place.problem(_shown(mistake.value), one_of(names))


def _out_of_range(mistake: _Mistake) -> Iterator[PolicyProblem]:
    value, high = mistake.value, mistake.rules["maximum"]
    if "exclusiveMinimum" in mistake.rules:
        scale = f"a percentage on the 0-100 scale, above 1 and at most {high:g}"
        meant = f"{value * 100:g}" if 0 < value <= 1 else ""
        yield mistake.node.place.problem(f"{value:g} is not on the 0-100 scale", scale, meant)
        return
    side = "large" if value > high else "small"
    expected = f"{mistake.rules['minimum']:g} to {high:g} {mistake.rules['unit']}"
    yield mistake.node.place.problem(f"{value:g} is too {side}", expected)


def _wrong_name(mistake: _Mistake) -> Iterator[PolicyProblem]:
    yield _place(mistake).problem(f"{mistake.value!r} is not a {mistake.rules['title']}", mistake.rules["description"])


def _place(mistake: _Mistake) -> Place:
    return entries(mistake.node)[mistake.value].key if mistake.of_key else mistake.node.place


def _empty(mistake: _Mistake) -> Iterator[PolicyProblem]:
    expected = "some text" if isinstance(mistake.value, str) else "at least one item"
    yield mistake.node.place.problem("this is empty", expected)


def _twice(mistake: _Mistake) -> Iterator[PolicyProblem]:
    for index, item in enumerate(mistake.value):
        if item in mistake.value[:index]:
            yield _node_at(mistake.node, [index]).place.problem(f"{item!r} is named twice", "each name once")


def _not_here(mistake: _Mistake) -> Iterator[PolicyProblem]:
    key = mistake.node.key
    yield key.problem(f"{key.path.rpartition('.')[2]!r} is not allowed here: {mistake.rules['description']}")


def _other(mistake: _Mistake) -> Iterator[PolicyProblem]:
    """A keyword of the schema that has no words above: jsonschema's own."""
    yield mistake.node.place.problem(mistake.message)


_WORDS: Mapping[str, Words] = {
    "additionalProperties": _unknown_key,
    "required": _missing_key,
    "type": _wrong_type,
    "enum": _unknown_name,
    "minimum": _out_of_range,
    "exclusiveMinimum": _out_of_range,
    "maximum": _out_of_range,
    "pattern": _wrong_name,
    "minItems": _empty,
    "minLength": _empty,
    "minProperties": _empty,
    "uniqueItems": _twice,
    "not": _not_here,
}
