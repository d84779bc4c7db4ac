from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, blocked, failing, unclear

CASES = (
    Case("nobody is blocked", blocked(), observed=0.0),
    Case("a little like somebody blocked", blocked(85.0), observed=85.0),
    failing("a blocked face", blocked(99.2), "face_blocked", observed=99.2),
    failing("not a number", blocked(NAN), "face_blocked"),
    failing("behind one that is not a number", blocked(50.0, NAN), "face_blocked"),
    unclear("not searched that low", blocked(searched_from=99), "not_searched_that_low"),
    unclear("no face", blocked(face_found=False), "no_face"),
)
LIMITS = {"FaceMatchThreshold": Limit(blocked(96.0), 96.1, 96.0, "face_blocked")}
