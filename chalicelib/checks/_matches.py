"""What the checks that compare faces share."""

from __future__ import annotations

import math
from collections.abc import Iterable

from chalicelib.model.facts import BlockedFaces, CollectionMatches
from chalicelib.model.findings import Finding, inconclusive

SEARCH_REASONS = {
    "no_face": "No face was found to search for: take the picture again with your face in it.",
    "not_searched_that_low": "The search did not go as low as this threshold: search again with it.",
}


def best(similarities: Iterable[float]) -> float:
    """The highest similarity in percent; 0 when there is none. What is not a number counts for nothing."""
    return max((similarity for similarity in similarities if not math.isnan(similarity)), default=0.0)


def cannot_tell(search: CollectionMatches | BlockedFaces, threshold: float) -> Finding | None:
    """Why the search cannot say which faces are at or above the threshold; None when it can."""
    if not search.face_found:
        return inconclusive("no_face")
    if not search.searched_from <= threshold:
        return inconclusive("not_searched_that_low", search.searched_from, threshold)
    return None
