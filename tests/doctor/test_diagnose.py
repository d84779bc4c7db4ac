"""The rules by themselves: what of a user's holdings is wrong, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.model.change import Leftover
from chalicelib.model.deferred import Deferred
from chalicelib.model.user import User, UserStatus
from chalicelib.store.roster import Record
from cli.doctor.diagnose import MEANINGS, Kind, Rules, diagnose
from cli.doctor.holdings import Holdings, IndexedFace, Picture
from cli.doctor.repair import BEYOND_REPAIR, TREATMENTS
from tests.samples import NOW, change, face

MADE = change("acme", "c1")
FACE = face(MADE, "f1")
INDEXED = IndexedFace("f1", FACE.collection, MADE.external_image_id, "7.0")
PICTURE = Picture(FACE.image_key, "v1", NOW, is_there=True)
USER = User("ada", MADE.user_key, UserStatus.ACTIVE, (FACE,))
RULES = Rules(NOW + timedelta(hours=1), images_days=30, decisions_days=365, model_versions={FACE.collection: "7.0"})
WHOLE = Holdings(MADE.user_key, Record(USER, None), (INDEXED,), (PICTURE,), frozenset({"c1"}))


def kinds(held: Holdings, rules: Rules = RULES) -> list[Kind]:
    return [finding.kind for finding in diagnose(held, rules)]


def test_a_whole_user_is_healthy() -> None:
    assert kinds(WHOLE) == []


def test_what_no_record_lists_is_orphaned() -> None:
    nobody = replace(WHOLE, record=None)
    assert kinds(nobody) == [Kind.ORPHAN_FACE, Kind.ORPHAN_PICTURE]
    marker = replace(PICTURE, version_id="v2", is_there=False)
    assert kinds(replace(nobody, faces=(), pictures=(PICTURE, marker))) == [Kind.ORPHAN_PICTURE] * 2


@pytest.mark.parametrize("status", UserStatus)
def test_only_an_active_user_keeps_faces_and_must_have_them(status: UserStatus) -> None:
    """What a pending record lists beside its change is kept: a registration that replaces a revoked user."""
    held = replace(WHOLE, record=Record(replace(USER, status=status), None))
    assert kinds(held) == ([Kind.ORPHAN_FACE, Kind.ORPHAN_PICTURE] if status is UserStatus.REVOKED else [])
    bare = replace(WHOLE, record=Record(replace(USER, status=status, faces=()), None), faces=(), pictures=())
    assert kinds(bare) == ([Kind.USER_WITHOUT_FACE] if bare.record and bare.record.user.is_registered else [])


def test_what_a_change_under_way_makes_is_not_judged() -> None:
    pending = Record(replace(USER, status=UserStatus.PENDING, faces=()), MADE)
    held = replace(WHOLE, record=pending, decided=frozenset())
    assert kinds(held, replace(RULES, now=NOW + timedelta(minutes=1))) == []
    assert kinds(held) == [Kind.CHANGE_STALE]
    assert kinds(Holdings("", faces=(replace(INDEXED, external_image_id=""),))) == [Kind.ORPHAN_FACE]
    letting_go = Record(replace(USER, faces=()), None, (Leftover(FACE.image_key, "f1", FACE.collection),))
    assert kinds(replace(WHOLE, record=letting_go)) == [Kind.LEFTOVER, Kind.USER_WITHOUT_FACE]
    other = replace(INDEXED, external_image_id=f"{MADE.user_key}:c0")
    assert kinds(replace(held, faces=(other,)), replace(RULES, now=NOW)) == [Kind.ORPHAN_FACE]


def test_what_a_record_lists_must_be_there() -> None:
    assert kinds(replace(WHOLE, faces=())) == [Kind.FACE_MISSING]
    assert kinds(replace(WHOLE, pictures=())) == [Kind.PICTURE_MISSING]
    assert kinds(replace(WHOLE, pictures=(replace(PICTURE, is_there=False),))) == [Kind.PICTURE_MISSING]
    assert kinds(replace(WHOLE, decided=frozenset())) == [Kind.DECISION_MISSING]
    assert kinds(replace(WHOLE, faces=(replace(INDEXED, model_version="6.0"),))) == [Kind.FACE_OUTDATED]


def test_deferred_steps_may_be_open_for_an_hour() -> None:
    provisional = replace(USER, status=UserStatus.PROVISIONAL, deferred=Deferred("c1", "register", ("age",), NOW))
    held = replace(WHOLE, record=Record(provisional, None))
    assert kinds(held) == []
    assert kinds(held, replace(RULES, now=NOW + timedelta(minutes=61))) == [Kind.DEFERRED_STALE]


def test_what_the_policy_no_longer_keeps_is_not_missed() -> None:
    gone = replace(WHOLE, pictures=(), decided=frozenset())
    assert kinds(gone, replace(RULES, now=NOW + timedelta(days=31))) == [Kind.DECISION_MISSING]
    assert kinds(gone, replace(RULES, now=NOW + timedelta(days=366))) == []


def test_every_kind_has_a_meaning_and_an_answer() -> None:
    assert set(MEANINGS) == set(Kind)
    assert set(TREATMENTS) | set(BEYOND_REPAIR) == set(Kind)
    assert not set(TREATMENTS) & set(BEYOND_REPAIR)
