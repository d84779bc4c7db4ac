from __future__ import annotations

from chalicelib.model.facts import Attribute
from chalicelib.model.findings import Outcome
from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("as it should be", selfie(face(face_occluded=Attribute(False, 99.0))), observed=99.0),
    failing("a mask", selfie(face(face_occluded=Attribute(True, 99.0))), "face_occluded"),
    unclear("a mask, perhaps", selfie(face(face_occluded=Attribute(True, 89.9))), "not_sure"),
    unclear("perhaps as it should be", selfie(face(face_occluded=Attribute(False, 55.0))), "not_sure"),
    unclear("not a number", selfie(face(face_occluded=Attribute(False, NAN))), "not_sure"),
    unclear("not told", selfie(face(face_occluded=None)), "not_told"),
    unclear("no face", selfie(), "no_face"),
)
LIMITS = {
    "min_confidence": Limit(
        selfie(face(face_occluded=Attribute(False, 95.0))), 95.0, 95.1, "not_sure", Outcome.INCONCLUSIVE
    ),
}
