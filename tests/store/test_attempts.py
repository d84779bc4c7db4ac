"""Attempts: how failures are counted and lock out, also side by side, after crashes and while AWS is down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import AttemptsUnderWayError, AwsUnavailableError, LockedOutError
from chalicelib.model.attempt import Attempt
from chalicelib.model.policy import Limits
from chalicelib.store.attempts import LAPSES_AFTER, Attempts, Tally, failed, reserved
from tests.aws_server import NAMES, AwsServer, at_once
from tests.canned import CannedAws
from tests.samples import NOW

LIMITS = Limits(max_failures=5, window_minutes=15, lockout_minutes=30)
MINUTE = timedelta(minutes=1)
_ids = (f"v{number}" for number in itertools.count())


def attempt(minute: float = 0, *, flow: str = "authenticate", user: str = "u", limits: Limits = LIMITS) -> Attempt:
    return Attempt(next(_ids), user, flow, limits, NOW + minute * MINUTE)


@pytest.fixture
def attempts(server: AwsServer, tenant: str) -> Attempts:
    return Attempts(server.aws, NAMES.table, tenant)


def try_and_fail(attempts: Attempts, one: Attempt) -> None:
    attempts.reserve(one)
    attempts.fail(one)


def fail(attempts: Attempts, *minutes: float, limits: Limits = LIMITS) -> None:
    for minute in minutes:
        try_and_fail(attempts, attempt(minute, limits=limits))


def is_locked(attempts: Attempts, minute: float, **changes: str) -> bool:
    probe = attempt(minute, **changes)  # type: ignore[arg-type]
    try:
        attempts.reserve(probe)
    except LockedOutError:
        return True
    attempts.release(probe)
    return False


def test_the_last_allowed_failure_locks_out_for_the_time_that_is_left(attempts: Attempts) -> None:
    fail(attempts, 0, 1, 2, 3)
    assert not is_locked(attempts, 3)
    fail(attempts, 4)
    with pytest.raises(LockedOutError) as locked:
        attempts.reserve(attempt(24))
    assert locked.value.retry_after_s == 10 * 60
    assert not is_locked(attempts, 34)
    assert not is_locked(attempts, 5, flow="register")
    assert not is_locked(attempts, 5, user="someone else")


def test_the_window_slides(attempts: Attempts) -> None:
    fail(attempts, 0, 1, 14, 15.5, 15.6)
    assert not is_locked(attempts, 15.6)
    fail(attempts, 15.7)
    assert is_locked(attempts, 15.8)


def test_after_a_lockout_counting_begins_anew(attempts: Attempts) -> None:
    """Also when the lockout is shorter than the window."""
    short = Limits(max_failures=3, window_minutes=60, lockout_minutes=5)
    fail(attempts, 0, 0, 0, 6, 6, limits=short)
    assert not is_locked(attempts, 6)
    fail(attempts, 6, limits=short)
    assert is_locked(attempts, 6)


def test_an_approval_forgets_failures_and_leaves_nothing_behind(
    server: AwsServer, tenant: str, attempts: Attempts
) -> None:
    fail(attempts, 0, 0, 0, 0)
    approved = attempt(1)
    attempts.reserve(approved)
    attempts.succeed(approved)
    items = server.client("dynamodb").scan(TableName=NAMES.table)["Items"]
    assert not [item for item in items if tenant in item["pk"]["S"]]
    fail(attempts, 1, 1, 1, 1)
    assert not is_locked(attempts, 1)


def test_an_approval_does_not_end_a_lockout(attempts: Attempts) -> None:
    slow = attempt(0)
    attempts.reserve(slow)
    fail(attempts, 2, 2, 2, 2, 2)  # by then the slow one's place has lapsed
    attempts.succeed(slow)
    assert is_locked(attempts, 3)


def test_side_by_side_no_more_than_the_limit_get_a_place(attempts: Attempts) -> None:
    """Twenty guesses at once: at most five are looked at, and then the user is locked out."""
    results = at_once([partial(attempts.reserve, attempt()) for _ in range(20)])
    assert results.count(None) == LIMITS.max_failures
    assert {type(result) for result in results if result} == {AttemptsUnderWayError}


def test_failures_at_once_are_all_counted(attempts: Attempts) -> None:
    tries = [attempt() for _ in range(LIMITS.max_failures)]
    for one in tries:
        attempts.reserve(one)
    assert at_once([partial(attempts.fail, one) for one in tries]).count(None) == LIMITS.max_failures
    assert is_locked(attempts, 0)


def test_what_was_given_back_or_died_does_not_count(attempts: Attempts) -> None:
    """AWS down: every request gives its place back. Crashed: the place lapses."""
    for _ in range(20):
        one = attempt()
        attempts.reserve(one)
        attempts.release(one)
    for _ in range(LIMITS.max_failures):
        attempts.reserve(attempt())
    with pytest.raises(AttemptsUnderWayError):
        attempts.reserve(attempt())
    assert not is_locked(attempts, LAPSES_AFTER / MINUTE)


def test_a_place_that_cannot_be_given_back_hurts_nobody_but_a_failure_must_be_counted() -> None:
    down = AwsUnavailableError("dynamodb:DeleteItem", "ThrottlingException", "")
    attempts = Attempts(CannedAws(delete_item=down, put_item=down), "t", "acme")
    attempts.release(attempt())
    attempts.succeed(attempt())
    with pytest.raises(AwsUnavailableError):
        attempts.fail(attempt())
    with pytest.raises(AwsUnavailableError):
        attempts.reserve(attempt())


class Interleaving:
    """Attempts in any order of beginning, failing, crashing and time passing."""

    def __init__(self) -> None:
        self.tally, self.minute = Tally(), 0.0
        self.open: list[Attempt] = []
        self.answers: list[float] = []

    def act(self, action: str) -> None:
        window = timedelta(minutes=LIMITS.window_minutes)
        if action == "begin":
            one = attempt(self.minute)
            try:
                self.tally = reserved(self.tally.as_of(one.started_at, window), one)
            except (LockedOutError, AttemptsUnderWayError):
                return
            self.open.append(one)
        elif action == "fail" and self.open:
            one = self.open.pop(0)
            self.tally = failed(self.tally.as_of(one.started_at, window), one)
            self.answers.append(self.minute)
        elif action == "crash" and self.open:
            self.open.pop()
        elif action == "wait":
            self.minute += 0.25
            self.open = [one for one in self.open if NOW + self.minute * MINUTE - one.started_at < LAPSES_AFTER]


def windows(moments: list[float]) -> Iterator[int]:
    for start in moments:
        yield sum(start <= moment < start + LIMITS.window_minutes - 1 for moment in moments)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(("begin", "fail", "crash", "wait")), max_size=120))
def test_no_order_of_events_gives_more_answers_than_the_limit(actions: list[str]) -> None:
    story = Interleaving()
    for action in actions:
        story.act(action)
    assert max(windows(story.answers), default=0) <= LIMITS.max_failures
