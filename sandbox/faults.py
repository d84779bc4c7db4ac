"""Faults on purpose: what goes wrong, in which calls, how often. The same calls meet the same faults in every run."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, get_args, get_type_hints

from sandbox.errors import AwsError, HangUpError

# kind -> the error's code and status, for all services and for those that differ.
_DEFAULT = "default"
ERRORS: dict[str, dict[str, tuple[str, int]]] = {
    "throttle": {
        _DEFAULT: ("ThrottlingException", 400),
        "dynamodb": ("ProvisionedThroughputExceededException", 400),
        "s3": ("SlowDown", 503),
        "sqs": ("RequestThrottled", 403),
    },
    "error500": {
        _DEFAULT: ("InternalServerError", 500),
        "s3": ("InternalError", 500),
        "sqs": ("InternalFailure", 500),
    },
    "access_denied": {_DEFAULT: ("AccessDeniedException", 400), "s3": ("AccessDenied", 403)},
    "missing": {
        _DEFAULT: ("ResourceNotFoundException", 400),
        "s3": ("NoSuchBucket", 404),
        "sqs": ("QueueDoesNotExist", 400),
    },
}
KINDS = {
    "latency": "the answer comes latency_ms after the call, or later if the sandbox needs longer",
    "throttle": "the service's throttling error",
    "quota": "the service's throttling error, beyond per_s calls a second of an operation",
    "error500": "the service's internal error",
    "access_denied": "the caller may not do this",
    "missing": "the collection, table, bucket or queue is not there",
    "error": "the error named by code, with status 400",
    "timeout": "nothing happens, and after latency_ms (30 s if 0) the connection is closed",
    "lost_answer": "it happens, and the connection is closed without an answer",
    "partial_delete": "DeleteFaces leaves half of the faces, rounded up, and says so",
    "expired_session": "GetFaceLivenessSessionResults says EXPIRED",
}
_TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class Rule:
    """One fault.

    operation: a pattern over "service:Operation", e.g. "rekognition:Search*", "dynamodb:*", "*".
    kind: one of KINDS. probability: 0-1. after: matching calls that pass first. times: how many it then strikes.
    per_s: of kind quota, and of it alone.
    """

    operation: str
    kind: str
    probability: float = 1.0
    latency_ms: float = 0.0
    times: int | None = None
    after: int = 0
    code: str | None = None
    per_s: float | None = None

    @classmethod
    def from_json(cls, given: Any) -> Rule:
        """Raises AwsError (ValidationException) that says what is wrong."""
        if not isinstance(given, dict):
            raise _invalid(f"a rule is an object, not {given!r}")
        types = get_type_hints(cls)
        for name, value in given.items():
            if name not in types:
                raise _invalid(f"unknown member {name!r}; known are {', '.join(types)}")
            allowed = get_args(types[name]) or ((int, float) if types[name] is float else types[name])
            if isinstance(value, bool) or not isinstance(value, allowed):
                raise _invalid(f"{name} cannot be {value!r}")
        if missing := {"operation", "kind"} - given.keys():
            raise _invalid(f"{', '.join(sorted(missing))} must be given")
        rule = cls(**given)
        if rule.kind not in KINDS:
            raise _invalid(f"unknown kind {rule.kind!r}; known are {', '.join(KINDS)}")
        if (rule.kind == "error") != (rule.code is not None):
            raise _invalid("code goes with kind error, and only with it")
        if (rule.kind == "quota") != (rule.per_s is not None) or (rule.per_s is not None and rule.per_s <= 0):
            raise _invalid("per_s goes with kind quota, and only with it, and is above 0")
        if not 0 <= rule.probability <= 1:
            raise _invalid(f"probability is between 0 and 1, not {rule.probability}")
        return rule

    @property
    def takes_ms(self) -> float:
        """How long a call that it strikes takes at least."""
        return _TIMEOUT_MS if self.kind == "timeout" and not self.latency_ms else self.latency_ms

    def strike(self, service: str) -> None:
        """Refuse the call, if it is of such a kind: raises AwsError, or HangUpError for no answer at all."""
        if self.kind == "timeout":
            raise HangUpError
        if self.kind == "error":
            raise AwsError(str(self.code), "the sandbox was asked for this error")
        codes = ERRORS.get("throttle" if self.kind == "quota" else self.kind)
        if codes is not None:
            code, status = codes.get(service, codes[_DEFAULT])
            raise AwsError(code, f"the sandbox was asked for this fault: {KINDS[self.kind]}", status)


def latency_rule(given: str) -> Rule:
    """The rule for "service:Operation=milliseconds". Raises ValueError."""
    operation, equals, milliseconds = given.rpartition("=")
    if not equals or ":" not in operation:
        raise ValueError(f"{given!r} is not of the form service:Operation=milliseconds")
    return Rule(operation, "latency", latency_ms=float(milliseconds))


class Faults:
    """The rules in force. Thread-safe.

    standing: rules that stay when the others are replaced: the latencies given at start.
    clock_s: what quotas' seconds are told by.
    """

    def __init__(self, standing: Sequence[Rule], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._standing = standing
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._armed: list[_Armed] = []
        self.replace([], seed=0)

    def replace(self, rules: list[Rule], seed: int) -> None:
        with self._lock:
            self._rules = rules
            self._armed = [_Armed(rule, seed + number) for number, rule in enumerate([*self._standing, *rules])]

    def rules(self) -> list[dict[str, Any]]:
        """The rules as they were given, but for the standing ones."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def snapshot(self) -> Any:
        return self.rules()

    def restore(self, snapshot: Any) -> None:
        self.replace([Rule.from_json(rule) for rule in snapshot], seed=0)

    def due(self, operation: str) -> list[Rule]:
        """The rules that strike this call of "service:Operation"."""
        with self._lock:
            now_s = self._clock_s()
            return [armed.rule for armed in self._armed if armed.strikes(operation, now_s)]


class _Armed:
    """A rule, how often it was met, and its own chance, so that other rules and calls do not disturb it."""

    def __init__(self, rule: Rule, seed: int) -> None:
        self.rule = rule
        self._left_to_pass = rule.after
        self._left_to_strike = rule.times
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._saved_up: dict[str, tuple[float, float]] = {}  # by operation: so many calls, at that time

    def strikes(self, operation: str, now_s: float) -> bool:
        if not fnmatchcase(operation, self.rule.operation) or self._left_to_strike == 0:
            return False
        if self._left_to_pass > 0:
            self._left_to_pass -= 1
            return False
        if self._chance.random() >= self.rule.probability:
            return False
        if self.rule.per_s is not None and self._is_within(operation, self.rule.per_s, now_s):
            return False
        if self._left_to_strike is not None:
            self._left_to_strike -= 1
        return True

    def _is_within(self, operation: str, per_s: float, now_s: float) -> bool:
        """Take a call of the operation's quota, a bucket of tokens; False when there is none."""
        most = max(1.0, per_s)
        left, seen_s = self._saved_up.get(operation, (most, now_s))
        left = min(most, left + (now_s - seen_s) * per_s)
        self._saved_up[operation] = (left - 1 if left >= 1 else left, now_s)
        return left >= 1


def _invalid(what: str) -> AwsError:
    return AwsError("ValidationException", what)
