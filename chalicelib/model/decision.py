"""The decision: what the tenant gets and what the decision log keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.model.consent import Consent
from chalicelib.model.findings import Finding
from chalicelib.model.policy import Consequence
from chalicelib.model.review import Settlement


class Verdict(StrEnum):
    APPROVED = "approved"
    DENIED = "denied"
    REVIEW = "review"
    CONSENT_REFUSED = "consent_refused"  # nothing biometric was done; the tenant has another way for this person


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step's finding and what it means for the decision (None: it passed).

    `branches` are an any_of's alternatives, in the order in which they were tried.
    `duration_ms` runs from the start of the verification's judging to this finding: mostly the wait for its signals.
    """

    step: str
    check: str
    finding: Finding
    consequence: Consequence | None
    duration_ms: float
    branches: tuple[StepResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a decision is not a plain approval: the step and its finding's stable code."""

    step: str
    code: str


@dataclass(frozen=True, slots=True)
class SignalTiming:
    """When a signal was read, from the start of the verification."""

    signal: str
    started_ms: float
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a candidate policy would have decided from the same signals; it is for the log alone.

    `verdict` is None where they do not tell: `unknown` are the steps of which they do not, with why.
    """

    policy: str
    digest: str
    verdict: Verdict | None
    reasons: tuple[Reason, ...]
    unknown: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """`not_reached` are the steps after the one that settled it. `signals` are the recorded ones, for replay.

    `deferred` are the steps that are judged after this decision; `follows` is the decision that left them open, or that
    this one settles after a review: then `settlement` says who did. `face_models` are the versions of the face models
    that the searched collections go by.
    """

    verification_id: str
    tenant: str
    flow: str
    user_id: str
    user_key: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    results: tuple[StepResult, ...]
    not_reached: tuple[str, ...]
    policy_digest: str
    engine_version: str
    decided_at: datetime
    duration_ms: float
    timings: tuple[SignalTiming, ...] = ()
    deferred: tuple[str, ...] = ()
    follows: str | None = None
    face_models: tuple[str, ...] = ()
    signals: Mapping[str, object] = field(default_factory=dict, repr=False)
    extracted: Mapping[str, str] = field(default_factory=dict, repr=False)
    consent: Consent | None = None
    shadow: Shadow | None = None
    settlement: Settlement | None = None
