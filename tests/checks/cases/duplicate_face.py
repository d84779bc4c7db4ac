from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, failing, found, unclear

CASES = (
    Case("nobody like that", found(), observed=0.0),
    Case("somebody a little alike", found(("bert", 85.0)), observed=85.0),
    Case("the same user's own face", found(("anna", 100.0))),
    failing("another user's face", found(("bert", 99.2)), "face_of_another_user", observed=99.2),
    failing("behind the user's own", found(("anna", 99.9), ("bert", 98.0)), "face_of_another_user", observed=98.0),
    failing("not a number", found(("bert", NAN)), "face_of_another_user"),
    unclear("not searched that low", found(searched_from=99), "not_searched_that_low"),
    unclear("searched from nobody knows where", found(searched_from=NAN), "not_searched_that_low"),
    unclear("no face", found(face_found=False), "no_face"),
)
LIMITS = {"FaceMatchThreshold": Limit(found(("bert", 96.0)), 96.1, 96.0, "face_of_another_user")}
