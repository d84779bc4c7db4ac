"""What may happen once only: liveness sessions, uploads, idempotency keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import urllib3

from chalicelib.errors import BadRequestError, ConflictError, IdempotencyMismatchError
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.submission import LivenessClaim
from chalicelib.store.idempotency import Idempotency, StoredAnswer
from chalicelib.store.liveness import LivenessSessions
from chalicelib.store.uploads import Uploads
from tests.aws_server import NAMES, AwsServer, at_once
from tests.samples import NOW

MINUTE = timedelta(minutes=1)
PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture
def sessions(server: AwsServer, tenant: str) -> LivenessSessions:
    return LivenessSessions(server.aws, NAMES.table, tenant)


def test_of_many_claims_at_once_one_wins(sessions: LivenessSessions) -> None:
    sessions.create("s", "u", NOW)
    claims = at_once([partial(sessions.claim, "s", "u", f"v{n}", NOW + MINUTE) for n in range(8)])
    assert claims.count(LivenessClaim("s")) == 1
    assert claims.count(LivenessClaim("s", LivenessStatus.USED)) == 7


def test_claims_are_refused_by_name(server: AwsServer, sessions: LivenessSessions, tenant: str) -> None:
    sessions.create("s", "u", NOW)
    other_tenant = LivenessSessions(server.aws, NAMES.table, f"{tenant}-2")
    assert sessions.claim("", "u", "v", NOW).refusal is LivenessStatus.UNKNOWN
    assert sessions.claim("s", "someone else", "v", NOW).refusal is LivenessStatus.UNKNOWN
    assert other_tenant.claim("s", "u", "v", NOW).refusal is LivenessStatus.UNKNOWN
    assert sessions.claim("s", "u", "v", NOW + 3 * MINUTE).refusal is LivenessStatus.EXPIRED
    assert sessions.claim("s", "u", "v", NOW + 2.9 * MINUTE).refusal is None
    assert sessions.claim("s", "u", "v", NOW + 2.9 * MINUTE).refusal is None, "its own claim, sent again"
    assert sessions.claim("s", "u", "v2", NOW + 2.9 * MINUTE).refusal is LivenessStatus.USED


@pytest.fixture
def keys(server: AwsServer, tenant: str) -> Idempotency:
    return Idempotency(server.aws, NAMES.table, tenant)


def test_the_first_answer_is_given_again_for_a_day(keys: Idempotency) -> None:
    assert keys.begin("k", "body", NOW) is None
    keys.finish("k", 200, {"similarity": 99.5, "whole": 30.0})
    assert keys.begin("k", "body", NOW + timedelta(hours=23)) == StoredAnswer(200, {"similarity": 99.5, "whole": 30.0})
    with pytest.raises(IdempotencyMismatchError):
        keys.begin("k", "other body", NOW + timedelta(hours=23))
    assert keys.begin("k", "other body", NOW + timedelta(hours=24)) is None


def test_of_many_requests_with_one_key_one_runs(keys: Idempotency) -> None:
    results = at_once([partial(keys.begin, "k", "body", NOW) for _ in range(8)])
    assert results.count(None) == 1
    assert [error.code for error in results if isinstance(error, ConflictError)] == ["idempotency-key-in-use"] * 7


def test_a_crashed_request_is_taken_over_by_the_same_request_only(keys: Idempotency) -> None:
    keys.begin("k", "body", NOW)
    with pytest.raises(ConflictError):
        keys.begin("k", "body", NOW + MINUTE)
    with pytest.raises(IdempotencyMismatchError):
        keys.begin("k", "other body", NOW + 2 * MINUTE)
    results = at_once([partial(keys.begin, "k", "body", NOW + 2 * MINUTE) for _ in range(4)])
    assert results.count(None) == 1


def test_a_released_key_is_free_and_an_answer_is_never_lost(keys: Idempotency) -> None:
    keys.begin("k", "body", NOW)
    keys.release("k")
    keys.finish("k", 200, {"late": True})
    assert keys.begin("k", "other body", NOW) is None
    keys.finish("k", 200, {"first": True})
    keys.finish("k", 200, {"second": True})
    keys.release("k")
    assert keys.begin("k", "other body", NOW) == StoredAnswer(200, {"first": True})


def test_another_tenants_key_is_another_key(server: AwsServer, keys: Idempotency, tenant: str) -> None:
    keys.begin("k", "body", NOW)
    assert Idempotency(server.aws, NAMES.table, f"{tenant}-2").begin("k", "other body", NOW) is None


@pytest.fixture
def uploads(server: AwsServer, tenant: str) -> Uploads:
    return _uploads(server, tenant)


def _uploads(server: AwsServer, tenant: str) -> Uploads:
    def presign(parameters: Mapping[str, Any]) -> dict[str, Any]:
        form: dict[str, Any] = server.client("s3").generate_presigned_post(**parameters)
        return form

    return Uploads(server.aws, NAMES.table, tenant, NAMES.images_bucket, presign)


def post(form: dict[str, Any], content: bytes) -> None:
    """What a browser's form does."""
    answer = urllib3.request("POST", form["url"], fields={**form["fields"], "file": ("picture", content)})
    assert answer.status == 204, answer.data


def refused(uploads: Uploads, upload_id: str, minutes: float = 0) -> str:
    with pytest.raises(BadRequestError) as caught:
        uploads.take(upload_id, NOW + minutes * MINUTE)
    return caught.value.code


def test_an_upload_is_taken_once_and_leaves_nothing(server: AwsServer, uploads: Uploads, tenant: str) -> None:
    form = uploads.create("image/png", len(PNG), NOW)
    assert refused(uploads, form["upload_id"]) == "upload-unfinished"
    post(form, PNG)
    assert refused(_uploads(server, f"{tenant}-2"), form["upload_id"]) == "upload-unknown"
    results = at_once([partial(uploads.take, form["upload_id"], NOW) for _ in range(6)])
    assert results.count(PNG) == 1
    assert refused(uploads, form["upload_id"]) == "upload-unknown"
    left = server.client("s3").list_object_versions(Bucket=NAMES.images_bucket, Prefix=f"{tenant}/")
    assert "Versions" not in left and "DeleteMarkers" not in left


def test_an_upload_that_is_too_old_is_not_taken(uploads: Uploads) -> None:
    """Even while DynamoDB's TTL has not come round to it."""
    form = uploads.create("image/png", len(PNG), NOW)
    post(form, PNG)
    assert refused(uploads, form["upload_id"], minutes=10) == "upload-unknown"


def test_what_was_announced_as_something_else_is_not_taken(uploads: Uploads) -> None:
    form = uploads.create("image/jpeg", len(PNG), NOW)
    post(form, PNG)
    assert refused(uploads, form["upload_id"]) == "upload-not-as-announced"
    assert refused(uploads, form["upload_id"]) == "upload-unknown"


@pytest.mark.parametrize("upload_id", ["x", "../other/uploads/x", "a#b", "x" * 128])
def test_an_upload_that_never_was(uploads: Uploads, upload_id: str) -> None:
    assert refused(uploads, upload_id) == "upload-unknown"


def test_an_upload_is_bound_to_key_type_and_size(server: AwsServer, tenant: str) -> None:
    asked: list[Mapping[str, Any]] = []

    def presign(parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(parameters)
        return {"url": "", "fields": {}}

    uploads = Uploads(server.aws, NAMES.table, tenant, NAMES.images_bucket, presign)
    upload_id = uploads.create("image/jpeg", 4711, NOW)["upload_id"]
    assert asked[0]["Key"] == f"{tenant}/uploads/{upload_id}"
    fields, conditions = asked[0]["Fields"], asked[0]["Conditions"]
    assert fields["Content-Type"] == "image/jpeg"
    assert "<Key>images_days</Key><Value>1</Value>" in fields["tagging"]  # moto does not apply it
    assert conditions == [*({name: value} for name, value in fields.items()), ["content-length-range", 4711, 4711]]
