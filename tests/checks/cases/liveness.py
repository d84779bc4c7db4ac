from __future__ import annotations

from chalicelib.model.facts import Liveness, LivenessStatus
from tests.checks.harness import NAN, Case, Limit, failing, unclear


def session(status: LivenessStatus, confidence: float | None = None) -> dict[str, object]:
    return {"liveness": Liveness(status, confidence, b"picture")}


CASES = (
    Case("live", session(LivenessStatus.SUCCEEDED, 97.0)),
    failing("perhaps live", session(LivenessStatus.SUCCEEDED, 89.9), "confidence_too_low"),
    failing("not a number", session(LivenessStatus.SUCCEEDED, NAN), "confidence_too_low"),
    unclear("no confidence", session(LivenessStatus.SUCCEEDED), "no_confidence"),
    failing("failed", session(LivenessStatus.FAILED, 99.0), "session_failed"),
    failing("expired", session(LivenessStatus.EXPIRED, 99.0), "session_expired"),
    failing("used", session(LivenessStatus.USED), "session_used"),
    failing("unknown", session(LivenessStatus.UNKNOWN), "session_unknown"),
    unclear("unfinished", session(LivenessStatus.UNFINISHED), "session_unfinished"),
)
LIMITS = {"min_confidence": Limit(session(LivenessStatus.SUCCEEDED, 95.0), 95.0, 95.1, "confidence_too_low")}
