"""Which calls a verification makes, path by path. Held in the tests against what the sandbox's journal says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.engine.plan import Plan
from chalicelib.model.policy import AnyOf, Consequence, Execution, FaceStorage, Step

# What the engine itself calls: the attempt is counted, the decision signed and written, a change written down first.
_ALWAYS = ("dynamodb:PutItem", "dynamodb:TransactWriteItems", "kms:Sign")
_APPROVED = ("dynamodb:DeleteItem",)
_DENIED = ("dynamodb:PutItem",)
_NEW_RECORD, _KNOWN_RECORD = "dynamodb:PutItem", "dynamodb:UpdateItem"
_JOURNALED = ("dynamodb:GetItem", "sqs:SendMessage")
_EFFECTS: Mapping[str, tuple[str, ...]] = {
    "index_face": ("rekognition:IndexFaces",),
    "store_images": ("s3:PutObject",),
    "retire_faces": ("dynamodb:GetItem",),
}
_SECOND_LOOK = "rekognition:SearchFacesByImage"  # after indexing, once for each collection

# Signals that do not make each of their calls once.
_PER_COLLECTION = "collection_search"
_PER_STORED_FACE = "stored_face_matches"
_OF_FOUND_FACES = ("collection_matches", "blocked_faces")  # a read only when the search found something


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a flow. `title` is like "approved" or "denied at pose"; `signals` are those that are read."""

    title: str
    approved: bool
    signals: tuple[str, ...]
    steps: tuple[Step | AnyOf, ...]


def paths(plan: Plan, execution: Execution) -> Iterator[Path]:
    """The approval, then a denial at each step that can deny. `fastest` reads everything, whatever is decided.

    On an approval the first branch of alternatives passes; at a denial all of them have been tried.
    """
    steps = plan.flow.steps
    yield Path("approved", True, _read(plan, execution, _first_branches(steps)), steps)
    for place, step in enumerate(steps, start=1):
        if Consequence.DENY not in (step.on_fail, step.on_inconclusive):
            continue
        asked = (*_first_branches(steps[: place - 1]), *_all_branches(step))
        yield Path(f"denied at {step.id}", False, _read(plan, execution, asked), steps[:place])


def calls_of(path: Path, plan: Plan, faces: FaceStorage) -> Counter[str]:
    """The most calls that the path makes, by "service:Operation"; a user has as many faces as are kept."""
    calls: Counter[str] = Counter()
    for name in path.signals:
        for call in plan.signals[name].calls:
            calls[call] += _times(name, plan, faces)
    calls.update(_ALWAYS)
    calls.update(_APPROVED if path.approved else _DENIED)
    if path.approved:
        calls.update(_writes(plan, faces))
    return +calls


def _times(signal: str, plan: Plan, faces: FaceStorage) -> int:
    if signal == _PER_COLLECTION:
        return faces.shards
    if signal == _PER_STORED_FACE:
        return faces.max_per_user
    return int(not plan.creates) if signal in _OF_FOUND_FACES else 1


def _writes(plan: Plan, faces: FaceStorage) -> Counter[str]:
    calls: Counter[str] = Counter()
    for effect in plan.effects:
        calls.update(_EFFECTS.get(effect.name, ()))
    if "s3:PutObject" in calls:
        calls["s3:PutObject"] = sum(picture in plan.signals for picture in ("selfie", "id_card"))
    if any(effect.journaled for effect in plan.effects):
        calls.update((*_JOURNALED, _NEW_RECORD if plan.creates else _KNOWN_RECORD))
    if "rekognition:IndexFaces" in calls and plan.creates and "FaceMatchThreshold" in plan.asked:
        calls[_SECOND_LOOK] += faces.shards
    return calls


def _read(plan: Plan, execution: Execution, asked: Iterable[Step]) -> tuple[str, ...]:
    if execution is Execution.FASTEST:
        return tuple(plan.signals)
    wanted = {name for step in asked for need in plan.plugins.checks[step.check].needs for name in rests_on(need, plan)}
    return tuple(name for name in plan.signals if name in wanted)


def rests_on(signal: str, plan: Plan) -> set[str]:
    """The signal and all that must be read before it."""
    return {signal, *(deeper for other in plan.rests_on[signal] for deeper in rests_on(other, plan))}


def _first_branches(steps: Iterable[Step | AnyOf]) -> tuple[Step, ...]:
    return tuple(step.branches[0] if isinstance(step, AnyOf) else step for step in steps)


def _all_branches(step: Step | AnyOf) -> tuple[Step, ...]:
    return step.branches if isinstance(step, AnyOf) else (step,)
