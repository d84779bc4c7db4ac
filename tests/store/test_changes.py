from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.aws import Aws
from chalicelib.errors import AwsUnavailableError, ConflictError, NotFoundError
from chalicelib.model.change import Change, Draft
from chalicelib.model.policy import Retention
from chalicelib.model.user import UserStatus
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits
from chalicelib.store.items import Table, stamp
from chalicelib.store.queue import Queue
from chalicelib.store.records import RECOVERY_DELAY, user_item_key
from chalicelib.store.users import Users
from cli.resources import queue_url
from tests.aws_server import NAMES, AwsServer, at_once
from tests.log import decisions_of
from tests.samples import NOW, change, face, material

UNUSUAL_IDS = ["ada@example.org", "用户 №1", "a#USER", "T#other#U#x", "' OR 1=1 --", "x" * 128]


def changes_of(server: AwsServer, tenant: str, aws: Aws) -> Changes:
    return Changes(aws, NAMES.table, tenant, Queue(aws, queue_url(server.aws, NAMES.queue)))


@pytest.fixture
def users(server: AwsServer, tenant: str) -> Users:
    return Users(server.aws, NAMES.table, tenant)


@pytest.fixture
def commits(server: AwsServer, tenant: str) -> Commits:
    return Commits(server.aws, NAMES.table, tenant)


@pytest.fixture
def changes(server: AwsServer, tenant: str) -> Changes:
    return changes_of(server, tenant, server.aws)


def register(changes: Changes, commits: Commits, of: Change, *face_ids: str) -> None:
    changes.begin(of)
    commits.save(of, material(of), Draft(face(of, face_ids[0])) if face_ids else Draft())


def conflict(call: Any) -> str:
    with pytest.raises(ConflictError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize("user_id", UNUSUAL_IDS)
def test_a_user_is_pending_then_active(
    users: Users, changes: Changes, commits: Commits, tenant: str, user_id: str
) -> None:
    made = change(tenant, "c1", user_id=user_id)
    changes.begin(made)
    pending = users.get(made.user_key)
    assert pending is not None and (pending.user_id, pending.status) == (user_id, UserStatus.PENDING)
    commits.save(made, material(made, properties={"name": "Ada"}), Draft(face(made, "f1")))
    user = users.get(made.user_key)
    assert user is not None
    assert (user.status, user.faces, user.properties) == (UserStatus.ACTIVE, (face(made, "f1"),), {"name": "Ada"})
    assert user.created_at == NOW
    assert changes.under_way(made.user_key) is None


def test_of_many_who_begin_at_once_one_wins(users: Users, changes: Changes, tenant: str) -> None:
    begins = [partial(changes.begin, change(tenant, f"c{n}")) for n in range(8)]
    results = at_once(begins)
    assert results.count(None) == 1
    assert {error.code for error in results if isinstance(error, ConflictError)} == {"user-busy"}


def test_of_many_updates_at_once_one_wins(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    register(changes, commits, change(tenant, "c0"), "f0")
    results = at_once([partial(changes.begin, change(tenant, f"u{n}", creates=False)) for n in range(8)])
    assert results.count(None) == 1


def test_conflicts_are_named(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    assert conflict(lambda: changes.begin(change(tenant, "u0", creates=False))) == "user-unknown"
    changes.begin(change(tenant, "c1"))
    assert conflict(lambda: changes.begin(change(tenant, "u1", creates=False))) == "user-unknown"
    commits.save(change(tenant, "c1"), material(change(tenant, "c1")), Draft())
    assert conflict(lambda: changes.begin(change(tenant, "c2"))) == "user-exists"
    changes.begin(change(tenant, "u2", creates=False))
    assert conflict(lambda: changes.begin(change(tenant, "u3", creates=False))) == "user-busy"


def test_beginning_again_is_the_same_beginning(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    """botocore sends a write again when its answer was lost."""
    for made in (change(tenant, "c1"), change(tenant, "u1", creates=False)):
        changes.begin(made)
        changes.begin(made)
        commits.save(made, material(made), Draft())


@pytest.mark.parametrize("creates", [True, False])
def test_a_change_has_crashed_when_nothing_works_on_it_any_more(
    changes: Changes, commits: Commits, tenant: str, creates: bool
) -> None:
    if not creates:
        register(changes, commits, change(tenant, "c0"), "f0")
    made = change(tenant, "c1", creates=creates)
    changes.begin(made)
    late = NOW + RECOVERY_DELAY
    assert changes.crashed(made.user_key, late - timedelta(seconds=1)) is None
    assert changes.crashed(made.user_key, late) == made
    assert changes.crashed(made.user_key, NOW, made.verification_id) == made, "the verification is tried again"
    other = change(tenant, "c2", creates=creates, at=late)
    assert conflict(lambda: changes.begin(other)) == "user-busy", "it is undone before another begins"


def test_a_stopped_change_cannot_be_saved(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    for made in (change(tenant, "c1"), change(tenant, "u1", creates=False)):
        changes.begin(made)
        assert changes.stop(made)
        assert changes.stop(made)
        assert conflict(lambda made=made: commits.save(made, material(made), Draft(face(made, "f1")))) == "user-busy"
        changes.abandon(made)
        assert changes.stop(made), "what is forgotten can never become real either"
        register(changes, commits, change(tenant, f"again {made.change_id}", creates=made.creates), "f2")


def test_a_saved_change_cannot_be_stopped(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    made = change(tenant, "c1")
    register(changes, commits, made, "f1")
    assert not changes.stop(made)
    assert changes.stop(replace(made, change_id="an earlier attempt")), "the decision is another attempt's"


def test_stopping_and_saving_at_once_agree(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    for number in range(8):
        made = change(tenant, f"c{number}", user_id=f"user {number}")
        changes.begin(made)
        save = partial(commits.save, made, material(made), Draft(face(made, "f1")))
        stopped, saved = at_once([partial(changes.stop, made), save])
        user = users.get(made.user_key)
        assert user is not None
        assert (stopped is True) == (user.status is UserStatus.PENDING) == isinstance(saved, ConflictError)


def test_the_plan_is_enough_to_undo_by(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    for made in (change(tenant, "c1"), change(tenant, "u1", creates=False)):
        changes.begin(made)
        assert changes.under_way(made.user_key) == made
        commits.save(made, material(made), Draft())


def test_abandoning_leaves_nothing_and_keeps_what_was_saved(
    users: Users, changes: Changes, commits: Commits, tenant: str
) -> None:
    made = change(tenant, "c1")
    changes.begin(made)
    changes.abandon(change(tenant, "someone else's"))
    assert users.get(made.user_key) is not None
    changes.abandon(made)
    changes.abandon(made)
    assert users.get(made.user_key) is None

    register(changes, commits, made, "f1")
    changes.abandon(made)
    update = change(tenant, "u1", creates=False)
    changes.begin(update)
    changes.abandon(update)
    user = users.get(made.user_key)
    assert user is not None and (user.status, len(user.faces)) == (UserStatus.ACTIVE, 1)


def test_a_revoked_user_can_register_anew_and_brings_nothing_along(
    server: AwsServer, users: Users, changes: Changes, commits: Commits, tenant: str
) -> None:
    made = change(tenant, "c1")
    register(changes, commits, made, "f1")
    where = {"pk": f"T#{tenant}#U#{made.user_key}", "sk": "USER"}
    Table(server.aws, NAMES.table).update(where, "SET #status = :revoked", revoked="revoked")
    later = change(tenant, "v1", creates=False)
    assert conflict(lambda: commits.touch(later, material(later))) == "user-busy"
    register(changes, commits, change(tenant, "c2"), "f2")
    user = users.get(made.user_key)
    assert user is not None and [one.face_id for one in user.faces] == ["f2"]


def test_the_oldest_faces_become_leftovers(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    first = change(tenant, "c0")
    register(changes, commits, first, "f0")
    for n in range(1, 4):
        update = change(tenant, f"u{n}", creates=False, at=NOW + timedelta(minutes=n))
        changes.begin(update)
        commits.save(update, material(update, keep_faces=2), Draft(face(update, f"f{n}")))
        user = users.get(update.user_key)
        assert user is not None
        assert [one.face_id for one in user.faces] == [f"f{n - 1}", f"f{n}"]
        left = changes.leftovers(update.user_key)
        assert [one.face_id for one in left] == [f"f{m}" for m in range(n - 1)]
    changes.discarded(first.user_key, left[:1])
    assert changes.leftovers(first.user_key) == left, "another has come meanwhile"
    changes.discarded(first.user_key, left)
    changes.discarded(first.user_key, left)
    assert changes.leftovers(first.user_key) == ()


def due_at(server: AwsServer, of: Change) -> str | None:
    item = Table(server.aws, NAMES.table).get(user_item_key(of.tenant, of.user_key))
    return item.get("due_at") if item else None


def test_a_record_is_due_while_something_is_to_be_done(
    server: AwsServer, changes: Changes, commits: Commits, tenant: str
) -> None:
    first, update = change(tenant, "c0"), change(tenant, "u1", creates=False)
    changes.begin(first)
    assert due_at(server, first) == stamp(NOW + RECOVERY_DELAY)
    commits.save(first, material(first), Draft(face(first, "f0")))
    faces_end = stamp(NOW + timedelta(days=Retention().faces_days))
    assert due_at(server, first) == faces_end
    changes.begin(update)
    assert due_at(server, first) == stamp(NOW + RECOVERY_DELAY)
    changes.rest(first.user_key, NOW)
    assert due_at(server, first) is not None, "a change is under way"
    commits.save(update, material(update, keep_faces=1), Draft(face(update, "f1")))
    assert due_at(server, first) == stamp(NOW + RECOVERY_DELAY), "a face is left over"
    changes.discarded(first.user_key, changes.leftovers(first.user_key))
    changes.rest(first.user_key, NOW)
    assert due_at(server, first) == faces_end


def test_saving_keeps_and_adds_properties_and_logs_the_decision(
    server: AwsServer, users: Users, changes: Changes, commits: Commits, tenant: str
) -> None:
    made, update = change(tenant, "c1"), change(tenant, "u1", creates=False)
    changes.begin(made)
    commits.save(made, material(made, properties={"name": "Ada", "city": "London"}), Draft())
    changes.begin(update)
    commits.save(update, material(update, properties={"city": "Paris"}), Draft())
    user = users.get(made.user_key)
    assert user is not None and user.properties == {"name": "Ada", "city": "Paris"}
    log = decisions_of(server, tenant)
    assert [log.receipt(one, NOW).entry["details"]["decision"] for one in ("c1", "u1")] == ["approved", "approved"]


def test_a_save_that_loses_logs_no_decision(
    server: AwsServer, users: Users, changes: Changes, commits: Commits, tenant: str
) -> None:
    register(changes, commits, change(tenant, "c1"), "f1")
    never_begun = change(tenant, "u1", creates=False)
    assert conflict(lambda: commits.save(never_begun, material(never_begun), Draft())) == "user-busy"
    with pytest.raises(NotFoundError):
        decisions_of(server, tenant).get("u1", NOW)


def test_touching_needs_an_active_user(users: Users, changes: Changes, commits: Commits, tenant: str) -> None:
    made, later = change(tenant, "c1"), change(tenant, "v1", creates=False, at=NOW + timedelta(hours=1))
    changes.begin(made)
    assert conflict(lambda: commits.touch(later, material(later))) == "user-busy"
    commits.save(made, material(made), Draft())
    commits.touch(later, material(later))
    user = users.get(made.user_key)
    assert user is not None and user.last_authenticated_at == later.started_at


@pytest.mark.parametrize("written", [True, False])
def test_a_lost_answer_is_looked_up(server: AwsServer, tenant: str, written: bool) -> None:
    """Undoing a change that was saved would take an active user's face away."""

    def losing(service: str, operation: str, parameters: Any) -> Any:
        lost = AwsUnavailableError("dynamodb:TransactWriteItems", "ReadTimeoutError", "")
        if operation == "transact_write_items":
            if written:
                server.aws(service, operation, parameters)
            raise lost
        return server.aws(service, operation, parameters)

    commits, changes, made = (
        Commits(losing, NAMES.table, tenant),
        changes_of(server, tenant, losing),
        change(tenant, "c1"),
    )
    changes.begin(made)
    if written:
        commits.save(made, material(made), Draft(face(made, "f1")))
    else:
        with pytest.raises(AwsUnavailableError):
            commits.save(made, material(made), Draft(face(made, "f1")))
    user = Users(server.aws, NAMES.table, tenant).get(made.user_key)
    assert user is not None and user.status is (UserStatus.ACTIVE if written else UserStatus.PENDING)


def test_many_are_read_at_once(users: Users, changes: Changes, tenant: str) -> None:
    made = [change(tenant, f"c{n}", user_id=f"user {n}") for n in range(105)]
    for one in made:
        changes.begin(one)
    found = users.get_many([one.user_key for one in made] + ["", "nobody", made[0].user_key])
    assert found.keys() == {one.user_key for one in made}


def test_another_tenants_users_are_not_there(
    server: AwsServer, users: Users, changes: Changes, commits: Commits, tenant: str
) -> None:
    made = change(tenant, "c1")
    register(changes, commits, made, "f1")
    other = Users(server.aws, NAMES.table, f"{tenant}-2")
    assert other.get(made.user_key) is None
    assert other.get_many([made.user_key]) == {}
    others = changes_of(server, f"{tenant}-2", server.aws)
    assert others.under_way(made.user_key) is None
    others.abandon(made)
    others.begin(replace(made, tenant=f"{tenant}-2"))
    mine = users.get(made.user_key)
    assert mine is not None and mine.status is UserStatus.ACTIVE
