"""A write whose answer was lost is sent again, and finds itself: that is no conflict, and nobody's mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.aws import Answer, Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError, LockedOutError
from chalicelib.model.attempt import Attempt
from chalicelib.model.block import Block, BlockSource
from chalicelib.model.policy import Limits
from chalicelib.model.review import Review
from chalicelib.store.attempts import Attempts
from chalicelib.store.audit import Audit
from chalicelib.store.blocklist import Blocklist
from chalicelib.store.credentials import Credentials
from chalicelib.store.items import Table, key
from chalicelib.store.liveness import LivenessSessions
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.reviews import Reviews, review_key
from chalicelib.store.signing import Signer
from chalicelib.store.uploads import Uploads
from tests.aws_server import NAMES, AwsServer
from tests.samples import NOW

ADA = "a" * 64


@pytest.fixture
def twice(server: AwsServer) -> Aws:
    """DynamoDB, to which every write is sent twice; the first answer is lost."""

    def call(service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        if operation in ("put_item", "transact_write_items"):
            server.aws(service, operation, parameters)
        return server.aws(service, operation, parameters)

    return call


def test_an_entry_of_the_audit_log(twice: Aws, tenant: str) -> None:
    audit = Audit(Table(twice, NAMES.table), tenant, Signer(twice, NAMES.signing_key), Pseudonyms(twice, NAMES.table))
    audit.note("face_blocked", {"block": "b"}, NOW)
    assert [receipt.entry["kind"] for receipt in audit.entries()] == ["face_blocked"]


def test_a_block(twice: Aws, tenant: str) -> None:
    blocklist = Blocklist(twice, NAMES.table, tenant)
    blocklist.add(Block("b", "chargebacks", BlockSource.USER, "test-0", NOW, NOW + timedelta(days=1)))
    assert [block.block_id for block in blocklist.list()] == ["b"]


def test_a_liveness_session(twice: Aws, tenant: str) -> None:
    sessions = LivenessSessions(twice, NAMES.table, tenant)
    sessions.create("s", ADA, NOW)
    assert sessions.claim("s", ADA, "v", NOW).refusal is None


def test_an_upload(twice: Aws, tenant: str) -> None:
    uploads = Uploads(twice, NAMES.table, tenant, NAMES.images_bucket, lambda _: {"url": "https://there", "fields": {}})
    assert uploads.create("image/png", 1000, NOW)["upload_id"]


def test_a_credential(twice: Aws, tenant: str) -> None:
    credentials = Credentials(twice, NAMES.table)
    old = credentials.find(credentials.create(tenant, "app", NOW), NOW)
    assert old is not None
    new = credentials.find(credentials.rotate(old.key_id, NOW, timedelta(days=1)), NOW)
    assert new is not None and new.key_id != old.key_id
    with pytest.raises(ConflictError):
        credentials.rotate(old.key_id, NOW, timedelta(days=1))


def test_a_failure_is_counted_once(twice: Aws, tenant: str) -> None:
    attempts = Attempts(twice, NAMES.table, tenant)
    limits = Limits(max_failures=2, window_minutes=15, lockout_minutes=30)
    for number in range(2):
        one = Attempt(f"v{number}", ADA, "authenticate", limits, NOW + timedelta(seconds=number))
        attempts.reserve(one)
        attempts.fail(one)
    with pytest.raises(LockedOutError):
        attempts.reserve(replace(one, id="v2"))

    after = replace(one, id="v3", started_at=NOW + timedelta(minutes=31))
    attempts.reserve(after)
    attempts.fail(after)
    attempts.reserve(replace(after, id="v4"))


def test_a_review_and_no_other_in_its_place(twice: Aws, tenant: str) -> None:
    reviews = Reviews(Table(twice, NAMES.table), tenant)
    review = Review("v", "register", "ada", ADA, NOW, NOW + timedelta(days=1), {"selfie": "one/selfie"})
    reviews.add(review)
    assert [kept.review for kept in reviews.all()] == [review]
    with pytest.raises(AwsConditionFailedError):
        reviews.add(replace(review, image_keys={"selfie": "another/selfie"}))


def test_a_review_of_a_request_that_crashed_and_was_tried_again_is_found_by_its_user(twice: Aws, tenant: str) -> None:
    table, crashed = Table(twice, NAMES.table), Review("v", "register", "ada", ADA, NOW, NOW + timedelta(days=1), {})
    reviews, again = Reviews(table, tenant), replace(crashed, opened_at=NOW + timedelta(seconds=1))
    reviews.add(crashed)
    reviews.add(again)

    reviews.remove(crashed)

    assert [kept.review for kept in reviews.all()] == [again]
    (found_by,) = table.query_below(key(tenant, "U", ADA, "")["pk"], "HELD#")
    assert found_by["elsewhere"] == review_key(tenant, again.opened_at, "v")
