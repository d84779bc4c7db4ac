from __future__ import annotations

from chalicelib.model.facts import StoredFaceMatches
from tests.checks.harness import NAN, Case, Limit, failing, unclear


def stored(*similarities: float, face_found: bool = True) -> dict[str, object]:
    by_face = {f"face-{place}": similarity for place, similarity in enumerate(similarities)}
    return {"stored_face_matches": StoredFaceMatches(by_face, face_found)}


CASES = (
    Case("the only face", stored(99.4), observed=99.4),
    Case("the last of three", stored(20.0, 98.0, 99.9), observed=99.9),
    Case("the first of two, the other not a number", stored(99.4, NAN), observed=99.4),
    failing("none of them", stored(20.0, 98.9), "no_match", observed=98.9),
    failing("an unknown user", stored(), "no_match", observed=0.0),
    failing("not a number", stored(NAN), "no_match"),
    unclear("no face", stored(face_found=False), "no_face"),
)
LIMITS = {"SimilarityThreshold": Limit(stored(10.0, 97.0), 97.0, 97.1, "no_match")}
