"""How long a path takes, from the latencies of its calls: what waits for what, and what runs side by side.

A sum of medians is about the median of the sum; it is an expectation, not a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.engine.plan import MADE, Plan
from chalicelib.model.policy import AnyOf, Execution
from cli.workbench.explaining.calls import BEGIN_NEW, FOUND_FACES, UNDO, UNDO_CHANGE, Path, looks_again, rests_on

Latencies = Mapping[str, float]

_RESERVE = ("dynamodb:PutItem",)
_DECISION = ("kms:Sign", "dynamodb:TransactWriteItems")


def p50_ms(path: Path, plan: Plan, execution: Execution, latencies: Latencies) -> float:
    """From the request's arrival in the engine to the decision being written; without HTTP and cold starts."""
    if execution is Execution.CHEAPEST:
        reading_ms = _step_by_step(path, plan, latencies)
    else:
        reading_ms = max((_chain(name, plan, latencies, frozenset()) for name in _needed(path, plan)), default=0.0)
    if plan.ahead:  # what is made beside the checks is waited for, and taken back unless it is approved
        made_ms = _chain(MADE, plan, latencies, frozenset())
        acting_ms = max(made_ms - reading_ms, 0.0) + (0.0 if path.approved else _undoing(plan, latencies))
    else:
        acting_ms = _making(plan, latencies) if path.approved else 0.0
    return _sum(_RESERVE, latencies) + reading_ms + acting_ms + _sum(_DECISION, latencies)


def _step_by_step(path: Path, plan: Plan, latencies: Latencies) -> float:
    """Each step waits for what it needs and nobody has read yet."""
    known: set[str] = set()
    total = 0.0
    for step in path.steps:
        for branch in step.branches if isinstance(step, AnyOf) else (step,):
            needs = [need for need in plan.plugins.checks[branch.check].needs if need in path.signals]
            total += max((_chain(need, plan, latencies, frozenset(known)) for need in needs), default=0.0)
            known |= {name for need in needs for name in rests_on(need, plan)}
    return total


def _needed(path: Path, plan: Plan) -> set[str]:
    """By the steps that are judged; on an approval the first of alternatives is enough."""
    found: set[str] = set()
    for place, step in enumerate(path.steps, start=1):
        last = not path.approved and place == len(path.steps)
        branches = step.branches if isinstance(step, AnyOf) else (step,)
        for each in branches if last else branches[:1]:
            found |= set(plan.plugins.checks[each.check].needs)
    return found


def _chain(name: str, plan: Plan, latencies: Latencies, known: frozenset[str]) -> float:
    if name in known:
        return 0.0
    before = max((_chain(other, plan, latencies, known) for other in plan.rests_on[name]), default=0.0)
    if name == MADE:
        return before + _making(plan, latencies)
    found_nothing = name in FOUND_FACES and plan.creates
    return before + (0.0 if found_nothing else _sum(plan.signals[name].calls, latencies))


def _making(plan: Plan, latencies: Latencies) -> float:
    """Effects run side by side; a new face is looked for right after it was indexed."""
    times = {
        "index_face": ("rekognition:IndexFaces", *(("rekognition:SearchFaces",) if looks_again(plan) else ())),
        "store_images": ("s3:PutObject",),
    }
    names = [effect.name for effect in plan.effects if effect.name in times]
    begin = max(latencies.get(call, 0.0) for call in BEGIN_NEW)
    return begin + max(_sum(times[name], latencies) for name in names) if names else 0.0


def _undoing(plan: Plan, latencies: Latencies) -> float:
    times = [_sum(UNDO[effect.name], latencies) for effect in plan.effects if effect.name in UNDO]
    return _sum(UNDO_CHANGE, latencies) + max(times, default=0.0)


def _sum(calls: Iterable[str], latencies: Latencies) -> float:
    return sum(latencies.get(call, 0.0) for call in calls)
