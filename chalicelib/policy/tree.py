"""YAML text as plain values, each of which knows its file, line, column and path.

YAML 1.2's rules for plain scalars: `NO`, `on` and `yes` are text, and so are `12:30` and `2026-01-01`. Built on the
parser's events rather than on yaml.compose, which recurses as deep as the file nests: here depth is limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from chalicelib.errors import PolicyError, PolicyProblem

MAX_BYTES = 64 * 1024
MAX_VALUES = 5_000
MAX_DEPTH = 20

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. Lines and columns count from 1; `path` is like `flows.register.steps[2]`."""

    file: str
    line: int
    column: int
    path: str = ""

    def problem(self, message: str, expected: str = "", did_you_mean: str = "") -> PolicyProblem:
        return PolicyProblem(self.file, self.line, self.column, self.path, message, expected, did_you_mean)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place; `key` is the place of the key it is under (its own where it has none)."""

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    key: Place

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Tree:
    """A file that could be read. `problems` are those that did not keep it from being read: keys given twice."""

    root: Node
    problems: tuple[PolicyProblem, ...] = ()


def entries(node: Node | None) -> Mapping[str, Node]:
    """The entries of a mapping; none of anything else, whose wrong type the schema reports."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """The items of a sequence; none of anything else."""
    return node.value if node is not None and isinstance(node.value, list) else []


def text_of(node: Node | None) -> str | None:
    return node.value if node is not None and isinstance(node.value, str) else None


def read_tree(file: str, text: str) -> Tree:
    """Read the one document of a file.

    Raises:
        PolicyError: it is not YAML, is too large, or uses what policies do without (aliases, tags, documents).
    """
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise PolicyError((Place(file, 1, 1).problem("the file is not UTF-8 text"),)) from None
    if size_bytes > MAX_BYTES:
        problem = Place(file, 1, 1).problem(f"the file has {size_bytes:,} bytes", f"at most {MAX_BYTES:,}")
        raise PolicyError((problem,))
    reader = _Reader(file, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    try:
        root = reader.document()
    except yaml.YAMLError as error:
        raise PolicyError((*reader.problems, _syntax_problem(file, text, error))) from error
    return Tree(root, tuple(reader.problems))


def _syntax_problem(file: str, text: str, error: yaml.YAMLError) -> PolicyProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    if mark is None:  # a character that YAML does not allow: the reader tells only how far it came
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        return Place(file, line, 1).problem(f"not YAML: {what}")
    return Place(file, mark.line + 1, mark.column + 1).problem(f"not YAML: {what}")


class _Reader:
    """Turns a parser's events into nodes."""

    def __init__(self, file: str, events: Iterator[Any]) -> None:
        self._file = file
        self._events = events
        self._values = 0
        self.problems: list[PolicyProblem] = []

    def document(self) -> Node:
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise self._refusal(start, "", "the file is empty", "at least `policy:` and `flows:`")
        root = self._node(next(self._events), "", None, 0)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refusal(after, "", "a second document begins here", "one document in a file")
        return root

    def _node(self, event: Any, path: str, key: Place | None, depth: int) -> Node:
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._refusal(event, path, f"the file has more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise self._refusal(event, path, f"nested more than {MAX_DEPTH} deep")
        if isinstance(event, yaml.AliasEvent):
            raise self._refusal(event, path, "aliases (*name) are not supported", "the values themselves, or `extends`")
        if event.tag is not None:
            raise self._refusal(event, path, f"tags ({event.tag}) are not supported", "the plain value")
        place = self._place(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._mapping(path, depth), place, key or place)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._sequence(path, depth), place, key or place)
        return Node(_scalar(event.value, plain=event.implicit[0]), place, key or place)

    def _mapping(self, path: str, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path, None, depth + 1)
            name = key.value if isinstance(key.value, str) else None
            below = _joined(path, name) if name is not None else path
            place = self._place(event, below)
            node = self._node(next(self._events), below, place, depth + 1)
            if name is None:
                self.problems.append(place.problem("a key that is not text", "a name, in quotes if need be"))
            elif name in found:
                first = found[name].key.line
                self.problems.append(place.problem(f"the key {name!r} is given twice", f"only the one in line {first}"))
            else:
                found[name] = node
        return found

    def _sequence(self, path: str, depth: int) -> list[Node]:
        found: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, f"{path}[{len(found)}]", None, depth + 1))
        return found

    def _place(self, event: Any, path: str) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1, path)

    def _refusal(self, event: Any, path: str, message: str, expected: str = "") -> PolicyError:
        return PolicyError((*self.problems, self._place(event, path).problem(message, expected)))


def _joined(path: str, key: str) -> str:
    if not re.fullmatch(r"[\w-]+", key):
        return f"{path}[{key!r}]"
    return f"{path}.{key}" if path else key


# https://yaml.org/spec/1.2.2/#103-core-schema, without octal and hexadecimal numbers.
_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)


def _scalar(text: str, plain: bool) -> Scalar:
    if plain:
        for pattern, convert in _PLAIN:
            if pattern.fullmatch(text):
                return convert(text)
    return text
