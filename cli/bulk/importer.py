"""Importing one person, and many side by side."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from cli.bulk.history import Entry, History, digests_of, fingerprint
from cli.bulk.people import Person, Source, pictures_of
from cli.client import Client, Json, ProblemError, ServerDownError
from cli.errors import CliError
from cli.request import Request, body_of

_TRIES = 5
_DEFAULT_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0
_WORTH_ANOTHER_TRY = (429, 503)
_ABOUT_THE_PERSON = (400, 404, 409, 422)  # the same pictures would get the same answer again


@dataclass(frozen=True, slots=True)
class Result:
    """`was_known`: an earlier run had this entry, and nothing was asked."""

    entry: Entry
    was_known: bool = False


@dataclass(frozen=True, slots=True)
class Importer:
    """`flow_of` gives the flow for a person; `sleep_s` waits between tries."""

    client: Client
    source: Source
    history: History
    flow_of: Callable[[Person], str]
    consent: str | None
    sleep_s: Callable[[float], None] = time.sleep

    def import_one(self, person: Person) -> Result:
        """Ask for a decision and add it to the history, unless the history has one already.

        Raises ServerDownError: there is no use in going on.
        """
        try:
            pictures = pictures_of(person, self.source)
        except OSError as error:
            return self._record(person, "error", [f"cannot read the picture: {error}"], None, {})
        digests = digests_of(pictures)
        known = self.history.find(person.user_id, digests)
        if known is not None:
            return Result(known, was_known=True)
        request = Request(self.flow_of(person), person.user_id, pictures, person.properties, self.consent)
        try:
            decision = self._verify(request, digests)
        except ServerDownError:
            raise
        except ProblemError as error:
            outcome = "denied" if error.problem.status in _ABOUT_THE_PERSON else "error"
            return self._record(person, outcome, [str(error)], None, digests)
        except CliError as error:
            return self._record(person, "error", [str(error)], None, digests)
        reasons = [f"{reason['step']}: {reason['message']}" for reason in decision["reasons"]]
        return self._record(person, decision["decision"], reasons, decision["id"], digests)

    def _verify(self, request: Request, digests: dict[str, str]) -> Json:
        """With an Idempotency-Key, so that a try whose answer was lost is not a second registration."""
        same = f"{request.flow}\0{request.user_id}\0{fingerprint(digests)}\0{sorted(request.properties.items())}"
        key = f"bulk-{hashlib.sha256(same.encode()).hexdigest()}"
        for attempt in range(1, _TRIES + 1):
            try:
                return self.client.verify(body_of(request, self.client), key)
            except ProblemError as error:
                if attempt == _TRIES or error.problem.status not in _WORTH_ANOTHER_TRY:
                    raise
                wait_s = error.problem.retry_after_s or _DEFAULT_WAIT_S * attempt
                self.sleep_s(min(wait_s, _LONGEST_WAIT_S))
        raise AssertionError("the last try returns or raises")

    def _record(
        self, person: Person, decision: str, reasons: list[str], verification_id: str | None, sha256: dict[str, str]
    ) -> Result:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        entry = Entry(person.user_id, when, decision, reasons, verification_id, sha256)
        self.history.append(entry)
        return Result(entry)


def import_all(importer: Importer, people: list[Person], at_once: int) -> Generator[Result, None, None]:
    """Yield a result for each person as it comes. No more than `at_once` are begun and unfinished at any time.

    When the consumer stops early (Ctrl-C), those under way are finished, so the history tells the truth.
    """
    waiting = iter(people)
    with ThreadPoolExecutor(at_once) as pool:
        running: set[Future[Result]] = set()
        while True:
            begun = islice(waiting, at_once - len(running))
            running |= {pool.submit(importer.import_one, person) for person in begun}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
