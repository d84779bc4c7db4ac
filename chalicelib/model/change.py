"""What a verification is about to write, and the effects that write it.

The change is on the table, with its plan, before the first effect runs; undo needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.model.facts import CollectionSearch
from chalicelib.model.images import Image
from chalicelib.model.log import SignedDecision
from chalicelib.model.policy import Retention
from chalicelib.model.user import StoredFace


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one user's record: small, without pictures, and enough to undo all its effects.

    `change_id` is of this attempt alone; a verification that is tried again after a crash has another change.
    `image_keys` are where the pictures go, by kind (selfie, id_card, id_card_back): known beforehand.
    `collection` is the shard in which the face goes. `creates` is true when the user must not exist yet.
    """

    change_id: str
    verification_id: str
    tenant: str
    user_id: str
    user_key: str
    flow: str
    creates: bool
    effects: tuple[str, ...]
    collection: str
    image_keys: Mapping[str, str]
    started_at: datetime

    @property
    def external_image_id(self) -> str:
        """Rekognition's ExternalImageId of the face: tells whose it is and which change made it."""
        return f"{self.user_key}:{self.change_id}"


_BLOCKED = "blocked:"


def blocked_external_image_id(block_id: str) -> str:
    """The ExternalImageId of a blocked face: what is in front of the colon is no user's key."""
    return f"{_BLOCKED}{block_id}"


def block_id_of(external_image_id: str) -> str | None:
    """The block that this face belongs to, or None when it is not a blocked one."""
    return external_image_id.removeprefix(_BLOCKED) if external_image_id.startswith(_BLOCKED) else None


def user_key_of(external_image_id: str) -> str:
    """The user key inside an ExternalImageId; an id that is not ours gives a key that no user has."""
    return external_image_id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Material:
    """What only the running verification has: pictures, the values to save, the decision to log with them.

    `signed` waits for the decision and its signature, which is made while the effects run.
    `ahead`: the effects are made beside the checks, which read signals off what is made; nothing is decided yet.
    `asked` are the thresholds that the flow handed to AWS, by AWS's names.
    `known_lookalikes` are faces that a reviewer had before them when approving: no rivals in the second look.
    """

    images: Mapping[str, Image]
    properties: Mapping[str, str]
    signed: Callable[[], SignedDecision]
    keep_faces: int
    retention: Retention
    asked: Mapping[str, float] = field(default_factory=dict)
    ahead: bool = False
    known_lookalikes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """What the effects have made so far. An empty one knows nothing, as after a crash.

    `seen` are IndexFaces' FaceDetails of all faces in the picture, indexed or not. `lookalikes` are the faces like the
    indexed one in the tenant's collections; None: not searched. `leaves`: the saved record has let go of something.
    """

    face: StoredFace | None = None
    seen: tuple[Mapping[str, Any], ...] = ()
    lookalikes: CollectionSearch | None = None
    leaves: bool = False

    def with_made(self, other: Draft) -> Draft:
        """This draft with what another effect has made beside it."""
        lookalikes = self.lookalikes if self.lookalikes is not None else other.lookalikes
        return Draft(self.face or other.face, self.seen or other.seen, lookalikes)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A picture that a user's record has let go of, and the face that was indexed from it, if there was one."""

    image_key: str
    face_id: str | None = None
    collection: str | None = None


class Phase(StrEnum):
    """When an effect runs. `COMMIT` is the one conditional write that makes it real, together with the log entry.

    Effects before it run side by side, and are undone when anything fails. Recovery finishes those after it.
    """

    BEFORE = "before"
    COMMIT = "commit"
    AFTER = "after"


def _make_nothing(_ports: Any, _change: Change, _material: Material, draft: Draft) -> Draft:
    return draft


def _undo_nothing(_ports: Any, _change: Change, _draft: Draft) -> None:
    """A transaction that failed wrote nothing, and what comes after the commit is not undone."""


def _settle_nothing(_ports: Any, _change: Change, _material: Material, _draft: Draft) -> None:
    """It cannot race with another change's effects."""


def _finish_nothing(_ports: Any, _user_key: str) -> None:
    """Nothing is left to do after the commit."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One write and its undo. `ports` are the effects' own way out.

    `do(ports, change, material, draft)` returns the draft with what it made.
    `undo(ports, change, draft)`, of the phase BEFORE, removes what `do` may have made. It is idempotent and, when the
    draft knows nothing (after a crash), finds it by the change alone.
    `settle(ports, change, material, draft)`, of the phase BEFORE, runs once everything is made and the decision is an
    approval: it raises ConflictError when another change came first.
    `finish(ports, user_key)`, of the phase AFTER, does what the saved record says is still to be done. Idempotent.
    `inputs` are the pictures without which it cannot run. `journaled`: it builds on the pending record of the change,
    as everything does that is written before the commit.
    `calls` are the AWS operations behind `do` and `settle`. `answers` are signals that can be read off what it made
    (`Signal.once_made`) instead of asking again; `answers_new` those for which that holds when the user is new.
    """

    name: str
    summary: str
    phase: Phase
    do: Callable[[Any, Change, Material, Draft], Draft] = _make_nothing
    undo: Callable[[Any, Change, Draft], None] = _undo_nothing
    settle: Callable[[Any, Change, Material, Draft], None] = _settle_nothing
    finish: Callable[[Any, str], None] = _finish_nothing
    inputs: tuple[str, ...] = ()
    journaled: bool = False
    keeps_pictures: bool = False
    calls: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answers_new: tuple[str, ...] = ()
