"""The app in this process, against a scripted sandbox: requests in copies of it that may be killed, and recovery.

Everything is loaded and connected once; a request then takes as long as its calls of AWS.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from unittest.mock import patch

from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.errors import AwsUnavailableError
from chalicelib.store.items import Table
from cli.doctor.diagnose import Finding
from cli.doctor.examine import survey
from cli.doctor.visit import estate_of, rules_of
from tests.crash.exchange import Answer, Attempt, Request
from tests.crash.fork import KilledError, forked
from tests.crash.interrupt import DefectError, Interrupter, Interruption
from tests.crash.recovery import LATER, recover_all, succeeds, undelayed
from tests.own_environment import OwnEnvironment

_SERVICES = ("dynamodb", "s3", "sqs", "kms", "rekognition", "textract")
_ALL_WITHIN_S = 3600  # of what may be about thousands of users
T = TypeVar("T")


class Stage:
    """One at a time: it takes the app's place in the environment that it is given."""

    def __init__(self, environment: OwnEnvironment, tenants: Sequence[str]) -> None:
        os.environ.update(environment.variables | {"COUNTERSIGN_POLICY_REFRESH_S": "1e9"})
        wiring.services.cache_clear()
        self.environment = environment
        self._services = wiring.services()
        self._interrupter = Interrupter()
        _put_around(self._services, self._interrupter)
        self._http = Client(app).http
        for service in _SERVICES:
            self._services.client(service)
        now = datetime.now(UTC)
        self._tokens = {tenant: self._services.credentials.create(tenant, "test", now) for tenant in tenants}
        for tenant in tenants:
            self._services.tenant(tenant).policy()
        self._interrupter.forget()

    def send(
        self, request: Request, interruption: Interruption | None = None, ahead: timedelta | None = None
    ) -> Attempt:
        """Send it to the app in a copy of this process, whose clock may be `ahead`."""
        return self.begin(request, interruption=interruption, ahead=ahead)()

    def send_all(self, requests: Sequence[Request], ahead: timedelta | None = None) -> list[Answer]:
        """Send them one after the other, undisturbed, all in one copy of this process."""

        def task() -> list[Answer]:
            if ahead:
                _move_clock(ahead)
            return [self._post(request) for request in requests]

        self._disconnect()
        return forked(task, _ALL_WITHIN_S)()

    def begin(
        self,
        request: Request,
        *,
        interruption: Interruption | None = None,
        kill_at: int = 0,
        ahead: timedelta | None = None,
    ) -> Callable[[], Attempt]:
        """The same, without waiting for the answer; `kill_at`: before which call of all it is killed."""

        def task() -> Attempt:
            if ahead:
                _move_clock(ahead)
            self._interrupter.interruption, self._interrupter.kill_at = interruption, kill_at
            answer = self._post(request)
            return Attempt(answer, tuple(self._interrupter.calls))

        self._disconnect()
        return partial(_attempt, forked(task))

    def run_job(
        self,
        job: str,
        tenant: str,
        user_key: str,
        *,
        interruption: Interruption | None = None,
        kill_after_change: int = 0,
    ) -> Attempt:
        """Run a job about a user, in a copy of this process, once RECOVERY_DELAY has passed. Its status says whether it
        succeeded. `kill_after_change`: after which of its calls that change something it is killed, from 1.
        """

        def task() -> Attempt:
            self._interrupter.interruption = interruption
            self._interrupter.kill_after_change = kill_after_change
            message = json.dumps({"job": job, "tenant": tenant, "user_key": user_key})
            is_done = succeeds(self._services, datetime.now(UTC) + LATER, message)
            return Attempt(Answer(200 if is_done else 500, {}), tuple(self._interrupter.calls))

        self._disconnect()
        return _attempt(forked(task))

    def recover_all(self, seed: int = 0) -> list[str]:
        """See `tests.crash.recovery`."""
        order = random.Random(seed)  # noqa: S311 - repeatable
        self._disconnect()
        return forked(lambda: recover_all(self._services, order), _ALL_WITHIN_S)()

    def findings(self, tenant: str) -> list[Finding]:
        """What the doctor finds once RECOVERY_DELAY has passed."""
        services = self.environment.services
        estate, policy = estate_of(services, tenant), services.tenant(tenant).policy()
        rules = rules_of(policy, estate, (), datetime.now(UTC) + LATER)
        return [finding for case in survey(estate, rules, lambda *_: None) for finding in case.findings]

    def decisions(self, tenant: str) -> Mapping[tuple[str, str], Counter[str]]:
        """How many decisions are in the log, by subject and flow, then by verdict. Denials without a reason are
        "unexplained".
        """
        services = self.environment.services
        table = Table(services.aws, self.environment.names.table)
        pages = table.scan("begins_with(pk, :log)", "#entry", 0, 1, log=f"T#{tenant}#V#")
        decisions: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for entry in (item["entry"] for _, page in pages for item in page):
            details = entry["details"]
            is_explained = details["decision"] != "denied" or details["reasons"]
            verdict = details["decision"] if is_explained else "unexplained"
            decisions[entry["subject"], details["flow"]][verdict] += 1
        return decisions

    def subject(self, tenant: str, user_key: str) -> str:
        """What the decision log calls the user."""
        return self.environment.services.pseudonyms.of(tenant, user_key)

    def _post(self, request: Request) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._tokens[request.tenant]}",
            "Content-Type": "application/json",
            "Idempotency-Key": request.key,
        }
        try:
            answer = self._http.post("/v1/verifications", headers=headers, body=json.dumps(request.body).encode())
        except (AwsUnavailableError, DefectError) as error:  # of the authorizer: API Gateway makes a 500 of it
            return Answer(500, {"type": type(error).__name__})
        return Answer(answer.status_code, json.loads(answer.body))

    def _disconnect(self) -> None:
        for service in _SERVICES:  # a connection must not be shared with the copy
            self._services.client(service)._endpoint.http_session.close()


def _attempt(result: Callable[[], Attempt]) -> Attempt:
    try:
        return result()
    except KilledError:
        return Attempt(None)


@contextmanager
def on_stage(environment: OwnEnvironment, tenants: Sequence[str]) -> Iterator[Stage]:
    """A stage for a while: afterwards this process is what it was."""
    with patch.dict(os.environ):
        try:
            yield Stage(environment, tenants)
        finally:
            wiring.services.cache_clear()


def _put_around(services: wiring.Services, interrupter: Interrupter) -> None:
    """All that the app asks of AWS goes through the interrupter; a message's delay is left out, its time has come."""
    aws, aws_until = services.aws, services.aws_until
    services.aws = undelayed(interrupter.around(aws))
    services.aws_until = lambda *given: undelayed(interrupter.around(aws_until(*given)))


def _move_clock(ahead: timedelta) -> None:
    """Let every module of the app that asks for the time find it later: only ever in a copy of the process."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + ahead

    for name, module in list(sys.modules.items()):
        if name.startswith("chalicelib.") and getattr(module, "datetime", None) is datetime:
            setattr(module, "datetime", Ahead)  # noqa: B010 - a name that the module only imported
