from __future__ import annotations

from chalicelib.model.facts import Attribute
from chalicelib.model.findings import Outcome
from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("as it should be", selfie(face(eyes_open=Attribute(True, 99.0))), observed=99.0),
    failing("eyes closed", selfie(face(eyes_open=Attribute(False, 99.0))), "eyes_closed"),
    unclear("eyes closed, perhaps", selfie(face(eyes_open=Attribute(False, 89.9))), "not_sure"),
    unclear("perhaps as it should be", selfie(face(eyes_open=Attribute(True, 55.0))), "not_sure"),
    unclear("not a number", selfie(face(eyes_open=Attribute(True, NAN))), "not_sure"),
    unclear("not told", selfie(face(eyes_open=None)), "not_told"),
    unclear("no face", selfie(), "no_face"),
)
LIMITS = {
    "min_confidence": Limit(
        selfie(face(eyes_open=Attribute(True, 95.0))), 95.0, 95.1, "not_sure", Outcome.INCONCLUSIVE
    ),
}
