"""Concurrent clients, kills, retries, duplicate and reordered messages, in any order, against a model of a few lines.

The model knows for each user id whose face may be registered under it: one person, or nobody (None). An answer rules
possibilities out, a killed request adds one, and after recovery nothing is left in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from chalicelib.errors import ConflictError
from chalicelib.model.submission import user_key
from chalicelib.model.user import UserStatus
from chalicelib.wiring.erasing import erase, request_erasure
from tests.crash.exchange import Attempt, Request
from tests.crash.recovery import LATER
from tests.crash.scene import Scene, scenes_of
from tests.crash.stage import Stage, on_stage
from tests.own_environment import own_environment
from tests.running_sandbox import RunningSandbox

TENANT = "model"
POLICY = f"policy: {TENANT}\nextends: baseline\nlimits: {{max_failures: 100}}\n"
USERS, PEOPLE = ("u1", "u2", "u3", "u4"), ("ada", "bob", "eve", "joe", "kim")
CALLS = (12, 16, 14, 18, 20, 11, 13, 15, 17, 19, 10, 4)  # most of them are between writes

users, people = st.sampled_from(USERS), st.sampled_from(PEOPLE)


class Clients(RuleBasedStateMachine):
    """`stage` and `scene` are set by the test. The ids are this run's own, so that runs do not meet."""

    stage: Stage
    scene: Scene
    runs = iter(range(1000))

    def __init__(self) -> None:
        super().__init__()
        self.run = next(self.runs)
        self.requests = 0
        self.maybe: dict[str, set[str | None]] = {user: {None} for user in USERS}
        self.killed: tuple[str, str, Request] | None = None

    @rule(user=users, person=people)
    def register(self, user: str, person: str) -> None:
        self._registered(user, person, self.stage.begin(self._request("register", user, person))())

    @rule(user=users, person=people, kill_at=st.sampled_from(CALLS))
    def register_and_be_killed(self, user: str, person: str, kill_at: int) -> None:
        request = self._request("register", user, person)
        attempt = self.stage.begin(request, kill_at=kill_at)()
        if attempt.answer is None:
            self.killed = (user, person, request)
        self._registered(user, person, attempt)

    @rule(user=users, rival=users, person=people)
    def register_together(self, user: str, rival: str, person: str) -> None:
        """One face under two ids, or one id twice: at the same time."""
        begun = [(one, self.stage.begin(self._request("register", one, person))) for one in (user, rival)]
        attempts = [(one, waiting()) for one, waiting in begun]
        approved = [one for one, attempt in attempts if attempt.answer and attempt.answer.is_approved]
        assert len(approved) <= 1
        for one, attempt in sorted(attempts, key=lambda pair: pair[0] not in approved):
            self._registered(one, person, attempt)

    @rule()
    def retry_what_was_killed(self) -> None:
        """With its Idempotency-Key, once nothing of the first attempt can still run. No precondition: what a kill hits
        is a matter of moments, and Hypothesis wants to draw the same again.
        """
        if self.killed is None:
            return
        user, person, request = self.killed
        first, second = (self.stage.begin(request, ahead=LATER)() for _ in range(2))
        assert first.answer and second.answer
        if first.answer.status == 200:
            assert first.answer == second.answer
        self.killed = None
        if first.answer.is_approved:  # now, or by the first attempt
            self.maybe[user] = {person}
        else:
            self._registered(user, person, first)

    @rule(user=users, person=people)
    def authenticate(self, user: str, person: str) -> None:
        answer = self.stage.begin(self._request("authenticate", user, person))().answer
        assert answer and answer.status == 200, answer
        if answer.is_approved:
            assert person in self.maybe[user]
            self.maybe[user] = {person}
        else:
            assert self.maybe[user] != {person}
            self.maybe[user].discard(person)

    @rule(user=users)
    def erase(self, user: str) -> None:
        tenant = self.stage.environment.services.tenant(TENANT)
        now = datetime.now(UTC)
        erasure = request_erasure(tenant, user_key(TENANT, self._id(user)), now)
        try:
            if erasure:
                erase(tenant, erasure.erasure_id, now)
        except ConflictError:  # a killed change is in the way; recovery erases
            self.maybe[user].add(None)
            return
        self.maybe[user] = {None}
        if self.killed and self.killed[0] == user:
            self.killed = None

    @rule(seed=st.integers(0, 99))
    def recover(self, seed: int) -> None:
        """Every message twice and in any order, and the sweep; then all is as an answer said, and whole."""
        assert self.stage.recover_all(seed) == []
        assert self.stage.findings(TENANT) == []
        for user in USERS:
            record = self.stage.environment.services.tenant(TENANT).users.get(user_key(TENANT, self._id(user)))
            if record and record.status is UserStatus.ACTIVE:
                self.maybe[user].discard(None)
            else:
                assert record is None
                self.maybe[user] &= {None}
            assert self.maybe[user]
        certain = [next(iter(maybe)) for maybe in self.maybe.values() if len(maybe) == 1 and None not in maybe]
        assert len(certain) == len(set(certain))

    def teardown(self) -> None:
        self.recover(0)

    def _registered(self, user: str, person: str, attempt: Attempt) -> None:
        """What an attempt to register says."""
        others = [self.maybe[other] for other in USERS if other != user]
        answer = attempt.answer
        if answer is None:
            if None in self.maybe[user]:
                self.maybe[user].add(person)
        elif answer.is_approved:
            assert None in self.maybe[user]
            assert {person} not in others
            self.maybe[user] = {person}
        elif answer.status == 200:  # the face is another's
            assert any(person in other for other in others)
        else:
            code = answer.body["type"].rpartition(":")[2]
            assert (answer.status, code) in {(409, "user-exists"), (409, "user-busy"), (409, "face-taken")}, answer
            if code == "user-exists":
                self.maybe[user].discard(None)
                assert self.maybe[user]

    def _request(self, flow: str, user: str, person: str) -> Request:
        self.requests += 1
        number = f"{self.run}-{self.requests}"
        return self.scene.request(self._id(user), flow, number, person=f"{person}-{self.run}")

    def _id(self, user: str) -> str:
        return f"{user}-{self.run}"


@pytest.fixture
def stage(scripted: RunningSandbox) -> Iterator[Stage]:
    with on_stage(own_environment(scripted, {TENANT: POLICY}), [TENANT]) as made:
        yield made


def test_any_order_of_events_ends_in_what_was_answered(stage: Stage) -> None:
    Clients.stage, Clients.scene = stage, scenes_of(TENANT, POLICY)[0]
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Clients,
        settings=settings(
            max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=checks, derandomize=True
        ),
    )
