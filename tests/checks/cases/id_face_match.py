from __future__ import annotations

from chalicelib.model.facts import IdFaceMatch
from tests.checks.harness import NAN, Case, Limit, failing, unclear


def similar(similarity: float | None) -> dict[str, object]:
    return {"id_face": IdFaceMatch(similarity)}


CASES = (
    Case("the holder", similar(98.7), observed=98.7),
    failing("somebody else", similar(3.0), "another_face", observed=3.0),
    failing("not a number", similar(NAN), "another_face"),
    unclear("a picture without a face", similar(None), "no_face"),
)
LIMITS = {"SimilarityThreshold": Limit(similar(92.0), 92.0, 92.1, "another_face")}
