"""Faults on purpose, and the journal of calls."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.faults import Faults, Rule
from sandbox.scripted import ScriptedFace, picture
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of, error_of
from tests.sandbox.tables import TABLE
from tests.sandbox.test_faces import index

ALICE = picture([ScriptedFace("alice")])


def get_nothing(scripted: RunningSandbox, service: str) -> Any:
    """A call of the service that answers with an error of its own when there is no fault."""
    client = scripted.client(service)
    match service:
        case "dynamodb":
            return lambda: client.get_item(TableName="none", Key={"pk": {"S": "x"}})
        case "s3":
            return lambda: client.get_object(Bucket="none-such", Key="x")
        case "sqs":
            return lambda: client.get_queue_url(QueueName="none")
        case "textract":
            return lambda: client.analyze_id(DocumentPages=[{"Bytes": ALICE}])
        case _:
            return lambda: client.describe_collection(CollectionId="none")


@pytest.mark.parametrize(
    ("service", "kind", "code", "status"),
    [
        ("rekognition", "throttle", "ThrottlingException", 400),
        ("rekognition", "error500", "InternalServerError", 500),
        ("rekognition", "access_denied", "AccessDeniedException", 400),
        ("rekognition", "missing", "ResourceNotFoundException", 400),
        ("textract", "throttle", "ThrottlingException", 400),
        ("dynamodb", "throttle", "ProvisionedThroughputExceededException", 400),
        ("dynamodb", "error500", "InternalServerError", 500),
        ("s3", "throttle", "SlowDown", 503),
        ("s3", "error500", "InternalError", 500),
        ("s3", "access_denied", "AccessDenied", 403),
        ("s3", "missing", "NoSuchBucket", 404),
        ("sqs", "throttle", "RequestThrottled", 403),
    ],
)
def test_services_refuse_in_their_own_words(
    scripted: RunningSandbox, service: str, kind: str, code: str, status: int
) -> None:
    scripted.faults.set({"operation": f"{service}:*", "kind": kind})
    found_code, message, found_status = error_of(get_nothing(scripted, service))
    assert (found_code, found_status) == (code, status)
    assert "asked for this fault" in message


def test_any_error_can_be_named(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set(
        {"operation": "rekognition:*", "kind": "error", "code": "ProvisionedThroughputExceededException"}
    )
    assert code_of(reading.list_collections) == "ProvisionedThroughputExceededException"


def test_a_rule_strikes_only_the_calls_that_it_names(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set({"operation": "rekognition:Search*", "kind": "throttle"})
    reading.list_collections()
    missing = {"CollectionId": "none", "Image": {"Bytes": ALICE}}
    assert code_of(reading.search_faces_by_image, **missing) == "ThrottlingException"
    scripted.faults.clear()
    assert code_of(reading.search_faces_by_image, **missing) == "ResourceNotFoundException"


def test_after_and_times_count_matching_calls(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set({"operation": "rekognition:ListCollections", "kind": "throttle", "after": 2, "times": 3})
    statuses = []
    for _ in range(7):
        with suppress(ClientError):
            reading.list_collections()
        reading.detect_faces(Image={"Bytes": ALICE})
        statuses.append(scripted.calls.of("rekognition:ListCollections")[-1]["status"])
    assert statuses == [200, 200, 400, 400, 400, 200, 200]


def test_chance_repeats_itself_and_does_not_mind_other_calls() -> None:
    def struck(seed: int, *, with_others: bool) -> list[bool]:
        faults = Faults([])
        faults.replace([Rule("s3:*", "throttle", 0.5), Rule("dynamodb:*", "throttle", 0.5)], seed)
        hits = []
        for _ in range(200):
            if with_others:
                faults.due("dynamodb:GetItem")
            hits.append(bool(faults.due("s3:GetObject")))
        return hits

    first = struck(1, with_others=False)
    assert first == struck(1, with_others=True)
    assert first != struck(2, with_others=False)
    assert 70 < sum(first) < 130


def test_a_quota_is_each_operations_own_and_a_second_is_saved_up() -> None:
    now_s = 100.0
    faults = Faults([], lambda: now_s)
    faults.replace([Rule("rekognition:*", "quota", per_s=2)], 0)

    def passed(operation: str) -> int:
        return sum(not faults.due(operation) for _ in range(9))

    assert (passed("rekognition:DetectFaces"), passed("rekognition:IndexFaces")) == (2, 2)
    now_s += 0.5
    assert (passed("rekognition:DetectFaces"), passed("s3:GetObject")) == (1, 9)
    now_s += 60
    assert passed("rekognition:DetectFaces") == 2


def test_what_is_beyond_a_quota_is_throttled(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set({"operation": "rekognition:ListCollections", "kind": "quota", "per_s": 0.001})
    reading.list_collections()
    assert code_of(reading.list_collections) == "ThrottlingException"


def test_latency_delays_the_answer(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set({"operation": "rekognition:ListCollections", "kind": "latency", "latency_ms": 150})
    started_s = time.perf_counter()
    reading.list_collections()
    assert time.perf_counter() - started_s > 0.15
    (call,) = scripted.calls.of("rekognition:ListCollections")
    assert call["duration_ms"] > 150
    assert call["faults"] == ["latency"]


def test_the_sandboxs_own_work_is_part_of_the_latency(scripted: RunningSandbox) -> None:
    """So that a call takes what it was said to take, as long as the sandbox is quick enough."""
    dynamodb = scripted.client("dynamodb")
    dynamodb.create_table(TableName="timed", **TABLE)
    scripted.faults.set({"operation": "dynamodb:*", "kind": "latency", "latency_ms": 200})
    for number in range(5):
        dynamodb.put_item(TableName="timed", Item={"pk": {"S": str(number)}})
    scripted.faults.clear()
    took_ms = [call["duration_ms"] for call in scripted.calls.of("dynamodb:PutItem")]
    assert len(took_ms) == 5
    assert min(took_ms) >= 200
    assert min(took_ms) < 202  # a put alone takes the sandbox a few milliseconds


def test_a_timeout_does_nothing_and_a_lost_answer_does_it(scripted: RunningSandbox, reading: Any) -> None:
    for kind, exists in (("timeout", False), ("lost_answer", True)):
        name = f"cut-{uuid4()}"
        scripted.faults.set({"operation": "rekognition:CreateCollection", "kind": kind, "latency_ms": 30})
        with pytest.raises(ConnectionClosedError):
            reading.create_collection(CollectionId=name)
        assert scripted.calls.of("rekognition:CreateCollection")[-1]["status"] == 0
        assert (name in reading.list_collections()["CollectionIds"]) == exists


def test_faces_are_deleted_in_part(scripted: RunningSandbox, reading: Any, scripted_collection: str) -> None:
    ids = [index(reading, scripted_collection, ALICE) for _ in range(3)]
    scripted.faults.set({"operation": "rekognition:DeleteFaces", "kind": "partial_delete", "times": 2})
    answer = reading.delete_faces(CollectionId=scripted_collection, FaceIds=ids)
    assert answer["DeletedFaces"] == ids[:1]
    assert [failure["FaceId"] for failure in answer["UnsuccessfulFaceDeletions"]] == ids[1:]
    answer = reading.delete_faces(CollectionId=scripted_collection, FaceIds=ids[1:2])
    assert "DeletedFaces" not in answer
    left = reading.list_faces(CollectionId=scripted_collection)["Faces"]
    assert [face["FaceId"] for face in left] == ids[1:]


def test_a_liveness_session_is_expired(scripted: RunningSandbox, reading: Any) -> None:
    session_id = reading.create_face_liveness_session()["SessionId"]
    scripted.faults.set({"operation": "rekognition:GetFaceLivenessSessionResults", "kind": "expired_session"})
    assert reading.get_face_liveness_session_results(SessionId=session_id)["Status"] == "EXPIRED"


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"operation": "s3:*"}, "kind must be given"),
        ({"operation": "s3:*", "kind": "typo"}, "unknown kind 'typo'; known are latency, throttle"),
        ({"operation": "s3:*", "kind": "throttle", "chance": 1}, "unknown member 'chance'"),
        ({"operation": "s3:*", "kind": "throttle", "probability": 2}, "between 0 and 1"),
        ({"operation": "s3:*", "kind": "throttle", "times": "once"}, "times cannot be 'once'"),
        ({"operation": "s3:*", "kind": "throttle", "code": "X"}, "code goes with kind error"),
        ({"operation": "s3:*", "kind": "quota"}, "per_s goes with kind quota"),
        ({"operation": "s3:*", "kind": "throttle", "per_s": 5.0}, "per_s goes with kind quota"),
        ({"operation": 1, "kind": "throttle"}, "operation cannot be 1"),
        ("throttle", "a rule is an object"),
    ],
)
def test_a_rule_that_is_none_is_told_and_changes_nothing(scripted: RunningSandbox, rule: Any, complaint: str) -> None:
    scripted.faults.set({"operation": "none:*", "kind": "throttle"})
    status, answer = scripted.control("PUT", "faults", {"rules": [rule]})
    assert status == 400
    assert complaint in answer["message"]
    assert [rule["operation"] for rule in scripted.control("GET", "faults")[1]["rules"]] == ["none:*"]


def test_the_journal_tells_what_ran_side_by_side(scripted: RunningSandbox, reading: Any) -> None:
    scripted.faults.set({"operation": "rekognition:*", "kind": "latency", "latency_ms": 200})
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: reading.list_collections(), range(4)))
    calls = scripted.calls.of("rekognition:ListCollections")
    last_start_s = max(call["started_s"] for call in calls)
    first_end_s = min(call["started_s"] + call["duration_ms"] / 1000 for call in calls)
    assert len(calls) == 4
    assert last_start_s < first_end_s


def test_every_service_s_calls_have_their_names(scripted: RunningSandbox) -> None:
    s3, bucket = scripted.client("s3"), f"names-{uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key="a/b c", Body=b"x")
    s3.list_objects_v2(Bucket=bucket)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a/b c"}]})
    scripted.client("iam").list_roles()
    scripted.client("sts").get_caller_identity()
    scripted.client("apigateway").get_rest_apis()
    scripted.client("dynamodb").list_tables()
    scripted.client("cloudwatch").describe_alarms()
    scripted.client("logs").describe_log_groups()
    assert [call["operation"] for call in scripted.calls.of()] == [
        "s3:CreateBucket",
        "s3:PutObject",
        "s3:ListObjectsV2",
        "s3:DeleteObjects",
        "iam:ListRoles",
        "sts:GetCallerIdentity",
        "apigateway:GetRestApis",
        "dynamodb:ListTables",
        "cloudwatch:DescribeAlarms",
        "logs:DescribeLogGroups",
    ]


def test_presigned_addresses_have_their_names_too(scripted: RunningSandbox) -> None:
    s3, bucket = scripted.client("s3"), f"presigned-{uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    answer = scripted._http.request("PUT", address, body=b"hello")
    assert answer.status == 200
    assert scripted.calls.of()[-1]["operation"] == "s3:PutObject"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"


def test_what_the_sandbox_s_own_endpoints_are_is_told(scripted: RunningSandbox) -> None:
    status, answer = scripted.control("GET", "nothing")
    assert status == 404
    assert "PUT /sandbox/faults" in answer["endpoints"]
    assert scripted.control("GET", "health") == (200, {"status": "ok"})
