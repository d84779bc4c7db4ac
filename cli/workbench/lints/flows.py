"""Lints about a flow: what it stores, whom it lets in, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import PolicyProblem
from chalicelib.model.change import Phase
from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.plugins import Plugins, closure
from chalicelib.model.policy import AnyOf, Consequence, Flow
from chalicelib.policy.prove import Assertion, counterexample
from chalicelib.policy.tree import Node
from cli.workbench.lints.subject import Subject, checks_of, effect_place, steps_of, value_place

# https://docs.aws.amazon.com/rekognition/latest/dg/considerations-public-safety-use-cases.html
AUTHENTICATION_PERCENT = 99
_MATCHES = {"stored_face_match": "SimilarityThreshold", "collection_match": "FaceMatchThreshold"}
_RECOGNISED = Assertion(Verdict.APPROVED, without=True, seen=frozenset((check, Outcome.PASS) for check in _MATCHES))

# What a request to baseline's flows brings; "user" stands for a person who is registered already.
_SELFIE = frozenset({"selfie", "liveness_session"})
_BRINGS = {
    "register": _SELFIE,
    "register_with_id_card": _SELFIE | {"id_card"},
    "authenticate": _SELFIE | {"user"},
    "update": _SELFIE | {"user"},
}


def one_branch(subject: Subject) -> Iterator[PolicyProblem]:
    for flow, node in subject.flows():
        for step, place in steps_of(flow, node):
            if isinstance(step, AnyOf) and len(step.branches) == 1:
                message = f"the any_of {step.id!r} has one branch only"
                yield place.place.problem(message, f"a second branch, or the check {step.branches[0].check} itself")


def nobody_recognised(subject: Subject) -> Iterator[PolicyProblem]:
    """Whatever the checks find: an alternative to the match, or one that only warns, lets a stranger in."""
    for flow, node in subject.flows():
        effect = "touch_user" if "touch_user" in flow.effects else "index_face"
        if effect not in flow.effects or (effect == "index_face" and not _is_about_a_known_user(flow, node, subject)):
            continue
        if example := counterexample(flow, _RECOGNISED):
            message = f"{flow.name} is approved without a match to the user's faces: with {example}"
            expected = "a step `check: stored_face_match` or `check: collection_match` that every approval has passed"
            yield effect_place(node, effect).place.problem(message, expected)


def no_duplicate_check(subject: Subject) -> Iterator[PolicyProblem]:
    """A step that only warns does not keep anybody out."""
    for flow, node in subject.flows():
        if "index_face" not in flow.effects or _is_about_a_known_user(flow, node, subject):
            continue  # whoever updates is matched to the stored faces: see `nobody_recognised`
        guards = [s for s in flow.steps if not isinstance(s, AnyOf) and s.check == "duplicate_face"]
        if all(guard.on_fail is Consequence.WARN for guard in guards):
            message = f"{flow.name} stores a face without asking whether it is registered under another user"
            place = effect_place(node, "index_face").place
            yield place.problem(message, "a step `check: duplicate_face` whose on_fail is deny or review")


def authentication_below_99(subject: Subject) -> Iterator[PolicyProblem]:
    for flow, node in subject.flows():
        for step, place in checks_of(flow, node):
            name = _MATCHES.get(step.check)
            value = getattr(step.parameters, name) if name else AUTHENTICATION_PERCENT
            if name and value < AUTHENTICATION_PERCENT:
                message = f"{flow.name} takes a face for the user's from {value:g} on"
                yield value_place(place, name).place.problem(message, f"{name} of at least {AUTHENTICATION_PERCENT}")


def not_undoable(subject: Subject) -> Iterator[PolicyProblem]:
    """What runs after the commit can only be finished, so a deferred step that fails cannot take it back."""
    for flow, node in subject.flows():
        deferred = [step.id for step in flow.steps if step.defer]
        for name in flow.effects if deferred else ():
            if subject.plugins.effects[name].phase is Phase.AFTER:
                message = f"{name} cannot be undone when a deferred step fails ({', '.join(deferred)})"
                yield effect_place(node, name).place.problem(message, "the steps before the answer, or no such effect")


def unknown_signal(subject: Subject) -> Iterator[PolicyProblem]:
    """Only a check of an installed package can be meant: the project's own have their signals."""
    for flow, node in subject.flows():
        for step, place in checks_of(flow, node):
            missing = sorted(_signals_of(step.check, subject.plugins) - set(subject.plugins.signals))
            if missing:
                message = f"{step.check} looks at {', '.join(missing)}, which nothing here can read"
                yield place.place.problem(message, "a check whose signals exist, or the package that brings them")


def unexpected_input(subject: Subject) -> Iterator[PolicyProblem]:
    for flow, node in subject.flows():
        if flow.name not in _BRINGS:
            continue
        for step, place in checks_of(flow, node):
            needed = _inputs_of(step.check, subject.plugins) - _BRINGS[flow.name]
            if needed:
                what = "a registered user" if "user" in needed else f"{', '.join(sorted(needed))} in the request"
                yield place.place.problem(
                    f"{step.check} needs {what}, which {flow.name} does not have", "it in a flow of its own"
                )


def _is_about_a_known_user(flow: Flow, node: Node, subject: Subject) -> bool:
    return any("user" in _signals_of(step.check, subject.plugins) for step, _ in checks_of(flow, node))


def _signals_of(check: str, plugins: Plugins) -> set[str]:
    """The signals that a check rests on, directly or not; also those that there are not."""
    return closure(plugins.checks[check].needs, plugins.signals)


def _inputs_of(check: str, plugins: Plugins) -> set[str]:
    names = [name for name in _signals_of(check, plugins) if name in plugins.signals]
    return {field for name in names for field in plugins.signals[name].inputs} | ({"user"} & set(names))
