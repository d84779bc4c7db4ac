from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("in between", selfie(face()), observed=80.0),
    failing("dark", selfie(face(brightness=10.0)), "too_dark", observed=10.0),
    failing("glaring", selfie(face(brightness=99.5)), "too_bright", observed=99.5),
    failing("not a number", selfie(face(brightness=NAN)), "too_bright"),
    unclear("not told", selfie(face(brightness=None)), "no_brightness"),
    unclear("no face", selfie(), "no_face"),
)
LIMITS = {
    "min_brightness": Limit(selfie(face(brightness=40.0)), 40.0, 40.1, "too_dark"),
    "max_brightness": Limit(selfie(face(brightness=90.0)), 90.0, 89.9, "too_bright"),
}
