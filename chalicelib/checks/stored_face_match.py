"""The face matches one of the user's stored faces; all of them are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._matches import best
from chalicelib.model.facts import StoredFaceMatches
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition CompareFaces with each stored picture: FaceMatches[].Similarity"
REASONS = {
    "no_face": "No face was found to compare: take the picture again with your face in it.",
    # Also when there is no such user: nobody learns who is registered.
    "no_match": "The face does not match this user: take the picture again, or check the user id.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    SimilarityThreshold: Annotated[
        float, Number("percent", 0, 100, "similarity from which it is this user", Stricter.MORE)
    ] = 99


def judge(parameters: Parameters, *, stored_face_matches: StoredFaceMatches) -> Finding:
    if not stored_face_matches.face_found:
        return inconclusive("no_face")
    return at_least(best(stored_face_matches.similarities.values()), parameters.SimilarityThreshold, "no_match")
