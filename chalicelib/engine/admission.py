"""A verification's place among the attempts that the limits allow: asked for first, waited for later.

What is stored may be read meanwhile and the pending record written, but nothing biometric is asked, and nothing is
answered, before the place is there.
"""

from __future__ import annotations

from types import TracebackType

from chalicelib.engine.ports import Attempts
from chalicelib.model.attempt import Attempt
from chalicelib.threads import Threads


class Admission:
    """Used as a context. Left by an exception, the attempt does not count: without an answer nothing was learned.

    A place that was refused is what the caller hears, whatever else went wrong meanwhile.
    """

    def __init__(self, attempts: Attempts, attempt: Attempt, threads: Threads) -> None:
        self._attempts = attempts
        self._attempt = attempt
        self._reserved = threads.start(attempts.reserve, attempt)

    def wait(self) -> None:
        """Raises LockedOutError, AttemptsUnderWayError, or the AwsError that kept the place from being taken."""
        self._reserved.result()

    def __enter__(self) -> Admission:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self.wait()
            self._attempts.release(self._attempt)
