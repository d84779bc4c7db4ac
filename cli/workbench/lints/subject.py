"""What a lint is, and the policy it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chalicelib.errors import PolicyProblem
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import AnyOf, Flow, Policy, Step
from chalicelib.policy.load import Loaded
from chalicelib.policy.tree import Node, entries, items
from cli.workbench.diagnostics import Level


@dataclass(frozen=True, slots=True)
class Subject:
    """A valid policy, each value with its place, and what it is made of."""

    loaded: Loaded
    plugins: Plugins

    @property
    def policy(self) -> Policy:
        return self.loaded.policy

    @property
    def root(self) -> Node:
        return self.loaded.tree

    def flows(self) -> Iterator[tuple[Flow, Node]]:
        nodes = entries(entries(self.root)["flows"])
        return ((flow, nodes[name]) for name, flow in self.policy.flows.items())


@dataclass(frozen=True, slots=True)
class Lint:
    """`find` yields one problem for each place; `summary` says why it matters."""

    name: str
    level: Level
    summary: str
    find: Callable[[Subject], Iterator[PolicyProblem]]


def steps_of(flow: Flow, node: Node) -> Iterator[tuple[Step | AnyOf, Node]]:
    """The flow's steps with their places."""
    return zip(flow.steps, items(entries(node)["steps"]), strict=True)


def checks_of(flow: Flow, node: Node) -> Iterator[tuple[Step, Node]]:
    """Every step that names a check with its place, the branches of alternatives included."""
    for step, place in steps_of(flow, node):
        if isinstance(step, AnyOf):
            yield from zip(step.branches, items(entries(place)["any_of"]), strict=True)
        else:
            yield step, place


def effect_place(node: Node, effect: str) -> Node:
    """Where a flow names this effect."""
    return next(item for item in items(entries(node)["effects"]) if item.value == effect)


def value_place(step: Node, parameter: str) -> Node:
    """Where a step's parameter is given; the step itself when it is the default."""
    return entries(entries(step).get("with")).get(parameter, step)
