"""The engine's ways out: what it asks for, counts with and writes through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.engine.commit import Writing
from chalicelib.model.attempt import Attempt
from chalicelib.model.decision import Decision
from chalicelib.model.images import Image
from chalicelib.model.log import SignedDecision
from chalicelib.model.policy import Policy, Retention
from chalicelib.model.review import Review
from chalicelib.model.submission import LivenessClaim, Submission
from chalicelib.threads import Threads


class Attempts(Protocol):
    """Each attempt takes a place before anything biometric is asked; afterwards one of the others settles it."""

    def reserve(self, attempt: Attempt) -> None:
        """Raises LockedOutError after too many failures, AttemptsUnderWayError when as many are still undecided."""

    def fail(self, attempt: Attempt) -> None:
        """Count a failure; raises AwsError when that is not certain, so that no answer leaves uncounted."""

    def succeed(self, attempt: Attempt) -> None:
        """Never raises AwsError: no approval depends on it."""

    def release(self, attempt: Attempt) -> None: ...


class DecisionLog(Protocol):
    def sign(self, decision: Decision, retention: Retention) -> SignedDecision:
        """Make the log's entry; nothing is written yet."""

    def append(self, signed: SignedDecision) -> None:
        """Write the entry of a decision that changes no user. Raises ConflictError when its review is not open."""


class ReviewKeeper(Protocol):
    def keep(
        self,
        decision: Decision,
        images: Mapping[str, Image],
        properties: Mapping[str, str],
        face_ids: tuple[str, ...],
        retention: Retention,
    ) -> Review:
        """Keep what settling the review takes; the log's entry then opens it. Raises AwsError."""

    def drop(self, review: Review) -> None:
        """Forget one that was not opened. Never raises AwsError."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The engine's ways out, all bound to one tenant.

    `wait_for_share(operations)` waits until the tenant may begin what calls these; ShareUsedUpError when that is not
    soon. `signal_request(submission, asked)` makes what signals read from; `writing` is how effects become real.
    `claim_liveness(submission)` takes the liveness session for this verification, once and for ever.
    `collection_for(user_key)` names the shard that a new face goes to; `image_key(user_key, change_id, kind)` a
    picture's place. `candidate()` is the policy's `shadow`, if it names one; it raises rather than wait.
    `call_recovery(user_key)` has the user's record brought to rest soon; it never raises AwsError.
    """

    wait_for_share: Callable[[Collection[str]], None]
    signal_request: Callable[[Submission, Mapping[str, float]], object]
    claim_liveness: Callable[[Submission], LivenessClaim]
    writing: Writing
    attempts: Attempts
    log: DecisionLog
    reviews: ReviewKeeper
    collection_for: Callable[[str], str]
    image_key: Callable[[str, str, str], str]
    new_change_id: Callable[[], str]
    call_recovery: Callable[[str], None]
    now: Callable[[], datetime]
    clock_s: Callable[[], float]
    candidate: Callable[[], Policy] | None = None

    @property
    def threads(self) -> Threads:
        """In which a verification does several things at once."""
        return self.writing.threads
