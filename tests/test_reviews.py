"""Reviews from end to end, over the wire: what is kept, what settling makes of it, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import AwsError, ConflictError, NotFoundError
from chalicelib.jobs import run, sweep
from chalicelib.model.decision import Verdict
from chalicelib.model.review import Settlement, settlement_id
from chalicelib.model.submission import Submission, user_key
from chalicelib.model.user import User, UserStatus
from chalicelib.wiring import Tenant, reviewing, settling
from chalicelib.wiring.erasing import erase, request_erasure
from tests.aws_server import at_once
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox

TENANT = "desk"
POLICY = """
policy: desk
execution: {execution}
retention: {{images_days: 10}}
flows:
  join:
    steps:
      - check: face_count
      - check: minimum_age
        with: {{min_years: 120}}
        on_fail: review
      - check: duplicate_face
        with: {{FaceMatchThreshold: 97}}
        on_fail: review
    effects: [store_images, index_face, save_user]
  join_at_once:
    steps: [{{check: face_count}}]
    effects: [store_images, index_face, save_user]
  renew:
    steps:
      - check: stored_face_match
        with: {{SimilarityThreshold: 99}}
        on_fail: review
    effects: [store_images, index_face, save_user, retire_faces]
  enter:
    steps:
      - check: stored_face_match
        with: {{SimilarityThreshold: 99}}
        on_fail: review
    effects: [touch_user]
"""
WHO = Settlement("0123456789abcdef", "looked like the card")


@dataclass(frozen=True)
class Desk:
    environment: OwnEnvironment

    @property
    def tenant(self) -> Tenant:
        return self.environment.services.tenant(TENANT)

    def verify(self, asked: Submission) -> Verdict:
        return self.tenant.verify(asked).verdict

    def refer(self, flow: str = "join", user_id: str = "ada", person: str | None = None) -> str:
        """A review's id."""
        asked = submission(TENANT, flow, user_id, person)
        assert self.verify(asked) is Verdict.REVIEW
        return asked.verification_id

    def settle(self, review_id: str, verdict: Verdict = Verdict.APPROVED, who: Settlement = WHO) -> dict[str, Any]:
        return settling.settle(self.tenant, review_id, verdict, who, datetime.now(UTC))

    def refusal(self, review_id: str, verdict: Verdict = Verdict.APPROVED) -> str:
        with pytest.raises(ConflictError) as caught:
            self.settle(review_id, verdict)
        return caught.value.code

    def user(self, user_id: str = "ada") -> User | None:
        return self.tenant.users.get(user_key(TENANT, user_id))

    def pictures(self) -> list[str]:
        bucket = self.environment.names.images_bucket
        listed = self.environment.services.aws("s3", "list_object_versions", {"Bucket": bucket})
        return sorted(one["Key"].split("/")[1] for one in listed.get("Versions", ()))

    def items(self) -> list[Any]:
        dynamodb = self.environment.sandbox.client("dynamodb")
        items: list[Any] = dynamodb.scan(TableName=self.environment.names.table)["Items"]
        return items

    def reviews(self) -> list[Any]:
        """What the table holds of any review."""
        return [item for item in self.items() if item["sk"]["S"].startswith(("REVIEW#", "HELD#"))]

    def extracted(self, verification_id: str, now: datetime) -> dict[str, str]:
        """What the log tells of the document."""
        told: dict[str, str] = self.tenant.decisions.get(verification_id, now)["extracted"]
        return told

    def audited(self) -> list[tuple[str, str]]:
        entries = [receipt.entry for receipt in self.tenant.audit.entries()]
        return [(entry["kind"], entry["details"].get("key", "")) for entry in entries]

    def sweep(self, now: datetime) -> None:
        """All that is due, at once."""
        services, sqs = self.environment.services, self.environment.sandbox.client("sqs")
        url = self.environment.variables["COUNTERSIGN_QUEUE_URL"]
        sweep(services, now)
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                run(services, message["Body"], now)


@pytest.fixture(params=["fastest"])
def desk(scripted: RunningSandbox, request: pytest.FixtureRequest) -> Iterator[Desk]:
    yield Desk(own_environment(scripted, {TENANT: POLICY.format(execution=request.param)}))
    scripted.faults.clear()


@pytest.mark.parametrize("desk", ["fastest", "cheapest", "speculative"], indirect=True)
def test_an_approval_by_a_reviewer_registers_like_any_other_and_leaves_nothing_of_the_review(desk: Desk) -> None:
    review = desk.refer()
    assert (desk.user(), desk.pictures()) == (None, ["reviews", "reviews"])
    settled = desk.settle(review)

    assert (settled["decision"], settled["follows"], settled["settled_by"]) == ("approved", review, WHO.key_id)
    user = desk.user()
    assert user is not None and user.status is UserStatus.ACTIVE
    assert user.fields["document_number"] == "L898902C3"
    assert user.properties and user.consent is not None
    assert (desk.pictures(), desk.reviews()) == (["users", "users"], [])
    assert desk.verify(submission(TENANT, "enter", "ada")) is Verdict.APPROVED
    assert desk.audited() == [("review_settled", WHO.key_id)]


def test_a_denial_by_a_reviewer_is_logged_and_nothing_else_is_kept(desk: Desk) -> None:
    review = desk.refer()
    assert desk.extracted(review, datetime.now(UTC))["document_number"] == "L898902C3"
    settled = desk.settle(review, Verdict.DENIED)
    assert [reason["code"] for reason in settled["reasons"]] == ["denied_by_reviewer"]
    assert (desk.user(), desk.pictures(), desk.reviews()) == (None, [], [])
    assert "L898902C3" not in json.dumps(desk.items())


def test_what_a_reviewer_wrote_is_not_in_the_signed_entry_and_is_erased_with_the_user(desk: Desk) -> None:
    review = desk.refer()
    assert desk.settle(review)["settled_because"] == WHO.reason
    entry = desk.tenant.decisions.receipt(settlement_id(review), datetime.now(UTC)).entry
    assert WHO.reason not in json.dumps(entry)
    assert entry["details"]["settled_by"] == WHO.key_id
    _erase(desk)
    assert "settled_because" not in desk.tenant.decisions.get(settlement_id(review), datetime.now(UTC))


@pytest.mark.parametrize(("first", "other"), [(Verdict.APPROVED, Verdict.DENIED), (Verdict.DENIED, Verdict.APPROVED)])
def test_settling_again_gives_the_same_answer_and_otherwise_a_conflict(
    desk: Desk, first: Verdict, other: Verdict
) -> None:
    review = desk.refer()
    settled = desk.settle(review, first)
    assert desk.settle(review, first, Settlement("another", "else")) == settled
    assert desk.refusal(review, other) == "review-settled"


def test_of_many_who_settle_at_once_one_does(desk: Desk) -> None:
    review = desk.refer()
    verdicts = [Verdict.APPROVED, Verdict.DENIED] * 3
    results = at_once([lambda verdict=verdict: desk.settle(review, verdict) for verdict in verdicts])  # type: ignore[misc]

    told = {result["decision"] for result in results if isinstance(result, dict)}
    assert len(told) == 1
    assert all(isinstance(result, (dict, ConflictError)) for result in results), results
    approved = told == {"approved"}
    user = desk.user()
    assert (user is not None and user.status is UserStatus.ACTIVE) == approved
    assert [kind for kind, _ in desk.audited()] == ["review_settled"]
    assert desk.pictures() == (["users", "users"] if approved else [])


def test_what_is_no_review_cannot_be_settled(desk: Desk) -> None:
    asked = submission(TENANT, "join_at_once", "bob")
    assert desk.verify(asked) is Verdict.APPROVED
    for nothing in (asked.verification_id, "unknown", "", "x" * 200):
        with pytest.raises(NotFoundError):
            desk.settle(nothing)
        with pytest.raises(NotFoundError):
            reviewing.look(desk.tenant, nothing, "key", datetime.now(UTC))


def test_a_user_who_has_registered_meanwhile_is_a_conflict(desk: Desk) -> None:
    review = desk.refer()
    assert desk.verify(submission(TENANT, "join_at_once", "ada", "somebody else")) is Verdict.APPROVED
    before = desk.user()
    assert desk.refusal(review) == "user-exists"
    assert desk.user() == before
    assert desk.settle(review, Verdict.DENIED)["decision"] == "denied"


@pytest.mark.parametrize("flow", ["renew", "enter"])
def test_a_user_who_has_changed_meanwhile_is_a_conflict(desk: Desk, flow: str) -> None:
    assert desk.verify(submission(TENANT, "join_at_once", "ada")) is Verdict.APPROVED
    review = desk.refer(flow, "ada", "ada with a beard")
    assert desk.verify(submission(TENANT, "renew", "ada")) is Verdict.APPROVED
    assert desk.refusal(review) == "review-stale"


@pytest.mark.parametrize("flow", ["renew", "enter"])
def test_a_known_user_is_approved_by_a_reviewer(desk: Desk, flow: str) -> None:
    assert desk.verify(submission(TENANT, "join_at_once", "ada")) is Verdict.APPROVED
    review = desk.refer(flow, "ada", "ada with a beard")
    assert desk.settle(review)["decision"] == "approved"
    user = desk.user()
    assert user is not None
    assert len(user.faces) == (2 if flow == "renew" else 1)
    assert (user.last_authenticated_at is not None) == (flow == "enter")


def test_a_face_that_the_reviewer_saw_is_no_rival_but_another_is(desk: Desk) -> None:
    assert desk.verify(submission(TENANT, "join_at_once", "twin", "ada")) is Verdict.APPROVED
    known, late = desk.refer("join", "ada"), desk.refer("join", "grace", "grace")
    assert desk.settle(known)["decision"] == "approved"
    assert desk.verify(submission(TENANT, "join_at_once", "impostor", "grace")) is Verdict.APPROVED
    assert desk.refusal(late) == "face-taken"
    user = desk.user("grace")
    assert user is None


def test_without_its_pictures_nothing_is_approved(desk: Desk) -> None:
    gone, broken = desk.refer(), desk.refer()
    bucket, s3 = desk.environment.names.images_bucket, desk.environment.sandbox.client("s3")
    for review, spoil in ((gone, "delete"), (broken, "overwrite")):
        for key in _review(desk, review).image_keys.values():
            if spoil == "delete":
                s3.delete_object(Bucket=bucket, Key=key)
            else:
                s3.put_object(Bucket=bucket, Key=key, Body=b"no picture")
        assert desk.refusal(review) == "review-pictures-gone"
    assert desk.user() is None
    look = reviewing.look(desk.tenant, gone, "key", datetime.now(UTC))
    assert (look.status, look.links) == ("open", {})
    assert desk.settle(gone, Verdict.DENIED)["decision"] == "denied"


def test_a_review_that_has_ended_cannot_be_settled_and_is_swept(desk: Desk) -> None:
    review = desk.refer()
    late = datetime.now(UTC) + timedelta(days=11)
    for verdict in (Verdict.APPROVED, Verdict.DENIED):
        with pytest.raises(ConflictError) as caught:
            settling.settle(desk.tenant, review, verdict, WHO, late)
        assert caught.value.code == "review-ended"
    assert reviewing.page(desk.tenant, None, 10, late) == []
    assert reviewing.status_of(desk.tenant, review, late)["decision"] == "ended"
    assert desk.extracted(review, datetime.now(UTC) + timedelta(days=9))
    assert desk.extracted(review, late) == {}
    desk.sweep(datetime.now(UTC) + timedelta(days=9))
    assert desk.pictures() == ["reviews", "reviews"]
    desk.sweep(late)
    assert (desk.pictures(), desk.reviews()) == ([], [])
    assert desk.audited() == [("review_ended", "")]


def test_an_erased_user_has_no_review(desk: Desk) -> None:
    review = desk.refer()
    done = _erase(desk)
    assert (done["reviews"], done["review_pictures"]) == (2, 2)
    assert (desk.pictures(), desk.reviews()) == ([], [])
    assert desk.refusal(review) == "review-ended"
    assert desk.refusal(review, Verdict.DENIED) == "review-ended"


def test_a_policy_without_the_flow_approves_nothing(desk: Desk) -> None:
    review = desk.refer()
    place = {"Bucket": desk.environment.names.policies_bucket, "Key": f"{TENANT}.yaml"}
    other = POLICY.format(execution="fastest").replace("  join:", "  enrol:")
    desk.environment.services.aws("s3", "put_object", {**place, "Body": other.encode()})
    fresh = type(desk.environment.services)(desk.environment.variables, desk.environment.sandbox.client)
    later = Desk(replace(desk.environment, services=fresh))
    assert later.refusal(review) == "review-stale"
    assert later.settle(review, Verdict.DENIED)["decision"] == "denied"


# Those in which the settling itself goes on; every call is interrupted in tests/crash/test_reviews.py.
FAULTS = ["s3:GetObject", "rekognition:IndexFaces", "kms:Sign", "dynamodb:TransactWriteItems"]


@pytest.mark.parametrize("operation", FAULTS)
def test_an_aws_that_fails_approves_nothing_and_the_next_try_does(desk: Desk, operation: str) -> None:
    review = desk.refer()
    desk.environment.sandbox.faults.set({"operation": operation, "kind": "access_denied"})
    with pytest.raises(AwsError):
        desk.settle(review)
    user = desk.user()
    assert user is None or user.status is UserStatus.PENDING
    assert desk.tenant.decisions.receipt(review, datetime.now(UTC))
    desk.environment.sandbox.faults.clear()
    assert desk.settle(review)["decision"] == "approved"
    assert desk.pictures() == ["users", "users"]


@pytest.mark.parametrize("operation", ["s3:PutObject", "dynamodb:TransactWriteItems"])
def test_a_review_that_could_not_be_opened_leaves_nothing(desk: Desk, operation: str) -> None:
    desk.environment.sandbox.faults.set({"operation": operation, "kind": "access_denied"})
    with pytest.raises(AwsError):
        desk.verify(submission(TENANT, "join", "ada"))
    desk.environment.sandbox.faults.clear()
    desk.sweep(datetime.now(UTC) + timedelta(minutes=6))
    assert (desk.pictures(), desk.reviews()) == ([], [])
    assert reviewing.page(desk.tenant, None, 10, datetime.now(UTC)) == []


def test_what_a_crash_left_of_a_settled_review_is_swept(desk: Desk) -> None:
    review = desk.refer()
    desk.environment.sandbox.faults.set({"operation": "s3:DeleteObjects", "kind": "access_denied"})
    assert desk.settle(review)["decision"] == "approved"
    desk.environment.sandbox.faults.clear()
    assert "reviews" in desk.pictures()
    desk.sweep(datetime.now(UTC) + timedelta(minutes=1))
    assert (desk.pictures(), desk.reviews()) == (["users", "users"], [])
    assert [kind for kind, _ in desk.audited()] == ["review_settled"]


def test_reviews_are_told_oldest_first_and_page_by_page(desk: Desk) -> None:
    made = [desk.refer("join", f"user-{number}") for number in range(3)]
    now = datetime.now(UTC)
    first = reviewing.page(desk.tenant, None, 2, now)
    rest = reviewing.page(desk.tenant, first[-1].review_id, 2, now)
    assert [one.review_id for one in (*first, *rest)] == made
    desk.settle(made[1], Verdict.DENIED)  # a page can go on behind one that is settled by now
    assert [one.review_id for one in reviewing.page(desk.tenant, made[1], 2, now)] == made[2:]
    assert [one.review_id for one in reviewing.page(desk.tenant, None, 9, now)] == [made[0], made[2]]


def test_nothing_is_shown_unless_the_look_is_logged(desk: Desk) -> None:
    review = desk.refer()
    look = reviewing.look(desk.tenant, review, WHO.key_id, datetime.now(UTC))
    assert set(look.links or {}) == {"selfie", "id_card"}
    assert desk.audited() == [("review_looked_at", WHO.key_id)]
    desk.environment.sandbox.faults.set({"operation": "kms:Sign", "kind": "access_denied"})
    with pytest.raises(AwsError):
        reviewing.look(desk.tenant, review, WHO.key_id, datetime.now(UTC))


def _review(desk: Desk, review_id: str) -> Any:
    found = reviewing.page(desk.tenant, None, 10, datetime.now(UTC))
    return next(one for one in found if one.review_id == review_id)


def _erase(desk: Desk) -> dict[str, int]:
    erasure = request_erasure(desk.tenant, user_key(TENANT, "ada"), datetime.now(UTC))
    assert erasure is not None
    return dict(erase(desk.tenant, erasure.erasure_id, datetime.now(UTC)).found)
