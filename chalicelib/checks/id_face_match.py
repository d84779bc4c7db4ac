"""The face in the selfie is the one on the ID card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.model.facts import IdFaceMatch
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition CompareFaces of the selfie and the card: FaceMatches[].Similarity"
REASONS = {
    "no_face": "The selfie or the card shows no face: take that picture again, sharp and without glare.",
    "another_face": "The face on the card is not the one in the selfie: use your own card, or take the pictures again.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    SimilarityThreshold: Annotated[
        float, Number("percent", 0, 100, "similarity from which it is one person", Stricter.MORE)
    ] = 95


def judge(parameters: Parameters, *, id_face: IdFaceMatch) -> Finding:
    if id_face.similarity is None:
        return inconclusive("no_face")
    return at_least(id_face.similarity, parameters.SimilarityThreshold, "another_face")
