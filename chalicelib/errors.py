"""Everything that can go wrong, as one tree. The HTTP layer knows what each becomes; nothing else does.

    CountersignError
    |-- BadRequestError             400  the request's form is wrong; says what to change
    |   `-- BadImageError           400  one of its pictures cannot be used
    |-- ConsentMissingError         403  the policy asks for consent and none was given
    |-- ScopeMissingError         403  the key may not do this
    |-- NotFoundError               404  no such thing for this tenant
    |-- ConflictError               409  the thing is in another state than the request needs
    |-- IdempotencyMismatchError    422  the Idempotency-Key came before with another request
    |-- LockedOutError              423  too many failures; says when to try again
    |-- AttemptsUnderWayError     429  too many tries of one user at once; says when to try again
    |-- SignalMissingError               a signal rests on another that has nothing: its steps are inconclusive
    |-- PolicyError                      a policy is wrong; holds every problem with its place
    `-- AwsError                         AWS did not do what was asked
        |-- AwsUnavailableError     503  throttled, timed out or broken; worth another try
        |   `-- ShareUsedUpError    429  the tenant has its share of the calls; says when to try again
        |-- AwsMisconfiguredError   503  access denied, a table, bucket or collection missing: for the operator
        |-- AwsConditionFailedError      a conditional write lost; the caller makes a Conflict of it
        `-- AwsRefusedError              a 4xx about the request's content; the caller knows what it means

A denial is not an error: it is a decision. An error is never an approval.
"""

from __future__ import annotations

from dataclasses import dataclass


class CountersignError(Exception):
    """The root. The message is meant for the person who called, and holds nothing personal."""


class BadRequestError(CountersignError):
    """`code` names the kind of mistake; it ends the problem document's type."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class BadImageError(BadRequestError):
    """A picture cannot be used. `field` says which one; `code` is an ImageFault's."""


class ConsentMissingError(CountersignError):
    pass


class ScopeMissingError(CountersignError):
    pass


class NotFoundError(CountersignError):
    pass


class ConflictError(CountersignError):
    """`code` says what kind: user-exists, user-busy, idempotency-key-in-use ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class IdempotencyMismatchError(CountersignError):
    pass


class LockedOutError(CountersignError):
    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AttemptsUnderWayError(CountersignError):
    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SignalMissingError(CountersignError):
    """A signal cannot be read because one it rests on yielded nothing: no picture from a failed liveness session."""


@dataclass(frozen=True, slots=True, order=True)
class PolicyProblem:
    """One mistake in a policy file. Lines and columns count from 1; `path` is like `flows.register.steps[2]`."""

    file: str
    line: int
    column: int
    path: str
    message: str
    expected: str = ""
    did_you_mean: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}  {self.path or '(top)'}  {self.message}"
        if self.expected:
            text += f"; expected {self.expected}"
        return f"{text}; did you mean {self.did_you_mean!r}?" if self.did_you_mean else text


class PolicyError(CountersignError):
    """All the problems of a policy at once."""

    def __init__(self, problems: tuple[PolicyProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class AwsError(CountersignError):
    """`code` is AWS's error code, `operation` like "rekognition:DetectFaces"."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.operation = operation
        self.code = code


class AwsUnavailableError(AwsError):
    pass


class ShareUsedUpError(AwsUnavailableError):
    """The tenant's share of AWS's calls per second is used up, so AWS was not even asked."""

    def __init__(self, operation: str, retry_after_s: int) -> None:
        super().__init__(operation, "ShareUsedUp", "the tenant's share of the calls per second is used up")
        self.retry_after_s = retry_after_s


class AwsMisconfiguredError(AwsError):
    pass


class AwsConditionFailedError(AwsError):
    pass


class AwsRefusedError(AwsError):
    pass
