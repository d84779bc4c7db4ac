"""Which steps can be judged after the answer, and in which flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.errors import PolicyProblem
from chalicelib.model.change import Effect, Phase
from chalicelib.model.plugins import Plugins, closure
from chalicelib.model.policy import Consequence
from chalicelib.policy.tree import Node, entries, items, text_of


def is_deferred(step: Node) -> bool:
    return "defer" in entries(step) and entries(step)["defer"].value is True


def deferral_problems(steps: Node, effects: Node, plugins: Plugins) -> Iterator[PolicyProblem]:
    """A deferred step is judged on what a new user's record and pictures hold, with nobody waiting for the answer."""
    named = [plugins.effects[name] for item in items(effects) if (name := text_of(item) or "") in plugins.effects]
    about_a_known_user = "user" in _looked_at(items(steps), plugins)
    for step in filter(is_deferred, items(steps)):
        place = entries(step)["defer"].place
        if about_a_known_user:
            yield place.problem("only a registration has deferred steps: this flow is about a known user", "no `defer`")
        elif not any(effect.keeps_pictures for effect in named):
            yield place.problem("a deferred step is judged on stored pictures", "store_images among the effects")
        elif not any(_makes_a_user(effect) for effect in named):
            yield place.problem("no user is made whom a deferred step could roll back", "save_user among the effects")
        if "liveness" in _looked_at([step], plugins):
            yield place.problem("a liveness session must be claimed while the applicant waits", "no `defer`")
        for key in ("on_fail", "on_inconclusive"):
            if text_of(entries(step).get(key)) == Consequence.REVIEW:
                message = "a deferred step cannot send anyone to review: the applicant has an answer by then"
                yield entries(step)[key].place.problem(message, "deny, or no `defer`")


def _makes_a_user(effect: Effect) -> bool:
    return effect.phase is Phase.COMMIT and effect.journaled


def _looked_at(steps: Iterable[Node], plugins: Plugins) -> set[str]:
    """The signals of these steps' checks."""
    named = [entries(each).get("check") for step in steps for each in (step, *items(entries(step).get("any_of")))]
    checks = [plugins.checks[name] for node in named if (name := text_of(node) or "") in plugins.checks]
    return closure((need for check in checks for need in check.needs), plugins.signals)
