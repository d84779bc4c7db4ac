from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, failing, found, unclear

CASES = (
    Case("this user", found(("anna", 99.5)), observed=99.5),
    Case("this user before another", found(("anna", 99.5), ("bert", 99.1)), observed=99.5),
    Case("the better of two own faces", found(("anna", 99.5), ("anna", 91.0)), observed=99.5),
    failing("nobody", found(), "no_match", observed=0.0),
    failing("another user", found(("bert", 99.9)), "no_match"),
    failing("another user before this one", found(("bert", 99.9), ("anna", 99.5)), "no_match", observed=99.5),
    failing("another user just as much", found(("anna", 99.5), ("bert", 99.5)), "no_match"),
    failing("another user, not a number", found(("anna", 99.5), ("bert", NAN)), "no_match"),
    failing("too little alike", found(("anna", 95.0)), "no_match", observed=95.0),
    failing("not a number", found(("anna", NAN)), "no_match"),
    unclear("not searched that low", found(searched_from=99.5), "not_searched_that_low"),
    unclear("no face", found(face_found=False), "no_face"),
)
LIMITS = {"FaceMatchThreshold": Limit(found(("anna", 98.0)), 98.0, 98.1, "no_match")}
