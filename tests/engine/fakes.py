"""Plugins made up for the engine's tests: it knows nothing of faces, so neither do these."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.model.attempt import Attempt
from chalicelib.model.change import Change, Draft, Effect, Material, Phase
from chalicelib.model.decision import Decision
from chalicelib.model.findings import Finding, Outcome
from chalicelib.model.images import Image
from chalicelib.model.log import Receipt, SignedDecision
from chalicelib.model.plugins import Check, Number, Parameter, Plugins, Signal
from chalicelib.model.policy import Retention, Step
from chalicelib.model.review import Review
from chalicelib.model.submission import LivenessClaim, Submission

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class NoParameters:
    pass


@dataclass(frozen=True)
class Asking:
    Threshold: float = 90


def signal(
    name: str,
    value: object = "pass",
    needs: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (),
    read: Callable[..., object] | None = None,
) -> Signal:
    """A signal whose value is a finding's outcome, or an exception to raise."""

    def give(request: Any, **others: object) -> object:
        if isinstance(request, list):
            request.append(name)
        if isinstance(value, Exception):
            raise value
        return value

    return Signal(name, f"the signal {name}", read or give, needs, uses, inputs, ("aws:Call",))


def check(name: str, needs: tuple[str, ...], asks: bool = False) -> Check:
    """A check that passes on to its finding what its first signal says."""

    def judge(parameters: object, **values: Any) -> Finding:
        outcome = Outcome(values[needs[0]])
        return Finding(outcome, None if outcome is Outcome.PASS else f"{name}_{outcome.value}")

    parameters = (Parameter("Threshold", Number("percent", 0, 100, ""), float, 90),) if asks else ()
    return Check(name, "", "", {}, parameters, Asking if asks else NoParameters, judge, needs)


def plugins(*parts: Signal | Check | Effect) -> Plugins:
    return Plugins(
        {part.name: part for part in parts if isinstance(part, Check)},
        {part.name: part for part in parts if isinstance(part, Signal)},
        {part.name: part for part in parts if isinstance(part, Effect)},
    )


def step(name: str, parameters: object = NoParameters(), **consequences: Any) -> Step:
    return Step(consequences.pop("id", name), name, parameters, **consequences)


@dataclass
class World:
    """Everything that was written, in order, and the engine's other ways out."""

    events: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    locked: Exception | None = None
    over_share: Exception | None = None
    waited_at: set[str] = field(default_factory=set)
    left: Change | None = None
    leaves: bool = False
    called: list[Change] = field(default_factory=list)
    not_called: Exception | None = None
    breaks_at: Mapping[str, Exception] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, event: str) -> None:
        with self.lock:
            self.events.append(event)
        if event in self.breaks_at:
            raise self.breaks_at[event]

    @property
    def in_order(self) -> list[str]:
        """The events whose order is certain: an approval is counted beside the commit."""
        return [event for event in self.events if event != "succeed"]

    def begin(self, change: Change) -> None:
        self.note("begin")

    def call_recovery(self, change: Change) -> None:
        self.called.append(change)
        if self.not_called:
            raise self.not_called

    def stop(self, change: Change) -> bool:
        self.note("stop")
        return "save" not in self.events or "save" in self.breaks_at

    def abandon(self, change: Change) -> None:
        self.left = None
        self.note("abandon")

    def crashed(self, user_key: str, now: datetime, verification_id: str | None = None) -> Change | None:
        return self.left

    def rest(self, user_key: str, now: datetime) -> None:
        self.note("rest")

    def wait(self, operations: Collection[str]) -> None:
        self.waited_at = set(operations)
        if self.over_share:
            raise self.over_share

    def reserve(self, attempt: Attempt) -> None:
        if self.locked:
            raise self.locked
        self.note("reserve")

    def fail(self, attempt: Attempt) -> None:
        self.note("fail")

    def succeed(self, attempt: Attempt) -> None:
        self.note("succeed")

    def release(self, attempt: Attempt) -> None:
        self.note("release")

    def sign(self, decision: Decision, retention: Retention) -> SignedDecision:
        return SignedDecision(decision, Receipt({}, {}), retention)

    def append(self, signed: SignedDecision) -> None:
        self.decisions.append(signed.decision)
        self.note("log")

    def keep(
        self,
        decision: Decision,
        images: Mapping[str, Image],
        properties: Mapping[str, str],
        face_ids: tuple[str, ...],
        retention: Retention,
    ) -> Review:
        self.note("keep")
        keys = {kind: kind for kind in images}
        return Review(decision.verification_id, decision.flow, decision.user_id, decision.user_key, NOW, NOW, keys)

    def drop(self, review: Review) -> None:
        self.note("drop")

    def claim(self, submission: Submission) -> LivenessClaim:
        self.note("claim")
        return LivenessClaim("s")


def effect(name: str, phase: Phase, inputs: tuple[str, ...] = ()) -> Effect:
    def do(world: World, change: Change, material: Material, draft: Draft) -> Draft:
        world.note(name)
        return replace(draft, leaves=world.leaves)

    def undo(world: World, change: Change, draft: Draft) -> None:
        world.note(f"undo {name}")

    def settle(world: World, change: Change, material: Material, draft: Draft) -> None:
        world.note(f"settle {name}")

    def finish(world: World, user_key: str) -> None:
        if phase is Phase.AFTER:
            world.note(name)

    journaled = phase is Phase.BEFORE or name == "save"
    return Effect(name, "", phase, do, undo, settle, finish, inputs, journaled)
