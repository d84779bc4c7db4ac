"""`extends`: a policy's flows laid over those that it inherits. Every part keeps the place where it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import PolicyProblem
from chalicelib.policy.problems import nearest, problem_at
from chalicelib.policy.tree import Path, Tree

_MERGED = ("limits", "retention", "faces")
_CHANGES = ("adjust", "disable", "on_fail", "on_inconclusive", "insert")


@dataclass(slots=True)
class Item:
    """A step (or any_of) as written, and where. `given` are its parameters, adjusted by heirs."""

    tree: Tree
    path: Path
    value: dict[str, Any]
    overrides: dict[str, Any] = field(default_factory=dict)
    consequences: dict[str, str] = field(default_factory=dict)
    override_places: dict[str, tuple[Tree, Path]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.value.get("id") or self.value.get("check") or "any_of")


@dataclass(slots=True)
class RawFlow:
    tree: Tree
    path: Path
    items: list[Item] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Raw:
    """A policy after `extends`, before it is frozen."""

    settings: dict[str, Any] = field(default_factory=dict)
    flows: dict[str, RawFlow] = field(default_factory=dict)


def merge(chain: list[Tree], problems: list[PolicyProblem]) -> Raw:
    """Lay the files over each other, the first inherited one first."""
    raw = Raw()
    for tree in chain:
        for key, value in tree.value.items():
            if key in _MERGED:
                raw.settings[key] = {**raw.settings.get(key, {}), **value}
            elif key not in ("flows", "extends", "description", "policy"):
                raw.settings[key] = value
        for name, flow in tree.value.get("flows", {}).items():
            _lay_over(raw, name, flow, tree, problems)
    return raw


def _lay_over(raw: Raw, name: str, flow: dict[str, Any], tree: Tree, problems: list[PolicyProblem]) -> None:
    path: Path = ("flows", name)
    inherited = raw.flows.get(name)
    changes = [key for key in _CHANGES if key in flow]
    if changes and "steps" in flow:
        text = f"steps are given anew, so {changes[0]} has nothing to change"
        problems.append(problem_at(tree, (*path, changes[0]), text, "either steps or changes", key=True))
        return
    if changes and inherited is None:
        text = f"there is no inherited flow {name!r} to change"
        problems.append(problem_at(tree, path, text, "steps", nearest(name, raw.flows), key=True))
        return
    result = RawFlow(
        tree, path, list(inherited.items) if inherited else [], list(inherited.effects) if inherited else []
    )
    if "steps" in flow:
        result.items = [Item(tree, (*path, "steps", index), value) for index, value in enumerate(flow["steps"])]
    if "effects" in flow:
        result.effects = list(flow["effects"])
    _change(result, flow, tree, problems)
    raw.flows[name] = result


def _change(result: RawFlow, flow: dict[str, Any], tree: Tree, problems: list[PolicyProblem]) -> None:
    def find(step_id: str, path: Path) -> Item | None:
        """The step, or the branch of an any_of, with this id."""
        for item in result.items:
            if item.id == step_id:
                return item
        known = [item.id for item in result.items]
        problems.append(
            problem_at(
                tree,
                path,
                f"there is no step {step_id!r} to change",
                f"one of {', '.join(known)}",
                nearest(step_id, known),
                key=True,
            )
        )
        return None

    for step_id, parameters in flow.get("adjust", {}).items():
        path = (*result.path, "adjust", step_id)
        if item := find(step_id, path):
            places = {key: (tree, (*path, key)) for key in parameters}
            _replace(
                result,
                item,
                overrides={**item.overrides, **parameters},
                override_places={**item.override_places, **places},
            )
    for key in ("on_fail", "on_inconclusive"):
        for step_id, consequence in flow.get(key, {}).items():
            if item := find(step_id, (*result.path, key, step_id)):
                _replace(result, item, consequences={**item.consequences, key: consequence})
    for index, step_id in enumerate(flow.get("disable", ())):
        if item := find(step_id, (*result.path, "disable", index)):
            result.items.remove(item)
    for index, value in enumerate(flow.get("insert", ())):
        _insert(result, value, (*result.path, "insert", index), tree, find, problems)


def _replace(result: RawFlow, item: Item, **changes: Any) -> None:
    """A changed copy in the item's place: the inherited one belongs to the flow that it came from."""
    parts = {name: getattr(item, name) for name in ("overrides", "consequences", "override_places")}
    result.items[result.items.index(item)] = Item(item.tree, item.path, item.value, **{**parts, **changes})


def _insert(
    result: RawFlow, value: dict[str, Any], path: Path, tree: Tree, find: Any, problems: list[PolicyProblem]
) -> None:
    places = [key for key in ("after", "before") if key in value]
    if len(places) != 1:
        problems.append(problem_at(tree, path, "it is not said where to insert this", "either after or before"))
        return
    if neighbour := find(value[places[0]], (*path, places[0])):
        at = result.items.index(neighbour) + (places[0] == "after")
        step = {key: inner for key, inner in value.items() if key not in ("after", "before")}
        result.items.insert(at, Item(tree, path, step))
