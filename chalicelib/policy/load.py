"""Load a tenant's policy: read, inherit, validate, freeze. All problems of all its files are told at once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import Any

from chalicelib.errors import PolicyError, PolicyProblem
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import AnyOf, Consequence, Execution, FaceStorage, Flow, Limits, Policy, Retention, Step
from chalicelib.policy.inherit import Item, Raw, RawFlow, merge
from chalicelib.policy.problems import nearest, problem_at, schema_problems
from chalicelib.policy.rules import flow_problems
from chalicelib.policy.schema import schema
from chalicelib.policy.tree import Tree, read_tree

MAX_DEPTH = 5

Read = Callable[[str], str | None]


def load_policy(tenant: str, read: Read, plugins: Plugins) -> Policy:
    """The policy of a tenant. `read(name)` gives the text of `<name>.yaml`, or None when there is none.

    Raises:
        PolicyError: with every problem and its place.
    """
    rules = schema(plugins)
    problems: list[PolicyProblem] = []
    chain = _chain(tenant, read, problems)
    for tree in chain:
        problems += schema_problems(tree, rules)
    _stop_if(problems)
    raw = merge(chain, problems)
    _stop_if(problems)
    flows = {name: _freeze_flow(name, flow, plugins, rules, problems) for name, flow in raw.flows.items()}
    if not flows:
        problems.append(problem_at(chain[-1], (), "the policy has no flow", "flows"))
    _stop_if(problems)
    for name, flow in flows.items():
        problems += flow_problems(flow, raw.flows[name], plugins)
    _stop_if(problems)
    return _freeze(tenant, raw, flows)


def _stop_if(problems: list[PolicyProblem]) -> None:
    if problems:
        raise PolicyError(tuple(sorted(set(problems))))


def _chain(tenant: str, read: Read, problems: list[PolicyProblem]) -> list[Tree]:
    """The file and those that it extends, the first inherited one first."""
    chain: list[Tree] = []
    names: list[str] = []
    name: str | None = tenant
    while name is not None:
        text = read(name)
        if text is None:
            place = chain[0] if chain else Tree(f"{name}.yaml", {})
            problems.append(problem_at(place, ("extends",), f"there is no policy file {name}.yaml"))
            break
        try:
            tree = read_tree(f"{name}.yaml", text)
        except PolicyError as error:
            problems += error.problems
            break
        chain.insert(0, tree)
        names.append(name)
        name = _parent(tree, name, names, problems)
    _stop_if(problems if not chain else [])
    return chain


def _parent(tree: Tree, name: str, names: list[str], problems: list[PolicyProblem]) -> str | None:
    if not isinstance(tree.value, dict):
        problems.append(problem_at(tree, (), "a policy is a mapping", "keys such as policy and flows"))
        _stop_if(problems)
    if tree.value.get("policy") not in (name, None):
        text = "policy and file name differ"
        problems.append(problem_at(tree, ("policy",), text, f"{name}, as the file is {tree.file}"))
    parent = tree.value.get("extends")
    if parent in names:
        problems.append(problem_at(tree, ("extends",), f"{' -> '.join([*names, parent])} goes in a circle"))
        return None
    if parent is not None and len(names) >= MAX_DEPTH:
        problems.append(problem_at(tree, ("extends",), "too many files extend each other", f"at most {MAX_DEPTH}"))
        return None
    return parent if isinstance(parent, str) else None


def _freeze_flow(
    name: str, flow: RawFlow, plugins: Plugins, rules: dict[str, Any], problems: list[PolicyProblem]
) -> Flow:
    steps: list[Step | AnyOf] = []
    for item in flow.items:
        consequences = {
            key: Consequence({**item.value, **item.consequences}.get(key, "deny"))
            for key in ("on_fail", "on_inconclusive")
        }
        if "any_of" in item.value:
            _refuse_adjusting(item, problems)
            branches = [
                _freeze_step(Item(item.tree, (*item.path, "any_of", index), branch), {}, plugins, rules, problems)
                for index, branch in enumerate(item.value["any_of"])
            ]
            steps.append(AnyOf(item.id, tuple(branches), **consequences))
        else:
            steps.append(_freeze_step(item, consequences, plugins, rules, problems))
    return Flow(name, tuple(steps), tuple(flow.effects))


def _refuse_adjusting(item: Item, problems: list[PolicyProblem]) -> None:
    for key, (tree, path) in item.override_places.items():
        text = f"{key!r} cannot be adjusted: {item.id!r} is an any_of; give the flow's steps anew"
        problems.append(problem_at(tree, path, text, key=True))


def _freeze_step(
    item: Item,
    consequences: dict[str, Consequence],
    plugins: Plugins,
    rules: dict[str, Any],
    problems: list[PolicyProblem],
) -> Step:
    check = plugins.checks[item.value["check"]]
    known = rules["$defs"][f"with_{check.name}"]["properties"]
    for key, (tree, path) in item.override_places.items():
        if key not in known:
            text = f"{check.name} has no parameter {key!r}"
            problems.append(problem_at(tree, path, text, f"one of {', '.join(known)}", nearest(key, known), key=True))
        else:
            problems += _adjusted_problems(tree, path, check.name, key, item.overrides[key], rules)
    given = {key: value for key, value in {**item.value.get("with", {}), **item.overrides}.items() if key in known}
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return Step(item.id, check.name, check.make_parameters(**values), **consequences)


def _adjusted_problems(
    tree: Tree, path: tuple[str | int, ...], check: str, key: str, value: Any, rules: dict[str, Any]
) -> list[PolicyProblem]:
    """Hold one adjusted parameter against the schema of its check, and tell of it at its own place."""
    step = Tree(tree.file, {"check": check, "with": {key: value}}, {(): tree.places[path]})
    found = schema_problems(step, {"$defs": rules["$defs"], "$ref": "#/$defs/step"})
    return [dataclasses.replace(problem, path=problem_at(tree, path, "").path) for problem in found]


def _freeze(tenant: str, raw: Raw, flows: dict[str, Flow]) -> Policy:
    settings = raw.settings
    policy = Policy(
        tenant=tenant,
        digest="",
        execution=Execution(settings.get("execution", "fastest")),
        limits=Limits(**settings.get("limits", {})),
        retention=Retention(**settings.get("retention", {})),
        faces=FaceStorage(**settings.get("faces", {})),
        consent_required=settings.get("consent", "optional") == "required",
        flows=flows,
    )
    return dataclasses.replace(policy, digest=_digest(policy))


def _digest(policy: Policy) -> str:
    """SHA-256 of the resolved content: comments, key order and how it was inherited do not change it."""
    canonical = json.dumps(dataclasses.asdict(policy), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
