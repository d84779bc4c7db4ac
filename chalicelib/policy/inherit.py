"""`extends`: a file over the policy it starts from. What is inherited keeps the place where it was written.

Files are taken as they come, wrong ones too: what has the wrong form is passed over here, since the schema reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from chalicelib.errors import PolicyProblem
from chalicelib.policy.flow_schema import CHANGES
from chalicelib.policy.problems import Form, nearest, one_of
from chalicelib.policy.tree import Node, entries, items, text_of

SECTIONS = ("limits", "retention", "faces")  # merged key by key
LISTS = ("assert", "silence")  # the child's items come after the parent's; anything else is replaced
OWN = ("shadow",)  # a candidate extends the policy that names it

Problems = list[PolicyProblem]


def step_id(step: Node) -> str | None:
    """A step's id: given, or else the check's name; None of what has no form of a step."""
    keys = entries(step)
    default = "any_of" if "any_of" in keys else text_of(keys.get("check"))
    return text_of(keys["id"]) if "id" in keys else default


def inherit(parent: Node | None, child: Node, form: Form) -> tuple[Node, Problems]:
    """The child's file with all that it leaves open taken from the parent, itself resolved.

    In the result each flow has `steps` and `effects` and nothing else.
    """
    inherited, own = _inheritable(parent), entries(child)
    merged = {**inherited, **own}
    for section in SECTIONS:
        if section in inherited and section in own:
            merged[section] = replace(own[section], value={**entries(inherited[section]), **entries(own[section])})
    for name in LISTS:
        if name in inherited and name in own:
            merged[name] = replace(own[name], value=[*items(inherited[name]), *items(own[name])])
    flows: dict[str, Node] = dict(entries(inherited.get("flows")))
    found: Problems = []
    for name, flow in entries(own.get("flows")).items():
        flows[name], problems = _flow(name, flow, flows, form)
        found += problems
    if "flows" in merged:
        merged["flows"] = replace(merged["flows"], value=flows)
    return replace(child, value=merged), found


def _inheritable(parent: Node | None) -> dict[str, Node]:
    return {name: node for name, node in entries(parent).items() if name not in OWN}


def _flow(name: str, own: Node, flows: Mapping[str, Node], form: Form) -> tuple[Node, Problems]:
    keys, inherited = entries(own), entries(flows.get(name))
    nothing = Node([], own.key, own.key)
    steps = keys.get("steps") or inherited.get("steps") or nothing
    effects = keys.get("effects") or inherited.get("effects") or nothing
    found: Problems = []
    if "steps" not in keys and any(change in keys for change in CHANGES):
        if inherited:
            changed = _Steps(items(steps), form)
            changed.apply(keys)
            steps, found = replace(nothing, value=changed.steps), changed.problems
        else:
            message = f"there is no inherited flow {name!r} to change"
            found = [own.key.problem(message, "a flow with `steps`", nearest(name, flows))]
    return replace(own, value={"steps": steps, "effects": effects}), found


class _Steps:
    """A flow's inherited steps while they are being changed."""

    def __init__(self, steps: list[Node], form: Form) -> None:
        self.steps = steps
        self.problems: Problems = []
        self._form = form
        self._new: set[str | None] = set()

    def apply(self, keys: Mapping[str, Node]) -> None:
        """Changes of inherited steps come first, then new steps, then those that go: a step can be replaced."""
        self._new = set(map(step_id, items(keys.get("insert"))))
        self._adjust(entries(keys.get("adjust")))
        self._set("on_fail", entries(keys.get("on_fail")))
        self._set("on_inconclusive", entries(keys.get("on_inconclusive")))
        self._set("defer", entries(keys.get("defer")))
        inherited = dict(self._by_id())
        self._insert(items(keys.get("insert")))
        if "disable" in keys:
            self._disable(keys["disable"], inherited)

    def _by_id(self) -> Iterator[tuple[str, Node]]:
        """All steps, alternatives included."""
        for step in self.steps:
            for each in (step, *items(entries(step).get("any_of"))):
                if (name := step_id(each)) is not None:
                    yield name, each

    def _adjust(self, adjustments: Mapping[str, Node]) -> None:
        steps = dict(self._by_id())
        for name, parameters in adjustments.items():
            check = text_of(entries(steps.get(name)).get("check"))
            if name not in steps:
                self._unknown(name, parameters, steps)
            elif check is None:
                self.problems.append(parameters.key.problem(f"{name!r} has no parameters: adjust its alternatives"))
            elif check != name and self._form.knows(check):  # where they are the same, the schema has judged it
                self.problems += self._form.parameter_problems(check, parameters)

        def adjusted(step: Node) -> Node:
            parameters = adjustments.get(step_id(step) or "")
            if parameters is None or "any_of" in entries(step):
                return step
            merged = {**entries(entries(step).get("with")), **entries(parameters)}
            return _with_key(step, "with", replace(parameters, value=merged))

        self.steps = list(_edited(self.steps, adjusted))

    def _set(self, key: str, consequences: Mapping[str, Node]) -> None:
        """Alternatives have no consequences of their own, so only the steps themselves are looked at."""
        names = [name for step in self.steps if (name := step_id(step)) is not None]
        for name, consequence in consequences.items():
            if name not in names:
                self._unknown(name, consequence, names)
        self.steps = [
            _with_key(step, key, consequences[name]) if (name := step_id(step) or "") in consequences else step
            for step in self.steps
        ]

    def _insert(self, inserted: list[Node]) -> None:
        """In the order in which they are written, also where several go to the same place."""
        for step in inserted:
            if "after" not in entries(step):
                self._place(step, "before", 0)
        for step in reversed(inserted):
            self._place(step, "after", 1)

    def _place(self, step: Node, side: str, offset: int) -> None:
        keys = dict(entries(step))
        anchor = keys.pop(side, None)
        if (name := text_of(anchor)) is None or anchor is None:
            return
        names = [step_id(each) for each in self.steps]
        if name in names:
            self.steps.insert(names.index(name) + offset, replace(step, value=keys))
        else:
            self._unknown(name, replace(anchor, key=anchor.place), [each for each in names if each])

    def _disable(self, disabled: Node, inherited: Mapping[str, Node]) -> None:
        names = {name: item for item in items(disabled) if (name := text_of(item)) is not None}
        for name, item in names.items():
            if name not in inherited:
                self._unknown(name, item, inherited)
        gone = {id(inherited[name]) for name in names if name in inherited}
        self.steps = list(_edited(self.steps, lambda step: None if id(step) in gone else step))
        for step in self.steps:
            if "any_of" in entries(step) and not items(entries(step)["any_of"]):
                message = f"{step_id(step)!r} has no alternatives left"
                self.problems.append(disabled.place.problem(message, f"{step_id(step)} itself to be disabled"))

    def _unknown(self, name: str, node: Node, names: Mapping[str, Node] | list[str]) -> None:
        if name in self._new:
            message = f"{name!r} is no inherited step: this file inserts it"
            self.problems.append(node.key.problem(message, "this where it is inserted, beside its `check`"))
            return
        message = f"there is no inherited step {name!r}"
        self.problems.append(node.key.problem(message, one_of(names), nearest(name, names)))


def _edited(steps: list[Node], edit: Callable[[Node], Node | None]) -> Iterator[Node]:
    """Each step and each alternative as `edit` gives it; those for which it gives None are left out."""
    for step in steps:
        kept = edit(step)
        if kept is not None and (branches := entries(kept).get("any_of")) is not None:
            kept = _with_key(kept, "any_of", replace(branches, value=list(_edited(items(branches), edit))))
        if kept is not None:
            yield kept


def _with_key(step: Node, key: str, value: Node) -> Node:
    return replace(step, value={**entries(step), key: value})
