"""A policy's test file, with the cases of those that it extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import PolicyError, PolicyProblem
from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.policy import AnyOf, Policy
from chalicelib.policy.problems import Form, nearest, one_of
from chalicelib.policy.tree import Node, entries, items, read_tree, text_of
from cli.errors import CliError
from cli.workbench.folder import TEST_SUFFIX, PolicyFolder
from cli.workbench.testing.form import test_schema

MAX_FILES = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One applicant in one flow. `reasons` are step.code, in the policy's order; `pictures` is for the sandbox."""

    title: str
    flow: str
    given: Mapping[str, Any]
    pictures: Mapping[str, Any]
    verdict: Verdict
    reasons: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An outcome of a step (or branch) that nothing can bring about; `flow` empty: in any flow."""

    flow: str
    step: str
    outcome: Outcome
    node: Node


@dataclass(frozen=True, slots=True)
class Suite:
    cases: tuple[Case, ...]
    unreachable: tuple[Unreachable, ...]


def has_suite(folder: PolicyFolder, tenant: str) -> bool:
    return folder.file(tenant + TEST_SUFFIX).is_file()


def load_suite(folder: PolicyFolder, policy: Policy) -> Suite:
    """The cases for a policy; those of its own file replace inherited ones of the same name and flow.

    Raises:
        PolicyError: the test files' mistakes, each with its place.
        CliError: there is no test file.
    """
    chain = list(_chain(folder, policy.tenant))
    problems = [problem for root in chain for problem in Form(test_schema()).problems(root)]
    if problems:
        raise PolicyError(tuple(sorted(set(problems))))
    problems = list(_name_problems(chain[0], policy))
    if problems:
        raise PolicyError(tuple(problems))
    cases: dict[tuple[str, str], Case] = {}
    for root in reversed(chain):
        cases |= {(case.title, case.flow): case for case in _cases(root) if case.flow in policy.flows}
    unreachable = tuple(each for root in chain for each in _unreachable(root))
    return Suite(tuple(cases.values()), unreachable)


def _chain(folder: PolicyFolder, tenant: str) -> Iterator[Node]:
    """The test file and those that it extends, its own first."""
    name: str | None = tenant
    for _ in range(MAX_FILES):
        if name is None:
            return
        text = folder.read(name + TEST_SUFFIX)
        if text is None:
            raise CliError(
                f"There is no test file {folder.file(name + TEST_SUFFIX)}; docs/policies.md shows how to write one."
            )
        tree = read_tree(f"{name}{TEST_SUFFIX}.yaml", text)
        if tree.problems:
            raise PolicyError(tree.problems)
        yield tree.root
        name = text_of(entries(tree.root).get("extends"))
    raise CliError(f"{folder.file(tenant + TEST_SUFFIX)}: too many test files extend each other (at most {MAX_FILES}).")


def _cases(root: Node) -> Iterator[Case]:
    for node in items(entries(root).get("cases")):
        keys = {name: each.plain() for name, each in entries(node).items()}
        reason = keys.get("reason", [])
        for flow in keys["flows"]:
            yield Case(
                title=keys["case"],
                flow=flow,
                given=keys.get("given", {}),
                pictures=keys.get("pictures", {}),
                verdict=Verdict(keys["expect"]),
                reasons=(reason,) if isinstance(reason, str) else tuple(reason),
                node=node,
            )


def _unreachable(root: Node) -> Iterator[Unreachable]:
    for node in items(entries(root).get("unreachable")):
        keys = {name: each.plain() for name, each in entries(node).items()}
        yield Unreachable(keys.get("flow", ""), keys["step"], Outcome(keys["outcome"]), node)


def _name_problems(root: Node, policy: Policy) -> Iterator[PolicyProblem]:
    """Names in the policy's own test file that the policy does not have."""
    given = entries(root)["policy"]
    if text_of(given) != policy.tenant:
        yield given.place.problem(f"the file tests {given.value!r}", policy.tenant)
    for node in items(entries(root).get("cases")):
        flows = items(entries(node)["flows"])
        for flow in flows:
            yield from _unknown(flow, "flow", tuple(policy.flows))
        steps = [name for flow in flows for name in step_names(policy, text_of(flow) or "")]
        reason = entries(node).get("reason")
        for each in items(reason) or ([reason] if reason else []):
            step, dot, _code = (text_of(each) or "").partition(".")
            if steps and dot:
                yield from _unknown(each, "step", tuple(dict.fromkeys(steps)), step)
            elif steps and step != "nothing_passed":
                yield each.place.problem(f"{step!r} is no reason", "step.code, like pose.yaw_too_large")
    for node in items(entries(root).get("unreachable")):
        only = entries(node).get("flow")
        if only is not None:
            yield from _unknown(only, "flow", tuple(policy.flows))
        within = [text_of(only) or ""] if only is not None else list(policy.flows)
        names = tuple(dict.fromkeys(name for each in within for name in step_names(policy, each)))
        yield from _unknown(entries(node)["step"], "step", names)


def step_names(policy: Policy, flow: str) -> Iterator[str]:
    """The ids of a flow's steps and branches; none when there is no such flow."""
    for step in policy.flows[flow].steps if flow in policy.flows else ():
        yield step.id
        if isinstance(step, AnyOf):
            yield from (branch.id for branch in step.branches)


def _unknown(node: Node, what: str, names: tuple[str, ...], name: str | None = None) -> Iterator[PolicyProblem]:
    given = name if name is not None else text_of(node) or ""
    if given not in names:
        yield node.place.problem(f"the policy has no {what} {given!r}", one_of(names), nearest(given, names))
