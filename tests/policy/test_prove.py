"""Assertions: what is proved holds of every combination of findings; what is not has an example."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.judge import decide
from chalicelib.model.decision import StepResult, Verdict
from chalicelib.model.findings import Finding, Outcome
from chalicelib.model.policy import AnyOf, Consequence, Flow, Step
from chalicelib.policy.prove import Assertion, combinations, counterexample
from chalicelib.policy.schema import ASSERTED
from tests.policy.fakes import BASE, load, problems

CHECKS = ("liveness", "duplicate_face", "mrz_consistent")
Outcomes = tuple[tuple[str, Outcome], ...]

consequences = st.fixed_dictionaries(
    {
        "on_fail": st.sampled_from(Consequence),
        "on_inconclusive": st.sampled_from([Consequence.DENY, Consequence.REVIEW]),
    }
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Up to five steps, some with alternatives; one check may come several times."""
    names = iter(f"s{number}" for number in range(20))

    def step(**others: Consequence) -> Step:
        return Step(next(names), draw(st.sampled_from(CHECKS)), None, **others)

    steps: list[Step | AnyOf] = []
    for branches in draw(st.lists(st.sampled_from([None, None, 0, 1, 2]), max_size=5)):
        others = draw(consequences)
        steps.append(
            step(**others) if branches is None else AnyOf(next(names), tuple(step() for _ in range(branches)), **others)
        )
    return Flow("enrol", tuple(steps))


@st.composite
def assertions(draw: st.DrawFn) -> Assertion:
    without = draw(st.booleans())
    outcomes = st.just(Outcome.PASS) if without else st.sampled_from(Outcome)
    seen = draw(st.dictionaries(st.sampled_from(CHECKS), outcomes, min_size=1, max_size=2))
    return Assertion(draw(st.sampled_from(ASSERTED)), without, frozenset(seen.items()))


def every_judgement(flow: Flow) -> Iterator[tuple[Verdict, Outcomes]]:
    """All of them, by the engine's own rules: what is decided, and what was found on the way."""
    checks = [step for each in flow.steps for step in (each.branches if isinstance(each, AnyOf) else (each,))]
    for drawn in product(Outcome, repeat=len(checks)):
        yield _judged(flow, dict(zip((step.id for step in checks), drawn, strict=True)))


def _judged(flow: Flow, drawn: dict[str, Outcome]) -> tuple[Verdict, Outcomes]:
    results: list[StepResult] = []
    seen: list[tuple[str, Outcome]] = []
    for each in flow.steps:
        outcome = _tried(each, drawn, seen)
        consequence = {
            Outcome.PASS: None,
            Outcome.FAIL: each.on_fail,
            Outcome.INCONCLUSIVE: each.on_inconclusive,
        }[outcome]
        results.append(StepResult(each.id, "", Finding(outcome), consequence, 0))
        if consequence is Consequence.DENY:
            break
    return decide(tuple(results))[0], tuple(seen)


def _tried(step: Step | AnyOf, drawn: dict[str, Outcome], seen: list[tuple[str, Outcome]]) -> Outcome:
    if isinstance(step, Step):
        seen.append((step.id, drawn[step.id]))
        return drawn[step.id]
    for branch in step.branches:
        seen.append((branch.id, drawn[branch.id]))
        if drawn[branch.id] is Outcome.PASS:
            return Outcome.PASS
    found = [drawn[branch.id] for branch in step.branches]
    return Outcome.INCONCLUSIVE if Outcome.INCONCLUSIVE in found or not found else Outcome.FAIL


@settings(deadline=None, max_examples=200)
@given(flow=flows(), assertion=assertions())
def test_as_looking_at_every_combination(flow: Flow, assertion: Assertion) -> None:
    check_of = {
        step.id: step.check for each in flow.steps for step in (each.branches if isinstance(each, AnyOf) else (each,))
    }

    def breaks(verdict: Verdict, seen: Outcomes) -> bool:
        found = {(check_of[step], outcome) for step, outcome in seen} & assertion.seen
        return verdict is assertion.never and (not found if assertion.without else found == assertion.seen)

    broken = [seen for verdict, seen in every_judgement(flow) if breaks(verdict, seen)]
    example = counterexample(flow, assertion)
    assert example is None if not broken else example is not None and example.outcomes in broken


def never(verdict: Verdict, *without: str, **with_: Outcome) -> Assertion:
    seen = [(check, Outcome.PASS) for check in without] + list(with_.items())
    return Assertion(verdict, bool(without), frozenset(seen))


def test_a_warning_lets_people_through() -> None:
    flow = Flow("enrol", (Step("a", "face_count", None), Step("live", "liveness", None, on_fail=Consequence.WARN)))
    example = counterexample(flow, never(Verdict.APPROVED, "liveness"))
    assert str(example) == "live: fail, everything else passing"
    assert counterexample(flow, never(Verdict.APPROVED, liveness=Outcome.INCONCLUSIVE)) is None


def test_a_deferred_step_comes_after_the_answer() -> None:
    flow = Flow("enrol", (Step("a", "face_count", None), Step("live", "liveness", None, defer=True)))
    example = counterexample(flow, never(Verdict.APPROVED, "liveness"))
    assert str(example) == "everything passing, before the deferred live"
    assert combinations(flow) == 3


def test_a_long_flow_is_no_trouble() -> None:
    steps = tuple(AnyOf(f"any{n}", tuple(Step(f"s{n}-{m}", "x", None) for m in range(4))) for n in range(40))
    flow = Flow("long", (*steps, Step("live", "liveness", None)))
    assert counterexample(flow, never(Verdict.APPROVED, "liveness")) is None
    assert combinations(flow) == 3**161


def test_a_policy_that_breaks_its_assertion_is_invalid() -> None:
    child = """
        policy: acme
        extends: base
        assert:
          - never: approved
            without: [twin]
            in: [register]
          - {never: approved, without: [document]}
        """
    assert problems(base=BASE, acme=child) == [
        "acme.yaml:5:5  assert[0]  `never approved without twin` does not hold: approved in register with everything"
        " passing"
    ]


def test_what_is_inherited_is_asserted_of_the_child() -> None:
    base = BASE + "assert: [{never: approved, without: [document]}]\n"
    weaker = "policy: acme\nextends: base\nflows: {register: {on_fail: {card: warn}}}\n"
    assert load(base=base, acme="policy: acme\nextends: base\n")
    assert problems(base=base, acme=weaker) == [
        "base.yaml:16:10  assert[0]  `never approved without document` does not hold: approved in register with card:"
        " fail, everything else passing"
    ]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{never: approved}", "the key 'with' is missing; expected `without` or `with`"),
        ("{never: approved, without: [pose], with: {pose: fail}}", "'with' is not allowed here"),
        ("{never: approved, without: [posture]}", "unknown check 'posture'"),
        ("{never: approved, with: {posture: fail}}", "unknown check 'posture'"),
        ("{never: approved, with: {pose: failed}}", "unknown outcome 'failed'"),
        ("{never: approved, with: {}}", "this is empty; expected at least one item"),
        ("{never: accepted, without: [pose]}", "unknown decision 'accepted'"),
        ("{never: approved, without: [pose], in: [enroll]}", "there is no flow 'enroll'"),
    ],
)
def test_badly_written_assertions(written: str, problem: str) -> None:
    (found,) = problems(acme=BASE.replace("policy: base", "policy: acme") + f"assert: [{written}]\n")
    assert problem in found
