"""The job `deferred`, against the sandbox in scripted mode: in every execution, and when a step cannot be judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import AwsUnavailableError, ConflictError
from chalicelib.jobs import run
from chalicelib.model.decision import Verdict
from chalicelib.model.submission import user_key
from chalicelib.routes import background
from chalicelib.wiring.deferral import judge_deferred
from cli.local.worker import Worker
from cli.resources import MAX_RECEIVES, queue_url
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox

TENANT = "clinic"
POLICY = """
policy: clinic
execution: {execution}
while_deferred: allow
flows:
  join:
    steps:
      - check: face_count
      - check: minimum_age
        with: {{min_years: {min_years}}}
        defer: {defer}
    effects: [store_images, index_face, save_user]
  enter:
    steps:
      - check: stored_face_match
    effects: [touch_user]
"""
Make = Callable[..., OwnEnvironment]


@pytest.fixture
def make(scripted: RunningSandbox) -> Iterator[Make]:
    def make(execution: str = "fastest", min_years: int = 18) -> OwnEnvironment:
        text = POLICY.format(execution=execution, min_years=min_years, defer="true")
        return own_environment(scripted, {TENANT: text})

    yield make
    scripted.faults.clear()


def verdict(own: OwnEnvironment, flow: str) -> Verdict:
    return own.services.tenant(TENANT).verify(submission(TENANT, flow, "ada")).verdict


def status(own: OwnEnvironment) -> str:
    user = own.services.tenant(TENANT).users.get(user_key(TENANT, "ada"))
    assert user is not None
    return user.status.value


def judge(own: OwnEnvironment) -> None:
    message = {"job": "recover", "tenant": TENANT, "user_key": user_key(TENANT, "ada")}
    run(own.services, json.dumps(message), datetime.now(UTC))


@pytest.mark.parametrize("execution", ["fastest", "cheapest", "speculative"])
@pytest.mark.parametrize(("min_years", "expected"), [(18, "active"), (120, "revoked")])
def test_in_every_execution_the_stored_card_is_judged(
    make: Make, execution: str, min_years: int, expected: str
) -> None:
    own = make(execution, min_years)
    assert verdict(own, "join") is Verdict.APPROVED
    assert own.sandbox.calls.of("textract:AnalyzeID") == []
    assert (status(own), verdict(own, "enter")) == ("provisional", Verdict.APPROVED)
    for _ in range(2):  # a message may come twice
        judge(own)
    assert len(own.sandbox.calls.of("textract:AnalyzeID")) == 1
    assert status(own) == expected
    pictures = own.services.aws("s3", "list_object_versions", {"Bucket": own.names.images_bucket})
    assert len(pictures.get("Versions", ())) == (2 if expected == "active" else 0)


def test_a_step_that_cannot_be_judged_decides_nothing_and_ends_in_the_dead_letter_queue(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = make()
    assert verdict(own, "join") is Verdict.APPROVED
    own.sandbox.faults.set({"operation": "textract:AnalyzeID", "kind": "error500"})
    with pytest.raises(AwsUnavailableError):
        judge(own)

    monkeypatch.setattr(background, "services", lambda: own.services)
    sqs, url = own.sandbox.client("sqs"), queue_url(own.services.aws, own.names.queue)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    worker = Worker(sqs, url, background.jobs)
    for _ in range(MAX_RECEIVES + 1):
        worker.work(1)
    dead = sqs.receive_message(QueueUrl=queue_url(own.services.aws, own.names.dead_letter_queue))["Messages"]
    assert json.loads(dead[0]["Body"])["job"] == "recover"

    assert status(own) == "provisional"
    late = own.services.tenant(TENANT).users.get(user_key(TENANT, "ada"))
    assert late is not None and late.deferred is not None
    policy = own.services.tenant(TENANT).policy()
    assert not late.may_authenticate(policy.while_deferred, datetime.now(UTC) + timedelta(hours=1))

    own.sandbox.faults.clear()
    judge(own)
    assert status(own) == "active"


def test_a_policy_that_defers_nothing_any_more_approves_nothing(make: Make) -> None:
    own = make()
    assert verdict(own, "join") is Verdict.APPROVED
    other = POLICY.format(execution="fastest", min_years=18, defer="false")
    place = {"Bucket": own.names.policies_bucket, "Key": f"{TENANT}.yaml"}
    own.services.aws("s3", "put_object", {**place, "Body": other.encode()})
    later = type(own.services)(own.variables, own.sandbox.client)  # a process that sees the new policy
    with pytest.raises(ConflictError) as caught:
        judge_deferred(later.tenant(TENANT), user_key(TENANT, "ada"), datetime.now(UTC))
    assert (caught.value.code, status(own)) == ("nothing-deferred", "provisional")
