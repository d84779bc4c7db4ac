from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("sharp", selfie(face()), observed=70.0),
    failing("blurred", selfie(face(sharpness=4.0)), "blurred", observed=4.0),
    failing("not a number", selfie(face(sharpness=NAN)), "blurred"),
    unclear("not told", selfie(face(sharpness=None)), "no_sharpness"),
    unclear("no face", selfie(), "no_face"),
)
LIMITS = {"min_sharpness": Limit(selfie(face(sharpness=40.0)), 40.0, 40.1, "blurred")}
