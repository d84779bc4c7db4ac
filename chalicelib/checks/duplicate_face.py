"""The face is not in the tenant's collection under another user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._matches import SEARCH_REASONS, best, cannot_tell
from chalicelib.model.facts import CollectionMatches
from chalicelib.model.findings import Finding, failed, passed
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition SearchFacesByImage: FaceMatches[].Similarity, with the record of the user whose face it is"
REASONS = {
    **SEARCH_REASONS,
    "face_of_another_user": "This face is registered already: sign in to that account, or ask for a review.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    FaceMatchThreshold: Annotated[
        float, Number("percent", 0, 100, "similarity from which two faces are one person", Stricter.LESS)
    ] = 97


def judge(parameters: Parameters, *, collection_matches: CollectionMatches) -> Finding:
    threshold = parameters.FaceMatchThreshold
    if unknown := cannot_tell(collection_matches, threshold):
        return unknown
    others = [match.similarity for match in collection_matches.matches if not match.own]
    for similarity in others:
        if not similarity < threshold:
            return failed("face_of_another_user", similarity, threshold)
    return passed(best(others), threshold)
