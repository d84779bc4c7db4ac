"""A shadow policy is decided beside the live one: from the same signals, without acting, and without harm."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.plan import plan_flow
from chalicelib.engine.record import restored_signals
from chalicelib.engine.redecide import redecide
from chalicelib.errors import NotFoundError
from chalicelib.model.change import Phase
from chalicelib.model.decision import Reason, Verdict
from chalicelib.model.policy import Consequence, Execution, Flow, Policy
from chalicelib.model.view import decision_view, log_details
from tests.engine.fakes import World, effect, plugins, step
from tests.engine.test_engine import SELFIE, outcome_parts, policy_of, run
from tests.engine.worlds import PLUGINS, SIGNALS, Seen, flows, seen
from tests.log import told


def test_the_candidate_is_decided_and_does_not_act() -> None:
    world = World()
    known = outcome_parts(a="pass", b="fail")
    parts = plugins(*known.checks.values(), *known.signals.values(), effect("save", Phase.COMMIT))
    live = policy_of([step("a"), step("b", on_fail=Consequence.WARN)], ("save",), shadow="next")
    decision = run(live, parts, world, candidate=lambda: policy_of([step("b")], digest="n"))
    assert decision.verdict is Verdict.APPROVED
    assert world.events.count("save") == 1
    assert (decision.shadow.policy, decision.shadow.digest) == ("next", "n")
    assert (decision.shadow.verdict, decision.shadow.reasons) == (Verdict.DENIED, (Reason("b", "b_fail"),))


def test_what_the_live_policy_does_not_ask_is_not_asked_for_the_candidate() -> None:
    asked: list[str] = []
    parts = outcome_parts(a="pass", b="pass")
    candidate = policy_of([step("a"), step("b")])
    decision = run(policy_of([step("a")], shadow="next"), parts, request=asked, candidate=lambda: candidate)
    assert asked == ["a"]
    assert (decision.shadow.verdict, decision.shadow.unknown) == (None, (Reason("b", "not_recorded"),))


def missing() -> Policy:
    raise NotFoundError("no such policy")


def late() -> Policy:
    raise TimeoutError


def without_the_flow() -> Policy:
    return policy_of([], flows={})


def with_an_unknown_check() -> Policy:
    return policy_of([step("c")])


@pytest.mark.parametrize("candidate", [missing, late, without_the_flow, with_an_unknown_check])
def test_a_broken_candidate_changes_nothing_and_is_told(
    candidate: Callable[[], Policy], caplog: pytest.LogCaptureFixture
) -> None:
    decision = run(policy_of([step("a")], shadow="next"), outcome_parts(a="pass"), candidate=candidate)
    assert (decision.verdict, decision.shadow) == (Verdict.APPROVED, None)
    line = told(caplog.messages[-1])
    assert (line["event"], line["tenant"], line["shadow"]) == ("shadow_not_decided", "acme", "next")


def test_without_a_shadow_no_candidate_is_loaded() -> None:
    assert run(policy_of([step("a")]), outcome_parts(a="pass"), candidate=missing).shadow is None


def test_only_the_log_tells() -> None:
    live = policy_of([step("a")], shadow="next")
    decision = run(live, outcome_parts(a="pass"), candidate=lambda: live)
    assert log_details(decision)["shadow"]["decision"] == "approved"
    assert "shadow" not in decision_view(decision)


@settings(deadline=None, max_examples=40)
@given(
    live=flows(), candidate=flows(), world=seen(), execution=st.sampled_from([Execution.CHEAPEST, Execution.FASTEST])
)
def test_it_says_what_a_replay_of_the_log_says(live: Flow, candidate: Flow, world: Seen, execution: Execution) -> None:
    parts = world.plugins(plan_flow(live, PLUGINS).asked)
    policies = [policy_of(live.steps, execution=execution, shadow=name) for name in (None, "next")]
    plain, shadowed = (
        run(policy, parts, candidate=lambda: policy_of(candidate.steps), id_card=SELFIE, liveness_session="a session")
        for policy in policies
    )
    assert (plain.verdict, plain.reasons) == (shadowed.verdict, shadowed.reasons)
    logged = restored_signals(json.loads(json.dumps(shadowed.signals)), SIGNALS)
    again = redecide(plan_flow(candidate, PLUGINS), logged)
    shadow = shadowed.shadow
    assert (shadow.verdict, shadow.reasons, shadow.unknown) == (again.verdict, again.reasons, again.unknown)


def test_a_check_can_be_shadowed_alone() -> None:
    decision = run(policy_of([step("a"), step("b", on_fail=Consequence.WARN)]), outcome_parts(a="pass", b="fail"))
    assert decision.verdict is Verdict.APPROVED
    assert decision.results[1].finding.reason == "b_fail"
