"""The place among the allowed attempts: nothing biometric is asked before it is there, and nothing is answered."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import AwsUnavailableError, LockedOutError
from chalicelib.model.attempt import Attempt
from chalicelib.model.change import Phase
from chalicelib.model.decision import Verdict
from chalicelib.model.policy import Execution
from tests.engine.fakes import World, check, effect, plugins, signal, step
from tests.engine.test_engine import policy_of, run, saving_parts

LOCKED = LockedOutError("Too many failed attempts.", 60)


class SlowToAdmit(World):
    """The place is there, or refused, once `decide` is set."""

    def __init__(self, refusal: Exception | None = None) -> None:
        super().__init__()
        self.refusal = refusal
        self.decide = threading.Event()

    def reserve(self, attempt: Attempt) -> None:
        assert self.decide.wait(5)
        if self.refusal:
            raise self.refusal
        self.note("reserve")


@pytest.mark.parametrize("execution", list(Execution))
def test_the_table_is_read_meanwhile_and_nothing_biometric(execution: Execution) -> None:
    world = SlowToAdmit()

    def stored(_: object) -> str:
        world.note("stored")
        world.decide.set()
        return "pass"

    def biometric(_: object) -> str:
        world.note("biometric")
        return "pass"

    known = replace(signal("known", read=stored), calls=("dynamodb:GetItem",))
    parts = plugins(known, check("known", ("known",)), signal("face", read=biometric), check("face", ("face",)))
    decision = run(policy_of([step("known"), step("face")], execution=execution), parts, world)
    assert decision.verdict is Verdict.APPROVED
    assert world.events.index("stored") < world.events.index("reserve") < world.events.index("biometric")


@pytest.mark.parametrize("execution", list(Execution))
@pytest.mark.parametrize("outcome", ["pass", "fail", AwsUnavailableError("dynamodb:GetItem", "Throttling", "")])
def test_a_refused_place_is_what_the_caller_hears(execution: Execution, outcome: Any) -> None:
    """Whatever the table says about the user, and whatever goes wrong: a lockout tells nothing else."""
    world = SlowToAdmit(LOCKED)

    def stored(_: object) -> Any:
        world.decide.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    known = replace(signal("known", read=stored), calls=("dynamodb:GetItem",))
    parts = plugins(known, check("known", ("known",)))
    with pytest.raises(LockedOutError):
        run(policy_of([step("known")], execution=execution), parts, world)
    assert world.events == []


def test_what_is_planned_ahead_of_a_refused_place_is_forgotten() -> None:
    world = SlowToAdmit(LOCKED)
    begin = world.begin

    def begun(change: Any) -> None:
        begin(change)
        world.decide.set()

    world.begin = begun  # type: ignore[method-assign]
    parts = saving_parts()
    policy = policy_of([step("a")], ("store", "index", "save"), execution=Execution.SPECULATIVE)
    with pytest.raises(LockedOutError):
        run(policy, parts, world)
    assert world.events == ["begin", "abandon"]


def test_a_place_that_nobody_could_take_is_an_error_of_aws() -> None:
    unavailable = AwsUnavailableError("dynamodb:PutItem", "ThrottlingException", "")
    world = World(locked=unavailable)
    parts = plugins(signal("a"), check("a", ("a",)), effect("save", Phase.COMMIT))
    with pytest.raises(AwsUnavailableError):
        run(policy_of([step("a")], ("save",)), parts, world)
    assert world.events == []
