"""AWS that counts the calls, and at one of them kills the process or raises an error."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from chalicelib.aws import Answer, Aws
from chalicelib.errors import AwsUnavailableError

# They change nothing: a process killed at one leaves what the last other call left.
_READS = {
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "kms:GetPublicKey",
    "kms:Sign",
    "rekognition:CompareFaces",
    "rekognition:DetectFaces",
    "rekognition:SearchFaces",
    "rekognition:SearchFacesByImage",
    "s3:GetObject",
    "s3:ListObjectVersions",
    "textract:AnalyzeId",
}


class How(StrEnum):
    KILL = "kill"  # SIGKILL: nothing of the process runs any more
    ERROR = "error"  # this call fails, or its answer is lost; what follows works
    DEFECT = "defect"  # an exception that nobody expects
    OUTAGE = "outage"  # from here on no call succeeds any more


@dataclass(frozen=True)
class Interruption:
    """`nth` counts the calls of this operation ("s3:PutObject"), from 1. `after`: AWS has answered."""

    operation: str
    nth: int
    after: bool
    how: How

    @property
    def is_killed_after_a_change(self) -> bool:
        return self.how is How.KILL and self.after and self.operation not in _READS

    def __str__(self) -> str:
        return f"{self.how.value} {'after' if self.after else 'before'} {self.operation} #{self.nth}"


class DefectError(Exception):
    """Raised for `How.DEFECT`."""


class Interrupter:
    """Counts the calls of all that it is put around. `calls` are the operations asked for, in order.

    `kill_at`: the call of any operation, from 1, before which the process is killed; `kill_after_change`: that of those
    that change something, after which it is; 0: none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._is_out = False
        self.calls: list[str] = []
        self.interruption: Interruption | None = None
        self.kill_at = 0
        self.kill_after_change = 0
        self._changes = 0

    def forget(self) -> None:
        """Count from the beginning."""
        self.calls.clear()
        self._counts.clear()
        self._changes = 0

    def around(self, aws: Aws) -> Aws:
        """A call counts once, however often it is made again: an error here is one that lasts."""
        return partial(self._call, aws)

    def _call(self, aws: Aws, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        name = f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"
        planned = self._planned(name)
        if self._is_out or (planned and not planned.after):
            self._interrupt(planned, name)
        try:
            answer = aws(service, operation, parameters)
        finally:  # a refusal is an answer too
            if planned and planned.after:
                self._interrupt(planned, name)
        if name not in _READS:
            self._changed()
        return answer

    def _changed(self) -> None:
        with self._lock:
            self._changes += 1
            if self._changes == self.kill_after_change:
                os.kill(os.getpid(), signal.SIGKILL)

    def _planned(self, name: str) -> Interruption | None:
        """Count the call; the interruption, if it is this call's."""
        with self._lock:
            self.calls.append(name)
            self._counts[name] += 1
            if len(self.calls) == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            planned = self.interruption
            return planned if planned and (planned.operation, planned.nth) == (name, self._counts[name]) else None

    def _interrupt(self, planned: Interruption | None, name: str) -> None:
        match planned.how if planned else How.OUTAGE:
            case How.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case How.DEFECT:
                raise DefectError(name)
            case How.OUTAGE:
                self._is_out = True
        raise AwsUnavailableError(name, "InternalServerError", "interrupted on purpose")
