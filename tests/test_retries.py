"""Calls made again: which, how often, within which time, and that one tenant's trouble is nobody else's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.aws import Aws, AwsCaller
from chalicelib.errors import AwsConditionFailedError, AwsMisconfiguredError, AwsRefusedError, AwsUnavailableError
from chalicelib.model.deadline import Deadline
from chalicelib.retries import MOST_TRIES, RetryingAws
from chalicelib.wiring import Services
from chalicelib.wiring.shared import CALL_BUDGET_S, REQUEST_BUDGET_S
from chalicelib.wiring.tenant import UNDO_RESERVE_S
from tests.running_sandbox import REGION, RunningSandbox

THROTTLED = AwsUnavailableError("rekognition:DetectFaces", "ThrottlingException", "")


class Failing:
    """Raises each of the errors in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, service: str, operation: str, parameters: Any) -> dict[str, Any]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {"fine": True}


def ask(aws: Aws, budget_s: float = 1000, sleep: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    deadline = Deadline.after(budget_s)
    return RetryingAws(aws, lambda: deadline, sleep)("rekognition", "detect_faces", {})


def test_what_passes_by_itself_is_tried_again() -> None:
    aws = Failing(*[THROTTLED] * (MOST_TRIES - 1))
    assert (ask(aws), aws.calls) == ({"fine": True}, MOST_TRIES)


def test_in_the_end_the_error_is_told() -> None:
    aws = Failing(*[THROTTLED] * 100)
    with pytest.raises(AwsUnavailableError):
        ask(aws)
    assert aws.calls == MOST_TRIES


@pytest.mark.parametrize("kind", [AwsConditionFailedError, AwsMisconfiguredError, AwsRefusedError])
def test_what_no_repetition_changes_is_not_repeated(kind: Any) -> None:
    aws = Failing(kind("a:B", "c", ""))
    with pytest.raises(kind):
        ask(aws)
    assert aws.calls == 1


def test_pauses_are_jittered_and_grow() -> None:
    runs: list[list[float]] = []
    for _ in range(200):
        pauses: list[float] = []
        ask(Failing(*[THROTTLED] * (MOST_TRIES - 1)), sleep=pauses.append)
        runs.append(pauses)
    longest = [max(pauses[attempt] for pauses in runs) for attempt in range(MOST_TRIES - 1)]
    shortest = [min(pauses[attempt] for pauses in runs) for attempt in range(MOST_TRIES - 1)]
    for attempt, (low, high) in enumerate(zip(shortest, longest, strict=True)):
        limit_s = min(2.0, 0.1 * 2**attempt)
        assert 0 <= low < 0.2 * limit_s and 0.8 * limit_s < high <= limit_s


def test_no_call_begins_after_the_deadline() -> None:
    aws = Failing()
    with pytest.raises(AwsUnavailableError) as late:
        ask(aws, budget_s=-1)
    assert (late.value.code, aws.calls) == ("DeadlineExceeded", 0)


def test_no_pause_reaches_beyond_the_deadline() -> None:
    slept: list[float] = []
    started_s = time.monotonic()
    with pytest.raises(AwsUnavailableError):
        ask(Failing(*[THROTTLED] * 100), budget_s=0.05, sleep=slept.append)
    assert sum(slept) <= 0.05 * MOST_TRIES and time.monotonic() - started_s < 5


def test_the_slowest_request_is_answered_before_api_gateway_gives_up(own_clients: Services) -> None:
    config = own_clients.client("rekognition").meta.config
    slowest_call_s = config.connect_timeout + config.read_timeout
    assert slowest_call_s + REQUEST_BUDGET_S < 29
    assert slowest_call_s + CALL_BUDGET_S + REQUEST_BUDGET_S - UNDO_RESERVE_S < 29


@pytest.fixture
def own_clients(scripted: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The clients as they are in Lambda, with AWS played by the sandbox."""
    settings = {"AWS_ENDPOINT_URL": scripted.url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    for name, value in (settings | {"AWS_DEFAULT_REGION": REGION}).items():
        monkeypatch.setenv(name, value)
    yield Services({})


def test_botocore_itself_tries_nothing_again(own_clients: Services, scripted: RunningSandbox) -> None:
    scripted.faults.set({"operation": "rekognition:ListCollections", "kind": "throttle", "times": 1})
    with pytest.raises(AwsUnavailableError):
        AwsCaller(own_clients.client)("rekognition", "list_collections", {})
    assert len(scripted.calls.of("rekognition:ListCollections")) == 1


def test_one_tenants_throttling_leaves_the_others_their_retries(
    own_clients: Services, scripted: RunningSandbox
) -> None:
    """With botocore's standard mode the client's quota of 500 is used up after 100 retries, for everyone."""
    scripted.faults.set({"operation": "rekognition:DescribeCollection", "kind": "throttle"})
    throttled, deadline = AwsCaller(own_clients.client), Deadline.after(1000)
    unpaused = RetryingAws(throttled, lambda: deadline, lambda _: None)
    for _ in range(25):
        with pytest.raises(AwsUnavailableError):
            unpaused("rekognition", "describe_collection", {"CollectionId": "of-a-busy-tenant"})
    assert len(scripted.calls.of("rekognition:DescribeCollection")) == 25 * MOST_TRIES
    scripted.faults.set({"operation": "rekognition:ListCollections", "kind": "throttle", "times": MOST_TRIES - 1})
    assert "CollectionIds" in unpaused("rekognition", "list_collections", {})
