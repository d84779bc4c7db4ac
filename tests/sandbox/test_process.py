"""The process: how it starts and stops, what it keeps, that it can be called from many sides at once."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import urllib3
from botocore.exceptions import ClientError

from cli.local.processes import PROJECT
from sandbox.scripted import ScriptedFace, picture
from tests.running_sandbox import RunningSandbox, running_sandbox
from tests.sandbox.tables import TABLE


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_teaches() -> None:
    shown = command("--help").stdout
    for words in ("AWS_ENDPOINT_URL", "--state", "--scripted", "--latency", "/sandbox/", "README.md"):
        assert words in shown


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = command("--scripted", "--port", str(taken.getsockname()[1]))
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    assert "in use" in refused.stderr


@pytest.mark.parametrize("latency", ["250", "rekognition=250", "rekognition:*=soon"])
def test_a_wrong_latency_is_told(latency: str) -> None:
    refused = command("--scripted", "--latency", latency)
    assert refused.returncode != 0
    assert refused.stderr.startswith("sandbox: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    port_file = tmp_path / "port"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--scripted", "--port", "0", "--port-file", str(port_file)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"sandbox ready on http://127.0.0.1:{port_file.read_text()}\n"
    with socket.create_connection(("127.0.0.1", int(port_file.read_text()))):  # an idle client does not hold it up
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_latencies_of_the_command_line_stay(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--scripted", "--latency", "rekognition:List*=120") as sandbox:
        sandbox.faults.clear()
        sandbox.client("rekognition").list_collections()
        assert sandbox.calls.of()[0]["duration_ms"] > 120
        assert sandbox.control("GET", "faults")[1]["rules"] == []


def test_a_restart_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state = ("--scripted", "--state", str(tmp_path / "state"))
    alice = {"Bytes": picture([ScriptedFace("alice")])}
    with running_sandbox(tmp_path, *state) as before:
        rekognition = before.client("rekognition")
        rekognition.create_collection(CollectionId="people", Tags={"a": "b"})
        rekognition.index_faces(CollectionId="people", Image=alice, ExternalImageId="alice")
        session_id = rekognition.create_face_liveness_session()["SessionId"]
        before.client("dynamodb").create_table(TableName="users", **TABLE)
        before.client("dynamodb").put_item(TableName="users", Item={"pk": {"S": "alice"}})
        s3 = before.client("s3")
        s3.create_bucket(Bucket="pictures", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="pictures", Key="alice", Body=b"x" * 100_000, Metadata={"a": "b"})
        queue = before.client("sqs").create_queue(QueueName="later")["QueueUrl"]
        before.client("sqs").send_message(QueueUrl=queue, MessageBody="recover alice")
        before.faults.set({"operation": "textract:*", "kind": "throttle"})

    with running_sandbox(tmp_path, *state) as after:
        rekognition = after.client("rekognition")
        matches = rekognition.search_faces_by_image(CollectionId="people", Image=alice)["FaceMatches"]
        assert [match["Face"]["ExternalImageId"] for match in matches] == ["alice"]
        assert rekognition.get_face_liveness_session_results(SessionId=session_id)["Status"] == "CREATED"
        assert after.client("dynamodb").scan(TableName="users")["Items"] == [{"pk": {"S": "alice"}}]
        stored = after.client("s3").get_object(Bucket="pictures", Key="alice")
        assert (len(stored["Body"].read()), stored["Metadata"]) == (100_000, {"a": "b"})
        sqs = after.client("sqs")
        queue = sqs.get_queue_url(QueueName="later")["QueueUrl"]
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "recover alice"
        sqs.send_message(QueueUrl=queue, MessageBody="the queue still works")
        assert [rule["operation"] for rule in after.control("GET", "faults")[1]["rules"]] == ["textract:*"]


def test_without_a_state_it_starts_empty(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--scripted") as before:
        before.client("rekognition").create_collection(CollectionId="people")
    with running_sandbox(tmp_path, "--scripted") as after:
        assert after.client("rekognition").list_collections()["CollectionIds"] == []


def test_a_state_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "sandbox.state").write_bytes(b"not a state")
    refused = command("--scripted", "--port", "0", "--state", str(tmp_path))
    assert refused.returncode != 0
    assert "Delete it to start empty" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_of_many_conditional_writes_one_succeeds(scripted: RunningSandbox) -> None:
    dynamodb, table = scripted.client("dynamodb"), f"race-{uuid4()}"
    dynamodb.create_table(TableName=table, **TABLE)

    def write(round_: int) -> bool:
        item = {"pk": {"S": f"user {round_ // 8}"}}
        try:
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "ConditionalCheckFailedException"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(160))) == 20


def test_a_message_arrives_while_its_receiver_waits(scripted: RunningSandbox) -> None:
    sqs = scripted.client("sqs")
    queue = sqs.create_queue(QueueName=f"wait-{uuid4()}")["QueueUrl"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20)
        sqs.send_message(QueueUrl=queue, MessageBody="hello")
        assert waiting.result(timeout=15)["Messages"][0]["Body"] == "hello"


def test_connections_are_kept_open(scripted: RunningSandbox) -> None:
    with urllib3.HTTPConnectionPool(scripted.url.removeprefix("http://"), maxsize=1) as pool:
        for _ in range(5):
            assert pool.request("GET", "/sandbox/health").status == 200
        assert (pool.num_connections, pool.num_requests) == (1, 5)


def test_bodies_in_chunks_and_announced_ones_arrive(scripted: RunningSandbox) -> None:
    """S3's clients send large bodies in chunks, or ask first (Expect: 100-continue)."""
    s3, bucket = scripted.client("s3"), f"chunks-{uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key="large", Body=b"x" * 3_000_000, ChecksumAlgorithm="SHA256")
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == 3_000_000
    assert scripted.calls.of("s3:PutObject")[0]["duration_ms"] < 900
