"""What a check says: a finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Observed = float | int | str | None


class Outcome(StrEnum):
    """Of one check. Anything a check cannot tell is `inconclusive`, which never approves."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer: the observed value beside the limit it was held against.

    `reason` is a stable code from the check's REASONS; a pass has none.
    `observed` and `limit` are in the unit that the check's page in the reference names.
    They never hold a name, a document number or any other text of the applicant's.
    """

    outcome: Outcome
    reason: str | None = None
    observed: Observed = None
    limit: Observed = None


def passed(observed: Observed = None, limit: Observed = None) -> Finding:
    return Finding(Outcome.PASS, None, observed, limit)


def failed(reason: str, observed: Observed = None, limit: Observed = None) -> Finding:
    return Finding(Outcome.FAIL, reason, observed, limit)


def inconclusive(reason: str, observed: Observed = None, limit: Observed = None) -> Finding:
    return Finding(Outcome.INCONCLUSIVE, reason, observed, limit)


def at_most(observed: float, limit: float, reason: str) -> Finding:
    """Pass when `observed <= limit`; a value that is not a number fails."""
    return passed(observed, limit) if observed <= limit else failed(reason, observed, limit)


def at_least(observed: float, limit: float, reason: str) -> Finding:
    """Pass when `observed >= limit`; a value that is not a number fails."""
    return passed(observed, limit) if observed >= limit else failed(reason, observed, limit)
