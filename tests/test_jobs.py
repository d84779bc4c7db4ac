"""Jobs and sweep through the app's own functions, as Lambda calls them, with SQS and DynamoDB over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import jobs
from chalicelib.jobs import SWEEP_AGAIN_AFTER, sweep
from chalicelib.routes import background
from chalicelib.store.changes import Changes
from chalicelib.store.records import RECOVERY_DELAY
from chalicelib.wiring import Services
from cli.local.worker import Worker
from cli.resources import MAX_RECEIVES, Names, create, queue_url
from tests.aws_server import REGION, AwsServer
from tests.samples import NOW, change
from tests.store.conftest import server, tenant

__all__ = ["server", "tenant"]

LATE = NOW + RECOVERY_DELAY + timedelta(seconds=1)


@pytest.fixture
def names(server: AwsServer, tenant: str) -> Names:
    """The queue and the index are shared by all tenants, so each of these tests has an environment of its own."""
    made = Names.for_environment(f"countersign-{tenant}")
    create(server.aws, made, REGION, {})
    return made


@pytest.fixture
def services(server: AwsServer, names: Names, monkeypatch: pytest.MonkeyPatch) -> Services:
    made = Services(names.environment(queue_url(server.aws, names.queue)), server.client)
    monkeypatch.setattr(background, "services", lambda: made)
    return made


@pytest.fixture
def worker(server: AwsServer, names: Names) -> Worker:
    return Worker(server.client("sqs"), queue_url(server.aws, names.queue), background.jobs)


@pytest.fixture
def changes(server: AwsServer, services: Services, names: Names, tenant: str) -> Changes:
    return Changes(server.aws, names.table, tenant, services.queue)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The marks of the messages whose job `note` ran; one marked "broken" fails each time."""
    marks: list[str] = []

    def note(_tenant: Any, message: Any, _now: Any) -> None:
        marks.append(message["mark"])
        if message["mark"] == "broken":
            raise RuntimeError

    monkeypatch.setattr(jobs, "JOBS", {"note": note, "recover": note_recovery(marks)})
    return marks


def note_recovery(marks: list[str]) -> Callable[..., None]:
    return lambda tenant, message, _now: marks.append(f"{tenant.name} {message['user_key']}")


def message(mark: str) -> dict[str, str]:
    return {"job": "note", "tenant": "acme", "mark": mark}


def depth(server: AwsServer, name: str) -> int:
    asked = {"QueueUrl": queue_url(server.aws, name), "AttributeNames": ["All"]}
    attributes = server.client("sqs").get_queue_attributes(**asked)["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


def test_only_the_failed_ones_of_a_batch_come_again(
    server: AwsServer, names: Names, services: Services, worker: Worker, ran: list[str]
) -> None:
    services.queue.send_many([message(mark) for mark in ("one", "broken", "two")])
    while len(ran) < 3:
        worker.work(1)
    assert sorted(ran) == ["broken", "one", "two"]
    assert depth(server, names.queue) == 1


def test_a_batch_is_no_larger_than_sqs_takes(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[list[Any]] = []
    send = services.queue._aws

    def spying(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(parameters["Entries"])
        return send(service, operation, parameters)

    monkeypatch.setattr(services.queue, "_aws", spying)
    marks = [str(number) * 60_000 for number in range(9)] + [""] * 12
    services.queue.send_many([message(mark) for mark in marks], per_s=1)
    sent.sort(key=lambda entries: entries[0]["DelaySeconds"])  # they go out side by side
    assert [len(entries) for entries in sent] == [4, 4, 10, 3]
    assert all(sum(len(entry["MessageBody"]) for entry in entries) <= 256 * 1024 for entries in sent)
    assert [entry["DelaySeconds"] for entries in sent for entry in entries] == list(range(21))
    assert [json.loads(entry["MessageBody"])["mark"] for entries in sent for entry in entries] == marks


@pytest.mark.parametrize(
    "body", ["not json", "[]", "{}", '{"job": "no such job", "tenant": "acme"}', '{"job": "note"}']
)
def test_what_is_no_job_fails_and_is_not_lost(services: Services, ran: list[str], body: str) -> None:
    record = {"messageId": "m1", "body": body, "receiptHandle": "r"}
    assert background.jobs({"Records": [record]}, None) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_a_job_that_keeps_failing_ends_in_the_dead_letter_queue(
    server: AwsServer, names: Names, services: Services, worker: Worker, ran: list[str]
) -> None:
    services.queue.send(message("broken"))
    sqs, url = server.client("sqs"), queue_url(server.aws, names.queue)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    try:
        for _ in range(MAX_RECEIVES + 1):
            worker.work(1)
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    assert ran == ["broken"] * MAX_RECEIVES
    assert (depth(server, names.queue), depth(server, names.dead_letter_queue)) == (0, 1)
    dead = sqs.receive_message(QueueUrl=queue_url(server.aws, names.dead_letter_queue))["Messages"]
    assert json.loads(dead[0]["Body"]) == message("broken")


def test_the_sweep_finds_what_is_due_and_puts_one_job_each_on_the_queue(
    services: Services, worker: Worker, changes: Changes, ran: list[str], tenant: str
) -> None:
    begun = [change(tenant, f"c{number}", user_id=f"user {number}") for number in range(12)]
    for one in begun:
        changes.begin(one)
    assert sweep(services, LATE - timedelta(minutes=1)) == 0
    assert sweep(services, LATE) == 12
    assert sweep(services, LATE) == 0, "it is not due again before its job has had all its tries"
    assert sweep(services, LATE + SWEEP_AGAIN_AFTER) == 12
    while len(ran) < 24:
        worker.work(1)
    assert sorted(set(ran)) == sorted(f"{tenant} {one.user_key}" for one in begun)


def test_nothing_is_due_once_a_change_is_forgotten(services: Services, changes: Changes, tenant: str) -> None:
    made = change(tenant, "c1")
    changes.begin(made)
    changes.abandon(made)
    assert sweep(services, LATE) == 0
