"""A registration with open steps: who it counts for, and the one transaction that completes it or rolls it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model.change import Change, Draft, Leftover
from chalicelib.model.decision import Verdict
from chalicelib.model.deferred import BELIEVED_FOR
from chalicelib.model.log import SignedDecision
from chalicelib.model.policy import Retention, WhileDeferred
from chalicelib.model.user import User, UserStatus
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits
from chalicelib.store.deferred import DeferredSteps
from chalicelib.store.items import Table
from chalicelib.store.queue import Queue
from chalicelib.store.records import user_item_key
from chalicelib.store.users import Users
from cli.resources import queue_url
from tests.aws_server import NAMES, AwsServer, at_once
from tests.log import decisions_of
from tests.samples import NOW, change, decision, face, material


@pytest.fixture
def steps(server: AwsServer, tenant: str) -> DeferredSteps:
    return DeferredSteps(server.aws, NAMES.table, tenant)


@pytest.fixture
def provisional(server: AwsServer, tenant: str) -> Change:
    """Ada, registered with a face and a card, with the step minimum_age open."""
    made = change(tenant, "c1")
    cards = {"id_card": made.image_keys["selfie"].replace("selfie", "id_card")}
    made = replace(made, image_keys={**made.image_keys, **cards})
    given = material(made, properties={"name": "Ada"})
    first = replace(given.signed().decision, deferred=("minimum_age",), extracted={"last_name": "LOVELACE"})
    signed = decisions_of(server, tenant).sign(first, Retention())
    changes = Changes(server.aws, NAMES.table, tenant, Queue(server.aws, queue_url(server.aws, NAMES.queue)))
    changes.begin(made)
    Commits(server.aws, NAMES.table, tenant).save(made, replace(given, signed=lambda: signed), Draft(face(made, "f1")))
    return made


@pytest.fixture
def second(server: AwsServer, tenant: str, provisional: Change) -> Callable[[Verdict], SignedDecision]:
    """The decision about what is open."""

    def decide(verdict: Verdict) -> SignedDecision:
        made = replace(decision(provisional, verdict), verification_id="c2", follows="c1", extracted={"age": "36"})
        return decisions_of(server, tenant).sign(made, Retention())

    return decide


def user_of(server: AwsServer, of: Change) -> User:
    user = Users(server.aws, NAMES.table, of.tenant).get(of.user_key)
    assert user is not None
    return user


def item_of(server: AwsServer, of: Change) -> dict[str, object]:
    return Table(server.aws, NAMES.table).get(user_item_key(of.tenant, of.user_key)) or {}


def test_a_provisional_user_is_registered_and_due(server: AwsServer, provisional: Change) -> None:
    user = user_of(server, provisional)
    assert (user.status, user.is_registered, user.has_face("f1", NOW)) == (UserStatus.PROVISIONAL, True, True)
    assert user.deferred is not None
    assert (user.deferred.steps, user.deferred.verification_id) == (("minimum_age",), "c1")
    assert (user.deferred.image_keys, user.deferred.properties) == (provisional.image_keys, {"name": "Ada"})
    assert "due_at" in item_of(server, provisional)


def test_it_may_authenticate_as_the_policy_says_and_for_a_while_only(server: AwsServer, provisional: Change) -> None:
    user, soon, late = user_of(server, provisional), NOW + timedelta(minutes=1), NOW + BELIEVED_FOR
    assert user.may_authenticate(WhileDeferred.ALLOW, soon)
    assert not user.may_authenticate(WhileDeferred.ALLOW, late)
    assert not user.may_authenticate(WhileDeferred.REFUSE, soon)


def test_nothing_else_changes_it_meanwhile(server: AwsServer, provisional: Change) -> None:
    queue = Queue(server.aws, queue_url(server.aws, NAMES.queue))
    changes = Changes(server.aws, NAMES.table, provisional.tenant, queue)
    for creates, code in ((True, "user-exists"), (False, "deferred-steps-open")):
        with pytest.raises(ConflictError) as caught:
            changes.begin(change(provisional.tenant, "c9", creates=creates))
        assert caught.value.code == code


def test_an_approval_completes_it(
    server: AwsServer, steps: DeferredSteps, provisional: Change, second: Callable[[Verdict], SignedDecision]
) -> None:
    assert steps.close(provisional.user_key, second(Verdict.APPROVED))
    user = user_of(server, provisional)
    assert (user.status, user.deferred, user.fields) == (UserStatus.ACTIVE, None, {"age": "36"})
    assert user.properties == {"name": "Ada"} and user.has_face("f1", NOW)
    assert decisions_of(server, provisional.tenant).get("c2", NOW)["follows"] == "c1"
    assert decisions_of(server, provisional.tenant).get("c1", NOW)["extracted"] == {"last_name": "LOVELACE"}


def test_a_denial_rolls_it_back_and_notes_all_that_is_left(
    server: AwsServer, steps: DeferredSteps, provisional: Change, second: Callable[[Verdict], SignedDecision]
) -> None:
    assert steps.close(provisional.user_key, second(Verdict.DENIED))
    user, item = user_of(server, provisional), item_of(server, provisional)
    assert (user.status, user.faces, user.properties, user.fields) == (UserStatus.REVOKED, (), {}, {})
    assert decisions_of(server, provisional.tenant).get("c1", NOW)["extracted"] == {}
    queue = Queue(server.aws, queue_url(server.aws, NAMES.queue))
    changes = Changes(server.aws, NAMES.table, provisional.tenant, queue)
    assert set(changes.leftovers(provisional.user_key)) == {
        Leftover(provisional.image_keys["selfie"], "f1", provisional.collection),
        Leftover(provisional.image_keys["id_card"]),
    }
    assert "due_at" in item
    with pytest.raises(ConflictError):
        changes.begin(change(provisional.tenant, "c9"))
    changes.discarded(provisional.user_key, changes.leftovers(provisional.user_key))
    changes.begin(change(provisional.tenant, "c9"))


def test_judged_twice_at_once_it_is_decided_once(
    server: AwsServer, steps: DeferredSteps, provisional: Change, second: Callable[[Verdict], SignedDecision]
) -> None:
    verdicts = [Verdict.APPROVED, Verdict.DENIED, Verdict.APPROVED, Verdict.DENIED]
    closes = [partial(steps.close, provisional.user_key, second(verdict)) for verdict in verdicts]
    outcomes = at_once(closes)
    assert sorted(map(bool, outcomes)) == [False, False, False, True], outcomes
    logged = decisions_of(server, provisional.tenant).get("c2", NOW)["decision"]
    active = user_of(server, provisional).status is UserStatus.ACTIVE
    assert logged == verdicts[outcomes.index(True)] and active == (logged == "approved")


def test_a_user_who_was_erased_meanwhile_gets_no_second_decision(
    server: AwsServer, steps: DeferredSteps, provisional: Change, second: Callable[[Verdict], SignedDecision]
) -> None:
    Users(server.aws, NAMES.table, provisional.tenant).revoke(provisional.user_key)
    assert not steps.close(provisional.user_key, second(Verdict.APPROVED))
    with pytest.raises(NotFoundError):
        decisions_of(server, provisional.tenant).get("c2", NOW)
