"""Which calls a verification makes, path by path. Held in the tests against what the sandbox's journal says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.engine.plan import MADE, Plan
from chalicelib.model.policy import AnyOf, Consequence, Execution, FaceStorage, Step

# What the engine itself calls: the attempt is counted, the decision signed and written.
_ALWAYS = ("dynamodb:PutItem", "dynamodb:TransactWriteItems", "kms:Sign")
_APPROVED = ("dynamodb:DeleteItem",)
_DENIED = ("dynamodb:PutItem",)
# A change is written down before its first effect; a known user's record is read before it is saved.
BEGIN_NEW = ("dynamodb:PutItem", "sqs:SendMessage")
BEGIN_KNOWN = ("dynamodb:UpdateItem", "sqs:SendMessage")
_SAVING_KNOWN = ("dynamodb:GetItem",)
_PICTURES = ("selfie", "id_card")

# What takes back effects that were made ahead of a denial, and the change itself.
UNDO: Mapping[str, tuple[str, ...]] = {
    "index_face": ("rekognition:DeleteFaces",),
    "store_images": ("s3:ListObjectVersions", "s3:DeleteObjects"),
}
UNDO_CHANGE = ("dynamodb:UpdateItem", "dynamodb:DeleteItem")

# Signals that do not make each of their calls once.
_PER_COLLECTION = "collection_search"
_PER_STORED_FACE = "stored_face_matches"
FOUND_FACES = ("collection_matches", "blocked_faces")  # a read only when the search found something


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a flow. `title` is like "approved" or "denied at pose"; `signals` are those that are read."""

    title: str
    approved: bool
    signals: tuple[str, ...]
    steps: tuple[Step | AnyOf, ...]


def paths(plan: Plan, execution: Execution) -> Iterator[Path]:
    """The approval, then a denial at each step that can deny. Only `cheapest` does without what is not needed.

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
    calls: Counter[str] = Counter(_ALWAYS)
    for name in path.signals:
        for call in plan.signals[name].calls if name != MADE else ():
            calls[call] += _times(name, plan, faces)
    calls.update(_APPROVED if path.approved else _DENIED)
    if path.approved or plan.ahead:
        calls.update(_making(plan, faces))
    if path.approved:
        calls.update(_SAVING_KNOWN if _journaled(plan) and not plan.creates else ())
    elif plan.ahead:
        calls.update(_undoing(plan))
    return +calls


def looks_again(plan: Plan) -> bool:
    """Whether a face that was just indexed is searched for: two people may race with one."""
    return plan.creates and "FaceMatchThreshold" in plan.asked


def _times(signal: str, plan: Plan, faces: FaceStorage) -> int:
    if signal == _PER_COLLECTION:
        return faces.shards
    if signal == _PER_STORED_FACE:
        return faces.max_per_user
    return int(not plan.creates) if signal in FOUND_FACES else 1


def _making(plan: Plan, faces: FaceStorage) -> Counter[str]:
    """The effects before the commit. A new face is looked for by its id, and by the picture in other collections."""
    calls: Counter[str] = Counter()
    names = [effect.name for effect in plan.effects]
    if "store_images" in names:
        calls["s3:PutObject"] = _pictures(plan)
    if "index_face" in names:
        calls["rekognition:IndexFaces"] = 1
        calls["rekognition:SearchFaces"] = int(looks_again(plan))
        calls["rekognition:SearchFacesByImage"] = (faces.shards - 1) * looks_again(plan)
    if _journaled(plan):
        calls.update(BEGIN_NEW if plan.creates else BEGIN_KNOWN)
    return calls


def _undoing(plan: Plan) -> Counter[str]:
    calls: Counter[str] = Counter(UNDO_CHANGE)
    for effect in plan.effects:
        times = _pictures(plan) if effect.name == "store_images" else 1
        calls.update(dict.fromkeys(UNDO.get(effect.name, ()), times))
    return calls


def _journaled(plan: Plan) -> bool:
    return any(effect.journaled for effect in plan.effects)


def _pictures(plan: Plan) -> int:
    return sum(picture in plan.signals for picture in _PICTURES)


def _read(plan: Plan, execution: Execution, asked: Iterable[Step]) -> tuple[str, ...]:
    if execution is not Execution.CHEAPEST:
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
