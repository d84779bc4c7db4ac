"""`execution: speculative`: the same decisions as ever, and nothing left of what was made for those that are none."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.plan import MADE, plan_flow
from chalicelib.errors import AwsUnavailableError, ConflictError, SignalMissingError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase
from chalicelib.model.decision import Verdict
from chalicelib.model.plugins import Plugins, Signal
from chalicelib.model.policy import AnyOf, Execution, Flow, Step
from tests.engine.fakes import World, check, effect, plugins, signal, step
from tests.engine.test_engine import ITEMS, NAMES, OUTCOMES, policy_of, run

EFFECTS = ("store", "index", "save")
UNAVAILABLE = AwsUnavailableError("rekognition:IndexFaces", "ThrottlingException", "")


def indexing(answers: tuple[str, ...]) -> Effect:
    """An effect that tells what the signals in `answers` would have said: it "sees" the same world."""

    def do(world: World, change: Change, material: Material, draft: Draft) -> Draft:
        world.note("index")
        return replace(draft, seen=({"index": True},))

    return replace(effect("index", Phase.BEFORE), do=do, answers=answers)


def answered(plain: Signal) -> Signal:
    """The signal, which can be read off what was made too."""

    def off_what_was_made(request: Any, *, made: Draft) -> object:
        if made.seen:
            request.append(f"{plain.name} off the effect")
        return plain.read(request)

    ahead = Signal(f"{plain.name}_made", "", off_what_was_made, (MADE,), (), (), ())
    return replace(plain, once_made=ahead)


def parts_of(**outcomes: object) -> Plugins:
    parts = [part for name, value in outcomes.items() for part in (answered(signal(name, value)), check(name, (name,)))]
    return plugins(*parts, effect("store", Phase.BEFORE), indexing(("a", "b")), effect("save", Phase.COMMIT))


def decided(steps: Any, parts: Plugins, execution: Execution, world: World | None = None) -> Any:
    return run(policy_of(steps, EFFECTS, execution=execution), parts, world, request=[])


@settings(max_examples=150, deadline=None)
@given(st.lists(ITEMS, max_size=6), st.fixed_dictionaries(dict.fromkeys(NAMES, OUTCOMES)))
def test_all_modes_decide_alike_and_only_approvals_leave_something(
    steps: list[Step | AnyOf], outcomes: dict[str, str]
) -> None:
    parts = parts_of(**outcomes)
    worlds = {execution: World() for execution in Execution}
    decisions = [decided(steps, parts, execution, world) for execution, world in worlds.items()]
    told = {(decision.verdict, decision.reasons, decision.not_reached) for decision in decisions}
    assert len(told) == 1
    for world in worlds.values():
        made = [event for event in world.events if event in ("store", "index", "save")]
        undone = [event for event in world.events if event.startswith("undo")]
        if decisions[0].verdict is Verdict.APPROVED:
            assert (sorted(made), undone) == (["index", "save", "store"], [])
        else:
            assert "save" not in made
            assert sorted(f"undo {event}" for event in made) == sorted(undone)


def test_signals_are_read_off_what_was_made() -> None:
    request: list[str] = []
    policy = policy_of([step("a"), step("c")], EFFECTS, execution=Execution.SPECULATIVE)
    assert run(policy, parts_of(a="pass", c="pass"), request=request).verdict is Verdict.APPROVED
    assert "a off the effect" in request
    assert "c off the effect" not in request


def test_effects_begin_beside_the_checks() -> None:
    indexed = threading.Event()

    def late(request: object) -> str:
        return "pass" if indexed.wait(5) else "fail"

    def do(world: World, change: Change, material: Material, draft: Draft) -> Draft:
        indexed.set()
        return draft

    slow = plugins(
        signal("a", read=late),
        check("a", ("a",)),
        replace(effect("index", Phase.BEFORE), do=do),
        effect("save", Phase.COMMIT),
    )
    policy = policy_of([step("a")], ("index", "save"), execution=Execution.SPECULATIVE)
    assert run(policy, slow).verdict is Verdict.APPROVED


def test_a_denial_is_counted_and_logged_while_what_was_made_is_undone() -> None:
    world = World()
    decided([step("a")], parts_of(a="fail"), Execution.SPECULATIVE, world)
    assert sorted(world.events[:4]) == ["begin", "index", "reserve", "store"]
    assert sorted(world.events[4:]) == ["abandon", "fail", "log", "stop", "undo index", "undo store"]


@pytest.mark.parametrize("breaks", ["store", "index"])
def test_an_effect_that_fails_denies_nobody_and_fails_an_approval(breaks: str) -> None:
    """A denial needs no effect, so it is told; an approval cannot be made real, as in any mode."""
    denied, approved = World(breaks_at={breaks: UNAVAILABLE}), World(breaks_at={breaks: UNAVAILABLE})
    assert decided([step("a")], parts_of(a="fail"), Execution.SPECULATIVE, denied).verdict is Verdict.DENIED
    with pytest.raises(AwsUnavailableError):
        decided([step("a")], parts_of(a="pass"), Execution.SPECULATIVE, approved)
    for world in (denied, approved):
        assert {"undo index", "undo store", "abandon"} <= set(world.events)
        assert "save" not in world.events


@pytest.mark.parametrize("error", [ConflictError("user-exists", ""), UNAVAILABLE])
def test_a_beginning_that_fails_is_a_matter_for_approvals_alone(error: Exception) -> None:
    """Whether a user exists must not be told to somebody whose face was refused: all modes answer the denial."""
    world = World(breaks_at={"begin": error})
    assert decided([step("a")], parts_of(a="fail"), Execution.SPECULATIVE, world).verdict is Verdict.DENIED
    with pytest.raises(type(error)):
        decided([step("a")], parts_of(a="pass"), Execution.SPECULATIVE, World(breaks_at={"begin": error}))
    assert "index" not in world.events


def test_without_an_answer_nothing_stays() -> None:
    world = World()
    parts = parts_of(a="pass", c=AwsUnavailableError("textract:AnalyzeID", "ThrottlingException", ""))
    with pytest.raises(AwsUnavailableError):
        decided([step("a"), step("c")], parts, Execution.SPECULATIVE, world)
    assert world.events[-5:] == ["stop", "undo index", "undo store", "abandon", "release"]


def test_without_a_picture_nothing_is_made() -> None:
    """The picture is the liveness session's, and the session failed."""
    world = World()
    parts = plugins(
        signal("selfie", SignalMissingError("no reference image")),
        check("selfie", ("selfie",)),
        effect("index", Phase.BEFORE, inputs=("selfie",)),
        effect("save", Phase.COMMIT),
    )
    policy = policy_of([step("selfie")], ("index", "save"), execution=Execution.SPECULATIVE)
    assert run(policy, parts, world).verdict is Verdict.DENIED
    assert sorted(world.events) == ["fail", "log", "reserve"]


def test_only_flows_that_write_before_the_commit_are_made_ahead() -> None:
    parts = parts_of(a="pass", c="pass")
    steps = (step("a"), step("c"))
    ahead = plan_flow(Flow("f", steps, EFFECTS), parts, Execution.SPECULATIVE)
    assert (ahead.ahead, ahead.signals["a"].name, ahead.signals["c"].name) == (True, "a_made", "c")
    for flow, execution in (
        (Flow("f", steps, ("save",)), Execution.SPECULATIVE),
        (Flow("f", steps, EFFECTS), Execution.FASTEST),
        (Flow("f", steps, EFFECTS), Execution.CHEAPEST),
    ):
        plan = plan_flow(flow, parts, execution)
        assert (plan.ahead, plan.signals["a"].name) == (False, "a")


def test_an_alternative_that_passes_is_enough_while_another_is_awaited() -> None:
    answered_already = threading.Event()

    def never(request: object) -> str:
        answered_already.wait(5)
        return "pass"

    parts = plugins(
        signal("slow", read=never), check("slow", ("slow",)), signal("quick", "pass"), check("quick", ("quick",))
    )
    decision = run(policy_of([AnyOf("either", (step("slow"), step("quick")))]), parts)
    answered_already.set()
    assert [branch.step for branch in decision.results[0].branches] == ["quick"]


@pytest.mark.parametrize("execution", list(Execution))
def test_an_alternative_that_aws_did_not_answer_decides_nothing(execution: Execution) -> None:
    steps = [AnyOf("either", (step("a"), step("c")))]
    assert decided(steps, parts_of(a=UNAVAILABLE, c="pass"), execution).verdict is Verdict.APPROVED
    with pytest.raises(AwsUnavailableError):
        decided(steps, parts_of(a=UNAVAILABLE, c="fail"), execution)
