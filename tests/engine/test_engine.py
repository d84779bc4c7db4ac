"""The engine's promises, with made-up plugins: what decides, in which order, and what is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.commit import Writing
from chalicelib.engine.plan import plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.engine.verify import verify
from chalicelib.errors import (
    AwsUnavailableError,
    BadRequestError,
    ConflictError,
    ConsentMissingError,
    LockedOutError,
    ShareUsedUpError,
    SignalMissingError,
)
from chalicelib.model.change import Phase
from chalicelib.model.consent import Consent
from chalicelib.model.decision import Verdict
from chalicelib.model.images import Image
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import (
    AnyOf,
    Consequence,
    Execution,
    FaceStorage,
    Flow,
    Limits,
    Policy,
    Retention,
    Step,
)
from chalicelib.model.submission import Submission
from chalicelib.threads import Threads
from tests.engine.fakes import NOW, Asking, World, check, effect, plugins, signal, step

SELFIE = Image(b"x", "image/jpeg", 100, 100)


def policy_of(steps: Any, effects: tuple[str, ...] = (), **changes: Any) -> Policy:
    flow = Flow("enrol", tuple(steps), effects)
    base = Policy("acme", "d", Execution.FASTEST, Limits(), Retention(), FaceStorage(), False, {"enrol": flow})
    return replace(base, **changes)


def run(
    policy: Policy,
    parts: Plugins,
    world: World | None = None,
    request: Any = None,
    candidate: Callable[[], Policy] | None = None,
    **submitted: Any,
) -> Any:
    world = world or World()
    ports = Ports(
        wait_for_share=world.wait,
        signal_request=lambda submission, asked: request,
        claim_liveness=world.claim,
        writing=Writing(parts.effects, world, world, world, Threads()),
        attempts=world,
        log=world,
        reviews=world,
        collection_for=lambda key: "c",
        image_key=lambda user_key, change_id, kind: kind,
        new_change_id=lambda: "c1",
        call_recovery=lambda _: world.note("call recovery"),
        now=lambda: NOW,
        clock_s=time.perf_counter,
        candidate=candidate,
    )
    fields = {"verification_id": "v1", "tenant": "acme", "flow": "enrol", "user_id": "u", "selfie": SELFIE, **submitted}
    submission = Submission(received_at=NOW, **fields)
    return verify(policy, submission, parts, ports)


def outcome_parts(**outcomes: object) -> Plugins:
    """For each name a signal with that outcome, and a check of the same name that reports it."""
    parts = [part for name, value in outcomes.items() for part in (signal(name, value), check(name, (name,)))]
    return plugins(*parts)


def test_all_steps_passing_is_an_approval() -> None:
    decision = run(policy_of([step("a"), step("b")]), outcome_parts(a="pass", b="pass"))
    assert decision.verdict is Verdict.APPROVED
    assert [result.step for result in decision.results] == ["a", "b"]


def test_the_first_denial_in_the_policys_order_gives_the_reason() -> None:
    slow = threading.Event()

    def late(request: object) -> str:
        slow.wait(5)
        return "fail"

    parts = plugins(signal("a", read=late), check("a", ("a",)), signal("b", "fail"), check("b", ("b",)))
    threading.Timer(0.05, slow.set).start()
    decision = run(policy_of([step("a"), step("b")]), parts)
    assert [(reason.step, reason.code) for reason in decision.reasons] == [("a", "a_fail")]
    assert decision.not_reached == ("b",)


@pytest.mark.parametrize(
    ("consequence", "outcome", "verdict"),
    [
        (Consequence.DENY, "fail", Verdict.DENIED),
        (Consequence.REVIEW, "fail", Verdict.REVIEW),
        (Consequence.WARN, "fail", Verdict.APPROVED),
        (Consequence.WARN, "inconclusive", Verdict.DENIED),
    ],
)
def test_on_fail(consequence: Consequence, outcome: str, verdict: Verdict) -> None:
    steps = [step("a"), step("b", on_fail=consequence)]
    assert run(policy_of(steps), outcome_parts(a="pass", b=outcome)).verdict is verdict


def test_nothing_is_approved_by_default() -> None:
    assert run(policy_of([]), outcome_parts(a="pass")).verdict is Verdict.DENIED
    only_warnings = policy_of([step("a", on_fail=Consequence.WARN)])
    assert run(only_warnings, outcome_parts(a="fail")).verdict is Verdict.DENIED


def test_any_of_needs_one_pass_and_an_empty_one_has_none() -> None:
    parts = outcome_parts(a="fail", b="pass", c="inconclusive")
    either = AnyOf("either", (step("a"), step("b"), step("c")))
    decision = run(policy_of([either]), parts)
    assert decision.verdict is Verdict.APPROVED
    assert [branch.step for branch in decision.results[0].branches] == ["a", "b"]
    assert run(policy_of([AnyOf("none", ())]), parts).verdict is Verdict.DENIED
    unsure = AnyOf("unsure", (step("a"), step("c")), on_inconclusive=Consequence.REVIEW)
    assert run(policy_of([unsure]), parts).verdict is Verdict.REVIEW


def test_a_check_that_breaks_or_lacks_its_signal_never_approves() -> None:
    decision = run(policy_of([step("a")]), outcome_parts(a="nonsense"))
    assert (decision.verdict, decision.reasons[0].code) == (Verdict.DENIED, "check_broken")
    decision = run(policy_of([step("a")]), outcome_parts(a=SignalMissingError("x")))
    assert (decision.verdict, decision.reasons[0].code) == (Verdict.DENIED, "signal_missing")


def test_aws_errors_matter_only_for_steps_that_are_reached() -> None:
    broken = AwsUnavailableError("rekognition:X", "ThrottlingException", "")
    world = World()
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a"), step("b")]), outcome_parts(a="pass", b=broken), world)
    assert world.events == ["reserve", "release"]
    assert run(policy_of([step("a"), step("b")]), outcome_parts(a="fail", b=broken)).verdict is Verdict.DENIED


def test_signals_are_read_once_and_side_by_side() -> None:
    barrier = threading.Barrier(2, timeout=5)

    def together(request: list[str]) -> str:
        barrier.wait()
        request.append("read")
        return "pass"

    parts = plugins(
        signal("a", read=together),
        signal("b", read=together),
        check("a", ("a",)),
        check("both", ("a", "b")),
        check("b", ("b",)),
    )
    reads: list[str] = []
    assert run(policy_of([step("a"), step("both"), step("b")]), parts, request=reads).verdict is Verdict.APPROVED
    assert reads == ["read", "read"]


def test_cheapest_reads_nothing_after_a_denial() -> None:
    reads: list[str] = []
    policy = policy_of([step("a"), step("b")], execution=Execution.CHEAPEST)
    assert run(policy, outcome_parts(a="fail", b="pass"), request=reads).verdict is Verdict.DENIED
    assert reads == ["a"]


OUTCOMES = st.sampled_from(["pass", "fail", "inconclusive"])
CONSEQUENCES = st.sampled_from([Consequence.DENY, Consequence.REVIEW, Consequence.WARN])
NAMES = tuple("abcdef")
STEPS = st.builds(
    lambda name, fail, unsure: step(name, on_fail=fail, on_inconclusive=unsure),
    st.sampled_from(NAMES),
    CONSEQUENCES,
    st.sampled_from([Consequence.DENY, Consequence.REVIEW]),
)
ITEMS = st.one_of(STEPS, st.builds(lambda branches: AnyOf("any", tuple(branches)), st.lists(STEPS, max_size=3)))


@settings(max_examples=150, deadline=None)
@given(st.lists(ITEMS, max_size=6), st.fixed_dictionaries(dict.fromkeys(NAMES, OUTCOMES)))
def test_fastest_and_cheapest_agree_and_approvals_are_earned(
    steps: list[Step | AnyOf], outcomes: dict[str, str]
) -> None:
    parts = outcome_parts(**outcomes)
    fast = run(policy_of(steps), parts)
    cheap = run(policy_of(steps, execution=Execution.CHEAPEST), parts)
    assert (fast.verdict, fast.reasons, fast.not_reached) == (cheap.verdict, cheap.reasons, cheap.not_reached)
    if fast.verdict is Verdict.APPROVED:
        for item in steps:
            names = [b.check for b in item.branches] if isinstance(item, AnyOf) else [item.check]
            found = {outcomes[name] for name in names}
            assert "pass" in found or (item.on_fail is Consequence.WARN and found == {"fail"})
        assert any("pass" in {outcomes[s.check]} for s in steps if isinstance(s, Step)) or any(
            isinstance(s, AnyOf) for s in steps
        )


def test_the_lowest_threshold_is_asked_and_inputs_follow_from_the_signals() -> None:
    parts = plugins(
        signal("selfie", inputs=("selfie",), uses=("liveness",)),
        signal("liveness", inputs=("liveness_session",)),
        signal("found", needs=("selfie",)),
        check("match", ("found",), asks=True),
        check("live", ("liveness",)),
    )
    strict, loose = step("match", Asking(99), id="strict"), step("match", Asking(95), id="loose")
    plan = plan_flow(Flow("f", (strict, AnyOf("or", (loose,)))), parts)
    assert (dict(plan.asked), plan.inputs, tuple(plan.signals)) == ({"Threshold": 95}, ("selfie",), ("selfie", "found"))
    with_liveness = plan_flow(Flow("f", (step("live"), strict)), parts)
    assert with_liveness.inputs == ("liveness_session",)
    assert list(with_liveness.signals).index("liveness") < list(with_liveness.signals).index("selfie")


SAVING = (
    effect("store", Phase.BEFORE),
    effect("index", Phase.BEFORE),
    effect("save", Phase.COMMIT),
    effect("tidy", Phase.AFTER),
)
EFFECTS = ("store", "index", "save", "tidy")


def saving_parts(outcome: str = "pass") -> Plugins:
    return plugins(signal("a", outcome), check("a", ("a",)), *SAVING)


def test_an_approval_runs_the_effects_side_by_side_then_settles_then_commits() -> None:
    world = World(leaves=True)
    run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert (world.in_order[:2], sorted(world.in_order[2:4])) == (["reserve", "begin"], ["index", "store"])
    assert world.in_order[4:] == ["settle store", "settle index", "save", "call recovery"]
    assert "succeed" in world.events


def test_a_record_that_lets_go_of_nothing_needs_no_recovery() -> None:
    world = World()
    run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert world.in_order[-1] == "save"


def test_a_user_without_pictures_is_journaled_too() -> None:
    world = World()
    run(policy_of([step("a")], ("save",)), saving_parts(), world)
    assert world.in_order == ["reserve", "begin", "save"]


@pytest.mark.parametrize("outcome", ["fail", "inconclusive"])
def test_a_denial_writes_only_the_log_and_the_failure(outcome: str) -> None:
    world = World()
    run(policy_of([step("a")], EFFECTS), saving_parts(outcome), world)
    assert world.events[0] == "reserve"
    assert sorted(world.events) == ["fail", "log", "reserve"]


@pytest.mark.parametrize("breaks", ["store", "index", "settle index", "save"])
def test_a_failing_effect_undoes_all_newest_first(breaks: str) -> None:
    error = AwsUnavailableError("s3:PutObject", "SlowDown", "")
    world = World(breaks_at={breaks: error})
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert {"store", "index"} <= set(world.events)
    assert world.in_order[-5:] == ["stop", "undo index", "undo store", "abandon", "release"]


def test_nothing_is_committed_when_recovery_could_not_be_called() -> None:
    world = World(not_called=AwsUnavailableError("sqs:SendMessage", "RequestThrottled", ""))
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert len(world.called) == 1
    assert "save" not in world.events
    assert world.in_order[-5:] == ["stop", "undo index", "undo store", "abandon", "release"]


def test_recovery_is_called_once_for_what_is_journaled() -> None:
    world, unchanged = World(), World()
    run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert [change.change_id for change in world.called] == ["c1"]
    run(policy_of([step("a")], EFFECTS), saving_parts("fail"), unchanged)
    assert not unchanged.called


def test_what_is_real_already_is_not_undone() -> None:
    world = World(leaves=True, breaks_at={"call recovery": RuntimeError("after the commit")})
    with pytest.raises(RuntimeError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert [event for event in world.events if event.startswith("undo")] == []


def test_a_beginning_whose_answer_was_lost_is_forgotten() -> None:
    world = World(breaks_at={"begin": AwsUnavailableError("dynamodb:PutItem", "ReadTimeoutError", "")})
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert world.in_order == ["reserve", "begin", "abandon", "release"]


def test_an_undo_that_fails_keeps_the_pending_record_for_recovery() -> None:
    error = AwsUnavailableError("s3:PutObject", "SlowDown", "")
    world = World(breaks_at={"save": error, "undo index": error})
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert world.in_order[-3:] == ["undo index", "undo store", "release"]


def test_a_conflict_at_the_start_runs_no_effect() -> None:
    world = World(breaks_at={"begin": ConflictError("user-exists", "")})
    with pytest.raises(ConflictError):
        run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert world.in_order == ["reserve", "begin", "release"]


def test_what_is_asked_before_anything_is_read() -> None:
    reads: list[str] = []
    parts = plugins(signal("a", inputs=("selfie",)), check("a", ("a",)))
    policy = policy_of([step("a")])
    with pytest.raises(BadRequestError, match="needs selfie"):
        run(policy, parts, request=reads, selfie=None)
    with pytest.raises(ConsentMissingError):
        run(replace(policy, consent_required=True), parts, request=reads)
    with pytest.raises(LockedOutError):
        run(policy, parts, World(locked=LockedOutError("", 60)), request=reads)
    with pytest.raises(BadRequestError, match="Did you mean 'enrol'"):
        run(replace(policy, flows={"enrol": policy.flows["enrol"]}), parts, request=reads, flow="enroll")
    assert reads == []
    consented = Consent("1", NOW)
    assert run(replace(policy, consent_required=True), parts, consent=consented).verdict is Verdict.APPROVED


def test_who_is_over_its_share_is_refused_before_anything_is_done() -> None:
    world = World(over_share=ShareUsedUpError("rekognition:DetectFaces", 2))
    seen = replace(signal("a", inputs=("selfie",)), calls=("rekognition:DetectFaces",))
    with pytest.raises(ShareUsedUpError):
        run(policy_of([step("a")]), plugins(seen, check("a", ("a",)), *SAVING), world)
    assert (world.events, world.waited_at) == ([], {"rekognition:DetectFaces"})


def test_who_does_not_consent_is_not_looked_at() -> None:
    """No signal is read, no attempt is counted, nothing has to be sent; the refusal itself is logged."""
    reads: list[str] = []
    world = World()
    parts = plugins(signal("a", inputs=("selfie",)), check("a", ("a",)), *SAVING)
    refusal = Consent("2026-05", NOW, given=False)
    decision = run(policy_of([step("a")], EFFECTS), parts, world, reads, selfie=None, consent=refusal)
    assert (decision.verdict, decision.consent) == (Verdict.CONSENT_REFUSED, refusal)
    assert (world.events, reads) == (["log"], [])


def test_consent_is_part_of_the_decision() -> None:
    consented = Consent("1", NOW)
    assert run(policy_of([step("a")]), outcome_parts(a="pass"), consent=consented).consent == consented


def test_no_denial_is_answered_before_it_is_counted() -> None:
    world = World(breaks_at={"fail": AwsUnavailableError("dynamodb:PutItem", "ThrottlingException", "")})
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")]), outcome_parts(a="fail"), world)


def test_a_review_gives_the_place_back() -> None:
    world = World()
    run(policy_of([step("a", on_fail=Consequence.REVIEW)]), outcome_parts(a="fail"), world)
    assert sorted(world.events) == ["keep", "log", "release", "reserve"]


def test_a_review_that_cannot_be_logged_is_dropped() -> None:
    world = World(breaks_at={"log": AwsUnavailableError("dynamodb:TransactWriteItems", "InternalServerError", "")})
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a", on_fail=Consequence.REVIEW)]), outcome_parts(a="fail"), world)
    assert world.events.index("keep") < world.events.index("log") < world.events.index("drop")
