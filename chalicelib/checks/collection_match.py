"""The face is found in the tenant's collection as this user's, and as nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._matches import SEARCH_REASONS, best, cannot_tell
from chalicelib.model.facts import CollectionMatches
from chalicelib.model.findings import Finding, at_least, failed
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition SearchFacesByImage: FaceMatches[].Similarity, with the record of the user whose face it is"
REASONS = {
    **SEARCH_REASONS,
    # Also when there is no such user: nobody learns who is registered.
    "no_match": "The face does not match this user: take the picture again, or check the user id.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    FaceMatchThreshold: Annotated[
        float, Number("percent", 0, 100, "similarity from which it is this user", Stricter.MORE)
    ] = 99


def judge(parameters: Parameters, *, collection_matches: CollectionMatches) -> Finding:
    """A face of another user that is as similar as this user's best one, or more, makes it a mismatch."""
    threshold = parameters.FaceMatchThreshold
    if unknown := cannot_tell(collection_matches, threshold):
        return unknown
    own = best(match.similarity for match in collection_matches.matches if match.own)
    if any(not match.own and not match.similarity < own for match in collection_matches.matches):
        return failed("no_match", own, threshold)
    return at_least(own, threshold, "no_match")
