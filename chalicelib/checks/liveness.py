"""A live person, not a picture or a recording, was before the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.model.facts import Liveness, LivenessStatus
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition GetFaceLivenessSessionResults: Status, Confidence"
REASONS = {
    "session_expired": "The liveness session is too old: start a new one.",
    "session_used": "The liveness session has been used already: start a new one.",
    "session_unknown": "There is no such liveness session for this user: start a new one.",
    "session_unfinished": "The liveness session is not finished: finish it, then send the request again.",
    "session_failed": "The liveness session failed: start a new one and follow the instructions on the screen.",
    "confidence_too_low": "It is not certain that a live person was there: start a new session in better light.",
    "no_confidence": "Rekognition did not tell how sure it is: start a new session.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    min_confidence: Annotated[
        float, Number("percent", 0, 100, "how sure Rekognition must be of a live person", Stricter.MORE)
    ] = 90


def judge(parameters: Parameters, *, liveness: Liveness) -> Finding:
    """The findings keep confidence and limit to themselves: whoever sees them could tune an attack by them."""
    if liveness.status is LivenessStatus.UNFINISHED:
        return inconclusive("session_unfinished")
    if liveness.status is not LivenessStatus.SUCCEEDED:
        return failed(f"session_{liveness.status}")
    if liveness.confidence is None:
        return inconclusive("no_confidence")
    return passed() if liveness.confidence >= parameters.min_confidence else failed("confidence_too_low")
