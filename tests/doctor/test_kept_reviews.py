"""What the doctor says of reviews: nothing while all is well; every damage is really made, found and repaired."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from chalicelib.model.decision import Verdict
from chalicelib.model.review import Review
from chalicelib.store.reviews import KeptReview, State
from chalicelib.wiring import reviewing
from cli.doctor.diagnose import Kind
from cli.doctor.holdings import Picture
from cli.doctor.reviews import diagnose_reviews
from cli.main import commands
from tests.own_environment import own_environment, submission
from tests.running_sandbox import RunningSandbox
from tests.samples import NOW, REFERRING

TENANT = "desk"
KEYS = {"selfie": "desk/reviews/u/1/selfie"}
OPEN = KeptReview("r1", Review("r1", "join", "ada", "u", NOW, NOW + timedelta(days=30), KEYS), State.OPEN)
PICTURE = Picture(KEYS["selfie"], "v1", NOW, is_there=True)


def kinds(kept: KeptReview | None, pictures: list[Picture], days: float) -> list[Kind]:
    found = diagnose_reviews([kept] if kept else [], pictures, NOW + timedelta(days=days))
    return [finding.kind for finding in found]


def test_the_rules() -> None:
    making, over = replace(OPEN, state=State.MAKING), replace(OPEN, state=State.OVER)
    assert kinds(OPEN, [PICTURE], 29) == []
    assert kinds(OPEN, [PICTURE], 31) == [Kind.REVIEW_STALE]
    assert kinds(making, [], 0) == kinds(over, [PICTURE], 0) == []
    assert kinds(making, [], 1) == kinds(over, [PICTURE], 1) == [Kind.REVIEW_STALE]
    assert kinds(OPEN, [], 1) == kinds(OPEN, [replace(PICTURE, is_there=False)], 1) == [Kind.REVIEW_PICTURE_MISSING]
    assert kinds(None, [PICTURE], 0) == [Kind.ORPHAN_PICTURE]


def test_damage_is_found_and_repaired(scripted: RunningSandbox) -> None:
    own = own_environment(scripted, {TENANT: REFERRING})
    tenant, bucket, s3 = own.services.tenant(TENANT), own.names.images_bucket, scripted.client("s3")
    for user_id in ("ada", "bob", "eve"):
        assert tenant.verify(submission(TENANT, "join", user_id)).verdict is Verdict.REVIEW
    ada, bob, eve = reviewing.page(tenant, None, 9, datetime.now(UTC))

    def doctor(*options: str) -> list[tuple[str, str]]:
        words = ["doctor", "--tenant", TENANT, "--json", "--grace-s", "0", *options]
        lines = CliRunner().invoke(commands, words, env=own.variables).stdout.splitlines()
        return sorted((one["kind"], one["outcome"]) for one in map(json.loads, lines) if "kind" in one)

    assert doctor() == []
    long_ago = {":then": {"S": "2020-01-01T00:00:00.000000+00:00"}}
    where = {"pk": {"S": f"T#{TENANT}#REVIEWS"}, "sk": {"S": f"REVIEW#{ada.opened_at.isoformat()}#{ada.review_id}"}}
    scripted.client("dynamodb").update_item(
        TableName=own.names.table,
        Key=where,
        UpdateExpression="SET ends_at = :then",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues=long_ago,
    )
    tenant.reviews.remove(bob)
    s3.delete_object(Bucket=bucket, Key=eve.image_keys["selfie"])

    found = [("orphan-picture", "found")] * 2 + [("review-picture-missing", "left"), ("review-stale", "found")]
    assert doctor() == found
    assert {outcome for _, outcome in doctor("--fix")} == {"repaired", "left"}
    assert doctor() == [("review-picture-missing", "left")]
    assert [one.review_id for one in reviewing.page(tenant, None, 9, datetime.now(UTC))] == [eve.review_id]
