"""Calls that failed for a moment are made again, with full jitter, until the deadline.

botocore itself tries nothing again: its standard mode shares one retry quota per client, so one tenant's throttling
would use up the retries of all (docs/decisions/0020-retries.md).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws import Answer, Aws
from chalicelib.errors import AwsUnavailableError
from chalicelib.model.deadline import Deadline

MOST_TRIES = 6
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0

# Between two tries: any time from none to the longest pause, which doubles.
# https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
_jitter = random.SystemRandom().uniform


TurnS = Callable[[AwsUnavailableError], float]


def at_once(_: AwsUnavailableError) -> float:
    """For calls that nobody takes turns at."""
    return 0.0


class RetryingAws:
    """Aws that makes a call again when it raised AwsUnavailableError. Calls share nothing but what `turn_s` shares.

    `deadline` gives each call's: one for all calls of a request, or a new one for each. Past it a call is not begun but
    raises AwsUnavailableError, and a pause that would reach beyond it is not begun either. `turn_s` says in how many
    seconds it is the failed call's turn, to which the pause is added; it may raise ShareUsedUpError.
    """

    def __init__(
        self,
        aws: Aws,
        deadline: Callable[[], Deadline],
        sleep: Callable[[float], None] = time.sleep,
        turn_s: TurnS = at_once,
    ) -> None:
        self._aws = aws
        self._deadline = deadline
        self._sleep = sleep
        self._turn_s = turn_s

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        deadline = self._deadline()
        for attempt in range(MOST_TRIES - 1):
            _check(deadline, service, operation)
            try:
                return self._aws(service, operation, parameters)
            except AwsUnavailableError as error:
                pause_s = self._turn_s(error) + _jitter(0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt))
                if pause_s >= deadline.left_s:
                    raise
            self._sleep(pause_s)
        _check(deadline, service, operation)
        return self._aws(service, operation, parameters)


def _check(deadline: Deadline, service: str, operation: str) -> None:
    if deadline.left_s <= 0:
        raise AwsUnavailableError(f"{service}:{operation}", "DeadlineExceeded", "there was no time left to ask")
