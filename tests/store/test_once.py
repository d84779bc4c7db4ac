"""What may happen once only: liveness sessions, uploads, idempotency keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import urllib3

from chalicelib.errors import BadRequestError, ConflictError, IdempotencyMismatchError
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.submission import LivenessClaim
from chalicelib.store.idempotency import Claim, Idempotency
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


def runs(keys: Idempotency, key: str, body: str, verification_id: str, now: datetime = NOW) -> bool:
    """Whether the request is the one to run, for the first time."""
    return keys.begin(key, body, verification_id, now) == Claim(verification_id)


def test_the_first_answer_is_given_again_for_a_day(keys: Idempotency) -> None:
    assert runs(keys, "k", "body", "v1")
    keys.finish("k", "v1", NOW)
    assert keys.begin("k", "body", "v2", NOW + timedelta(hours=23)) == Claim("v1", answered=True)
    with pytest.raises(IdempotencyMismatchError):
        keys.begin("k", "other body", "v2", NOW + timedelta(hours=23))
    assert runs(keys, "k", "other body", "v2", NOW + timedelta(hours=24))


def test_of_many_requests_with_one_key_one_runs(keys: Idempotency) -> None:
    results = at_once([partial(keys.begin, "k", "body", f"v{n}", NOW) for n in range(8)])
    assert len([one for one in results if isinstance(one, Claim)]) == 1
    assert [error.code for error in results if isinstance(error, ConflictError)] == ["idempotency-key-in-use"] * 7


def test_a_beginning_whose_answer_was_lost_is_ones_own(keys: Idempotency) -> None:
    assert runs(keys, "k", "body", "v1")
    assert runs(keys, "k", "body", "v1")


def test_a_crashed_request_is_taken_over_by_the_same_request_only_as_the_same_verification(keys: Idempotency) -> None:
    keys.begin("k", "body", "v1", NOW)
    with pytest.raises(ConflictError):
        keys.begin("k", "body", "v2", NOW + MINUTE)
    with pytest.raises(IdempotencyMismatchError):
        keys.begin("k", "other body", "v2", NOW + 2 * MINUTE)
    late = [NOW + 2 * MINUTE + timedelta(microseconds=n) for n in range(4)]
    results = at_once([partial(keys.begin, "k", "body", f"v{n}", at) for n, at in enumerate(late, 2)])
    assert [one for one in results if isinstance(one, Claim)] == [Claim("v1", again=True)]


def test_a_suspended_request_may_be_sent_again_at_once(keys: Idempotency) -> None:
    keys.begin("k", "body", "v1", NOW)
    keys.suspend("k", "v1")
    with pytest.raises(IdempotencyMismatchError):
        keys.begin("k", "other body", "v2", NOW)
    assert keys.begin("k", "body", "v2", NOW) == Claim("v1", again=True)
    with pytest.raises(ConflictError):
        keys.begin("k", "body", "v3", NOW + timedelta(seconds=1))


def test_a_released_key_is_free_and_an_answer_is_never_lost(keys: Idempotency) -> None:
    keys.begin("k", "body", "v1", NOW)
    keys.release("k", "v1")
    keys.finish("k", "v1", NOW)
    assert runs(keys, "k", "other body", "v2")
    keys.release("k", "v1")
    keys.finish("k", "v2", NOW)
    keys.finish("k", "v1", NOW)
    keys.release("k", "v2")
    assert keys.begin("k", "other body", "v3", NOW) == Claim("v2", answered=True)


def test_another_tenants_key_is_another_key(server: AwsServer, keys: Idempotency, tenant: str) -> None:
    keys.begin("k", "body", "v1", NOW)
    assert runs(Idempotency(server.aws, NAMES.table, f"{tenant}-2"), "k", "other body", "v2")


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
        uploads.take(upload_id, "another", NOW + minutes * MINUTE)
    return caught.value.code


def test_an_upload_is_taken_by_one_verification_and_leaves_nothing(
    server: AwsServer, uploads: Uploads, tenant: str
) -> None:
    form = uploads.create("image/png", len(PNG), NOW)
    assert refused(uploads, form["upload_id"]) == "upload-unfinished"
    post(form, PNG)
    assert refused(_uploads(server, f"{tenant}-2"), form["upload_id"]) == "upload-unknown"
    results = at_once([partial(uploads.take, form["upload_id"], f"v{n}", NOW) for n in range(6)])
    assert results.count(PNG) == 1
    winner = f"v{results.index(PNG)}"
    assert uploads.take(form["upload_id"], winner, NOW + 60 * MINUTE) == PNG, "it may be tried again"
    assert refused(uploads, form["upload_id"]) == "upload-unknown"
    uploads.discard(form["upload_id"])
    uploads.discard(form["upload_id"])
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
