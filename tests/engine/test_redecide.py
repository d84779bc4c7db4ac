"""Deciding again from the log: as the engine decided, or as it would have; and never a guess."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.plan import plan_flow
from chalicelib.engine.record import restored_signals
from chalicelib.engine.redecide import Redecision, redecide
from chalicelib.model.decision import Decision, Reason, Verdict
from chalicelib.model.facts import CollectionMatch, CollectionMatches, FaceScan, IdFaceMatch, Liveness, LivenessStatus
from chalicelib.model.policy import AnyOf, Consequence, Execution, Flow, Step
from tests.checks.harness import face
from tests.engine.worlds import CHECKS, PLUGINS, SIGNALS, Seen, decide_really, flows, seen

FINE = FaceScan((face(),), 800, 1000)


def logged(decision: Decision) -> dict[str, Any]:
    """The signals as they come back from the log."""
    return restored_signals(json.loads(json.dumps(decision.signals)), SIGNALS)


def step(check: str, **others: Any) -> Step:
    return Step(others.pop("id", check), check, CHECKS[check].make_parameters(**others.pop("with_", {})), **others)


def again(signals: dict[str, Any], *steps: Step | AnyOf) -> Redecision:
    return redecide(plan_flow(Flow("enrol", steps), PLUGINS), signals)


@settings(deadline=None, max_examples=50)
@given(flow=flows(), world=seen(), execution=st.sampled_from(Execution))
def test_under_the_same_policy_it_is_the_engines_decision(flow: Flow, world: Seen, execution: Execution) -> None:
    decision = decide_really(flow, world, execution)
    redecided = redecide(plan_flow(flow, PLUGINS), logged(decision))
    assert redecided == Redecision(decision.verdict, decision.reasons)


@settings(deadline=None, max_examples=80)
@given(then=flows(), now=flows(), world=seen(), execution=st.sampled_from(Execution))
def test_under_another_policy_it_is_what_the_engine_would_have_decided_or_unknown(
    then: Flow, now: Flow, world: Seen, execution: Execution
) -> None:
    redecided = redecide(plan_flow(now, PLUGINS), logged(decide_really(then, world, execution)))
    really = decide_really(now, world, Execution.CHEAPEST)
    if redecided.verdict is not None:
        assert redecided.verdict is really.verdict
        assert redecided.reasons in (really.reasons, ())
    assert redecided.unknown or redecided.verdict is not None


def test_what_was_not_read_is_unknown() -> None:
    assert again({"selfie_faces": FINE}, step("pose"), step("id_face_match")) == Redecision(
        None, (), (Reason("id_face_match", "not_read"),)
    )


def test_a_denial_is_certain_whatever_an_unknown_step_would_have_said_but_its_reason_is_not() -> None:
    found = again({"selfie_faces": FaceScan((), 8, 8)}, step("id_face_match"), step("pose"))
    assert (found.verdict, found.reasons) == (Verdict.DENIED, ())


def test_a_search_knows_nothing_below_where_it_began() -> None:
    matches = (CollectionMatch(False, "f", 98.0),)
    searched = {"collection_matches": CollectionMatches(matches, searched_from=97.0)}
    higher = again(searched, step("duplicate_face", with_={"FaceMatchThreshold": 98.5}))
    lower = again(searched, step("duplicate_face", with_={"FaceMatchThreshold": 95.0}))
    assert higher.verdict is Verdict.APPROVED
    assert lower == Redecision(None, (), (Reason("duplicate_face", "not_searched_that_low"),))


def test_with_liveness_the_selfie_is_another_picture() -> None:
    live = Liveness(LivenessStatus.SUCCEEDED, 99.0)
    assert again({"selfie_faces": FINE, "liveness": live}, step("pose")).unknown == (Reason("pose", "other_picture"),)
    assert again({"selfie_faces": FINE}, step("pose"), step("liveness")).unknown == (
        Reason("pose", "other_picture"),
        Reason("liveness", "not_read"),
    )
    both = {"selfie_faces": FINE, "liveness": live}
    assert again(both, step("pose"), step("liveness")).verdict is Verdict.APPROVED


def test_an_alternative_that_passes_is_enough_though_another_is_unknown() -> None:
    either = AnyOf("either", (step("stored_face_match"), step("id_face_match")))
    assert again({"id_face": IdFaceMatch(99.9)}, either).verdict is Verdict.APPROVED
    assert again({"id_face": IdFaceMatch(1.0)}, either).unknown == (Reason("either", "not_read"),)


def test_unknown_is_unknown_though_a_person_would_look_at_it() -> None:
    found = again({}, step("pose", on_fail=Consequence.WARN, on_inconclusive=Consequence.REVIEW))
    assert found.verdict is None
