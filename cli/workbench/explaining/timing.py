"""How long a path takes, from the latencies of its calls: what waits for what, and what runs side by side.

A sum of medians is about the median of the sum; it is an expectation, not a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.engine.plan import Plan
from chalicelib.model.change import Phase
from chalicelib.model.policy import AnyOf, Execution, FaceStorage
from cli.workbench.explaining.calls import Path, rests_on

Latencies = Mapping[str, float]

_RESERVE = ("dynamodb:PutItem",)
_DECISION = ("kms:Sign", "dynamodb:TransactWriteItems")
_BEGIN = ("dynamodb:PutItem", "sqs:SendMessage")  # side by side
_EFFECTS = {"index_face": "rekognition:IndexFaces", "store_images": "s3:PutObject"}


def p50_ms(path: Path, plan: Plan, execution: Execution, faces: FaceStorage, latencies: Latencies) -> float:
    """From the request's arrival in the engine to the decision being written; without HTTP and cold starts."""
    reading = _fastest(path, plan, latencies) if execution is Execution.FASTEST else _cheapest(path, plan, latencies)
    return _sum(_RESERVE, latencies) + reading + _writing(path, plan, faces, latencies) + _sum(_DECISION, latencies)


def _fastest(path: Path, plan: Plan, latencies: Latencies) -> float:
    """All at once: the decision waits for the longest chain that its steps need."""
    return max((_chain(name, plan, latencies, frozenset()) for name in _needed(path, plan)), default=0.0)


def _cheapest(path: Path, plan: Plan, latencies: Latencies) -> float:
    """Step by step: each waits for what it needs and nobody has read yet."""
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
        found |= {
            need for each in (branches if last else branches[:1]) for need in plan.plugins.checks[each.check].needs
        }
    return found


def _chain(name: str, plan: Plan, latencies: Latencies, known: frozenset[str]) -> float:
    if name in known:
        return 0.0
    before = max((_chain(other, plan, latencies, known) for other in plan.rests_on[name]), default=0.0)
    found_nothing = name in ("collection_matches", "blocked_faces") and plan.creates
    return before + (0.0 if found_nothing else _sum(plan.signals[name].calls, latencies))


def _writing(path: Path, plan: Plan, faces: FaceStorage, latencies: Latencies) -> float:
    """Effects run side by side; who has indexed a new face looks again, in one collection after the other."""
    names = [effect.name for effect in plan.effects if effect.phase is Phase.BEFORE]
    if not path.approved or not names:
        return 0.0
    begin = max(latencies.get(call, 0.0) for call in _BEGIN)
    effects = max(latencies.get(_EFFECTS.get(name, ""), 0.0) for name in names)
    looks_again = "index_face" in names and plan.creates and "FaceMatchThreshold" in plan.asked
    second_look = faces.shards * latencies.get("rekognition:SearchFacesByImage", 0.0) if looks_again else 0.0
    return begin + effects + second_look


def _sum(calls: Iterable[str], latencies: Latencies) -> float:
    return sum(latencies.get(call, 0.0) for call in calls)
