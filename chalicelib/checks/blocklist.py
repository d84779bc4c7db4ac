"""The face is not on the tenant's blocklist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._matches import SEARCH_REASONS, best, cannot_tell
from chalicelib.model.facts import BlockedFaces
from chalicelib.model.findings import Finding, failed, passed
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition SearchFacesByImage: FaceMatches[].Similarity, of faces whose block has not ended"
REASONS = {
    **SEARCH_REASONS,
    "face_blocked": "This face is blocked here: ask the company that you apply to.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    FaceMatchThreshold: Annotated[
        float, Number("percent", 0, 100, "similarity from which it is a blocked person's face", Stricter.LESS)
    ] = 97


def judge(parameters: Parameters, *, blocked_faces: BlockedFaces) -> Finding:
    threshold = parameters.FaceMatchThreshold
    if unknown := cannot_tell(blocked_faces, threshold):
        return unknown
    for match in blocked_faces.matches:
        if not match.similarity < threshold:
            return failed("face_blocked", match.similarity, threshold)
    return passed(best(match.similarity for match in blocked_faces.matches), threshold)
