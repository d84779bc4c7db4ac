"""Reviews, interrupted at a call of AWS after which nothing works any more: afterwards all of it has happened, or none.

Each `CRASHES_EVERY`th place is played (default 14; 1 for all of them, a quarter of an hour).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import CountersignError
from chalicelib.model.decision import Verdict
from chalicelib.model.review import Settlement
from chalicelib.model.submission import user_key
from chalicelib.wiring import Services, Tenant, reviewing, settling
from tests.crash.interrupt import DefectError, How, Interrupter, Interruption
from tests.crash.recovery import LATER, recover_all
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox
from tests.samples import REFERRING

TENANT = "desk"
EVERY = int(os.environ.get("CRASHES_EVERY", "14"))
WHO = Settlement("0123456789abcdef", "seen")
ALL_OF_IT = {"pictures": ["users", "users"], "faces": 1, "reviews": 0, "settled": 1}


@dataclass
class Desk:
    """`interrupter` is around all that `tenant` asks of AWS."""

    own: OwnEnvironment
    interrupter: Interrupter
    tenant: Tenant

    @property
    def sound(self) -> Tenant:
        return self.own.services.tenant(TENANT)

    def refer(self) -> str:
        asked = submission(TENANT, "join", "ada")
        assert self.tenant.verify(asked).verdict is Verdict.REVIEW
        return asked.verification_id

    def settle(self, tenant: Tenant, now: datetime) -> Any:
        (review,) = reviewing.page(self.sound, None, 9, datetime.now(UTC))
        return settling.settle(tenant, review.review_id, Verdict.APPROVED, WHO, now)

    def held(self) -> dict[str, Any]:
        """What AWS holds in the end."""
        bucket, aws = self.own.names.images_bucket, self.own.services.aws
        pictures = aws("s3", "list_object_versions", {"Bucket": bucket}).get("Versions", ())
        collection = self.sound.collections(self.sound.policy())[0]
        return {
            "pictures": sorted(one["Key"].split("/")[1] for one in pictures),
            "faces": len(aws("rekognition", "list_faces", {"CollectionId": collection})["Faces"]),
            "reviews": len(list(self.sound.reviews.all())),
            "settled": sum(one.entry["kind"] == "review_settled" for one in self.sound.audit.entries()),
        }


def open_desk(sandbox: RunningSandbox) -> Desk:
    own, interrupter = own_environment(sandbox, {TENANT: REFERRING}), Interrupter()
    services = Services(own.variables, sandbox.client)
    aws_until = services.aws_until
    services.aws = interrupter.around(services.aws)
    services.aws_until = lambda deadline: interrupter.around(aws_until(deadline))  # type: ignore[method-assign]
    tenant = services.tenant(TENANT)
    tenant.policy()
    interrupter.forget()
    return Desk(own, interrupter, tenant)


def places(calls: list[str]) -> Iterator[Interruption]:
    """Before and after each call that was made; after a read is as before the next."""
    for operation, count in sorted(Counter(calls).items()):
        reads = any(word in operation for word in (":Get", ":Query", ":List", ":BatchGet", ":Search", ":Detect"))
        for nth in range(1, count + 1):
            for after in (False,) if reads else (False, True):
                yield Interruption(operation, nth, after, How.OUTAGE)


def interrupted(desk: Desk, at: Interruption, run: Callable[[], object]) -> None:
    desk.interrupter.interruption = at
    desk.interrupter.forget()
    with suppress(CountersignError, DefectError):
        run()
    recover_all(desk.own.services, random.Random(0))  # noqa: S311 - repeatable


def share(calls: list[str]) -> list[Interruption]:
    found = list(places(calls))
    assert len(found) >= 20
    return found[::EVERY]


def test_an_approval_by_a_reviewer_that_crashed_is_made_once(scripted: RunningSandbox) -> None:
    desk = open_desk(scripted)
    desk.refer()
    desk.interrupter.forget()
    assert desk.settle(desk.tenant, datetime.now(UTC))["decision"] == "approved"
    assert desk.held() == ALL_OF_IT
    for at in share(desk.interrupter.calls):
        desk = open_desk(scripted)
        review = desk.refer()
        interrupted(desk, at, lambda desk=desk: desk.settle(desk.tenant, datetime.now(UTC)))  # type: ignore[misc]
        later = datetime.now(UTC) + LATER
        settled = settling.settle(desk.sound, review, Verdict.APPROVED, WHO, later)
        recover_all(desk.own.services, random.Random(1))  # noqa: S311 - repeatable
        assert settled["decision"] == "approved", at
        assert desk.held() == ALL_OF_IT, at
        user = desk.sound.users.get(user_key(TENANT, "ada"))
        assert user is not None and user.has_face(user.faces[0].face_id, later), at


def test_a_referral_that_crashed_is_an_open_review_or_nothing(scripted: RunningSandbox) -> None:
    desk = open_desk(scripted)
    desk.refer()
    calls = list(desk.interrupter.calls)
    opened = {"pictures": ["reviews", "reviews"], "faces": 0, "reviews": 1, "settled": 0}
    assert desk.held() == opened
    for at in share(calls):
        desk = open_desk(scripted)
        asked = submission(TENANT, "join", "ada")
        interrupted(desk, at, lambda desk=desk, asked=asked: desk.tenant.verify(asked))  # type: ignore[misc]
        found = reviewing.page(desk.sound, None, 9, datetime.now(UTC) + timedelta(minutes=7))
        logged = _is_logged(desk, asked.verification_id)
        assert desk.held() == (opened if logged else opened | {"pictures": [], "reviews": 0}), at
        assert [one.review_id for one in found] == ([asked.verification_id] if logged else []), at


def _is_logged(desk: Desk, verification_id: str) -> bool:
    try:
        return bool(desk.sound.decisions.receipt(verification_id, datetime.now(UTC)))
    except CountersignError:
        return False


def test_the_places_are_interrupted(scripted: RunningSandbox) -> None:
    """Without recovery something is left: the tests above would notice."""
    desk = open_desk(scripted)
    desk.refer()
    desk.interrupter.interruption = Interruption("rekognition:IndexFaces", 1, True, How.OUTAGE)
    desk.interrupter.forget()
    with pytest.raises(CountersignError):
        desk.settle(desk.tenant, datetime.now(UTC))
    assert desk.held() != ALL_OF_IT
    assert desk.held()["faces"] == 1
