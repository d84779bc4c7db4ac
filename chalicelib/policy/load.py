"""Load a tenant's policy: read, check, inherit, freeze. All problems of all its files are told at once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from chalicelib.errors import PolicyError, PolicyProblem
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import (
    AnyOf,
    Consequence,
    Disclosure,
    Execution,
    FaceStorage,
    Flow,
    Limits,
    Policy,
    Retention,
    Step,
    WhileDeferred,
)
from chalicelib.policy.inherit import inherit, step_id
from chalicelib.policy.problems import Form
from chalicelib.policy.prove import assertion_problems
from chalicelib.policy.rules import rule_problems
from chalicelib.policy.schema import schema
from chalicelib.policy.tree import Node, Place, entries, items, read_tree, text_of

MAX_FILES = 5  # that extend each other
_KEPT_FILES = 32  # judged ones; those that others extend are asked for the most and so stay

Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy, and the values it was made of: after `extends`, each with the place where it was written."""

    policy: Policy
    tree: Node


def load_policy(tenant: str, read: Read, plugins: Plugins) -> Policy:
    """As `Loader.load`, for one policy."""
    return load_with_places(tenant, read, plugins).policy


def load_with_places(tenant: str, read: Read, plugins: Plugins) -> Loaded:
    """As `load_policy`, for tools that show where a value comes from."""
    return Loader(plugins).load(tenant, read)


@dataclass(frozen=True, slots=True)
class _File:
    """One file's text, read and judged by its form; without a root when it is not YAML."""

    root: Node | None
    problems: tuple[PolicyProblem, ...]


class Loader:
    """Loads policies that share their plugins. Thread-safe. A file that many extend is read and judged once."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._file = lru_cache(_KEPT_FILES)(self._judge)

    def prepare(self) -> None:
        """Make the form that files are judged by, which the first one would otherwise wait for."""
        _ = self._form

    def load(self, tenant: str, read: Read) -> Loaded:
        """The policy of a tenant. `read(name)` gives the text of `<name>.yaml`, or None when there is none.

        Raises:
            PolicyError: with every problem of the file and of those it extends, by place.
        """
        found = _Found()
        chain, whole = self._chain(tenant, read, found)
        resolved: Node | None = None
        if whole:  # else each inherited step would be told of as missing
            for root in reversed(chain):
                resolved, problems = inherit(resolved, root, self._form)
                found.add(problems)
        if resolved is not None:
            found.add(rule_problems(resolved, self._plugins))
        if resolved is None or found.problems:
            raise PolicyError(tuple(sorted(found.problems)))
        policy = _policy(tenant, resolved, self._plugins)
        if broken := tuple(assertion_problems(resolved, policy)):
            raise PolicyError(broken)
        return Loaded(policy, resolved)

    @cached_property
    def _form(self) -> Form:
        return Form(schema(self._plugins))

    def _judge(self, name: str, text: str) -> _File:
        try:
            tree = read_tree(f"{name}.yaml", text)
        except PolicyError as error:
            return _File(None, error.problems)
        found = _Found()
        for problems in (tree.problems, self._form.problems(tree.root), _name_problems(tree.root)):
            found.add(problems)
        return _File(tree.root, tuple(found.problems))

    def _chain(self, tenant: str, read: Read, found: _Found) -> tuple[list[Node], bool]:
        """The file and those that it extends, its own first; and whether none of them is missing."""
        chain: list[Node] = []
        names: list[str] = []
        name, place = tenant, Place(f"{tenant}.yaml", 1, 1)
        while (text := read(name)) is not None:
            file = self._file(name, text)
            found.add(file.problems)
            if file.root is None:
                return chain, False
            chain.append(file.root)
            names.append(name)
            extends = entries(file.root).get("extends")
            parent = text_of(extends)
            if extends is None or parent is None:
                return chain, extends is None
            if parent in names:
                found.add([extends.place.problem(f"{' -> '.join([*names, parent])} goes in a circle")])
                return chain, False
            if len(names) == MAX_FILES:
                found.add([extends.place.problem("too many files extend each other", f"at most {MAX_FILES}")])
                return chain, False
            name, place = parent, extends.place
        found.add([place.problem(f"there is no policy file {name}.yaml")])
        return chain, False


class _Found:
    """The problems so far. Later stages are silent about a place where an earlier one found something."""

    def __init__(self) -> None:
        self.problems: list[PolicyProblem] = []

    def add(self, problems: Iterable[PolicyProblem]) -> None:
        known = {(problem.file, problem.line, problem.column) for problem in self.problems}
        self.problems += [each for each in problems if (each.file, each.line, each.column) not in known]


def _name_problems(root: Node) -> list[PolicyProblem]:
    """A copied file that keeps another tenant's name is probably not yet what it is meant to be."""
    given, file = entries(root).get("policy"), root.place.file
    if given is None or text_of(given) in (file.removesuffix(".yaml"), None):
        return []
    return [given.place.problem(f"the file is {file} but its policy {given.value!r}", file.removesuffix(".yaml"))]


def _policy(tenant: str, resolved: Node, plugins: Plugins) -> Policy:
    values = {name: node.plain() for name, node in entries(resolved).items() if name != "flows"}
    policy = Policy(
        tenant=tenant,
        digest="",
        execution=Execution(values.get("execution", Execution.FASTEST)),
        limits=Limits(**_whole(values.get("limits", {}))),
        retention=Retention(**_whole(values.get("retention", {}))),
        faces=FaceStorage(**_whole(values.get("faces", {}))),
        shadow=values.get("shadow"),
        consent_required=values.get("consent") == "required",
        flows={name: _flow(name, flow, plugins) for name, flow in entries(entries(resolved)["flows"]).items()},
        disclose=Disclosure(values.get("disclose", Disclosure.FULL)),
        while_deferred=WhileDeferred(values.get("while_deferred", WhileDeferred.REFUSE)),
    )
    return dataclasses.replace(policy, digest=_digest(policy))


def _whole(values: dict[str, Any]) -> dict[str, int]:
    """JSON Schema takes 5.0 for a whole number; it is the same policy as with 5."""
    return {name: int(value) for name, value in values.items()}


def _flow(name: str, flow: Node, plugins: Plugins) -> Flow:
    parts = entries(flow)
    return Flow(name, tuple(_step(step, plugins) for step in items(parts["steps"])), tuple(parts["effects"].plain()))


def _step(step: Node, plugins: Plugins) -> Step | AnyOf:
    keys, name = entries(step), step_id(step) or ""
    consequences: dict[str, Any] = {
        key: Consequence(keys[key].plain()) for key in ("on_fail", "on_inconclusive") if key in keys
    }
    if "defer" in keys:
        consequences["defer"] = keys["defer"].plain()
    if "any_of" in keys:
        return AnyOf(name, tuple(_check(each, plugins) for each in items(keys["any_of"])), **consequences)
    check = _check(step, plugins)
    return dataclasses.replace(check, **consequences) if consequences else check


def _check(step: Node, plugins: Plugins) -> Step:
    check = plugins.checks[text_of(entries(step)["check"]) or ""]
    given = entries(entries(step).get("with"))
    convert: dict[Any, Callable[[Any], object]] = {int: int, float: float, bool: bool}
    values = {
        parameter.name: convert.get(parameter.type, tuple)(given[parameter.name].plain())
        for parameter in check.parameters
        if parameter.name in given
    }
    try:
        return Step(step_id(step) or "", check.name, check.make_parameters(**values))
    except ValueError as error:  # a check may be stricter than what its annotations can say
        raise PolicyError((step.place.problem(f"{check.name}: {error}"),)) from error


def _digest(policy: Policy) -> str:
    """SHA-256 of the resolved content: comments, key order and the way it was inherited do not change it."""
    canonical = json.dumps(policy, sort_keys=True, separators=(",", ":"), default=_members)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _members(value: Any) -> dict[str, Any]:
    """One level of `dataclasses.asdict`, which copies all that is below."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
