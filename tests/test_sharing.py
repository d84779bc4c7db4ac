"""Shares: what they cost while nothing is throttled, when they are looked at, and what happens if they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws import Aws
from chalicelib.errors import AwsUnavailableError, ShareUsedUpError
from chalicelib.model.deadline import Deadline
from chalicelib.retries import RetryingAws
from chalicelib.store.paces import Paces
from chalicelib.wiring.sharing import Share, Watch
from tests.aws_server import NAMES, AwsServer, aws_server

NOW_S = 1_800_000_000.0
DETECT = "rekognition:DetectFaces"
THROTTLED = AwsUnavailableError(DETECT, "ThrottlingException", "")


@pytest.fixture(scope="module")
def server() -> Any:
    with aws_server() as running:
        yield running


def silent(service: str, operation: str, parameters: Any) -> dict[str, Any]:
    raise AwsUnavailableError("dynamodb:GetItem", "InternalServerError", "")


def share(aws: Aws, tenant: str, watch: Watch, slept: list[float] | None = None, now_s: float = NOW_S) -> Share:
    sleep: Callable[[float], None] = slept.append if slept is not None else pytest.fail
    return Share(Paces(aws, NAMES.table, tenant, {DETECT: 2.0}), watch, lambda: now_s, sleep)


def test_while_nothing_is_throttled_nothing_is_asked() -> None:
    share(silent, "acme", Watch()).wait({DETECT})


@pytest.mark.parametrize(
    "error",
    [
        AwsUnavailableError(DETECT, "InternalServerError", ""),
        AwsUnavailableError("dynamodb:PutItem", "ProvisionedThroughputExceededException", ""),
    ],
)
def test_what_is_no_quota_of_the_regions_is_none_of_its_business(error: AwsUnavailableError) -> None:
    watch = Watch()
    assert share(silent, "acme", watch).turn_s(error) == 0
    assert not watch.among({error.operation}, NOW_S)


def test_who_is_throttled_waits_for_its_turn_and_so_do_its_requests_in_this_process(server: AwsServer) -> None:
    watch, slept = Watch(), list[float]()
    mine = share(server.aws, "waiting", watch, slept)
    assert mine.turn_s(THROTTLED) == 0
    assert mine.turn_s(THROTTLED) == pytest.approx(1 / 1.4)
    with pytest.raises(ShareUsedUpError) as refused:
        mine.wait({DETECT, "s3:PutObject"})
    assert (refused.value.retry_after_s, slept) == (2, [])
    share(server.aws, "waiting", watch, slept, NOW_S + 1).wait({DETECT})
    assert slept == pytest.approx([2 / 1.4 - 1])


def test_others_are_not_held_back_and_after_a_minute_nobody_looks(server: AwsServer) -> None:
    watch = Watch()
    share(server.aws, "busy", watch).turn_s(THROTTLED)
    share(server.aws, "other", watch).wait({DETECT})
    with pytest.raises(AwsUnavailableError):
        share(silent, "other", watch).wait({DETECT})
    share(silent, "other", watch, now_s=NOW_S + 61).wait({DETECT})


def test_a_pace_that_cannot_be_kept_changes_nothing() -> None:
    assert share(silent, "acme", Watch()).turn_s(THROTTLED) == 0


def test_a_call_whose_turn_does_not_come_is_made_no_more(server: AwsServer) -> None:
    calls: list[str] = []

    def throttling(service: str, operation: str, parameters: Any) -> dict[str, Any]:
        calls.append(operation)
        raise THROTTLED

    mine, deadline, slept = share(server.aws, "greedy", Watch()), Deadline.after(1000), list[float]()
    retrying = RetryingAws(throttling, lambda: deadline, slept.append, mine.turn_s)
    with pytest.raises(ShareUsedUpError):
        retrying("rekognition", "detect_faces", {})
    assert len(calls) == 3
    assert slept[1] >= 1 / 1.4
