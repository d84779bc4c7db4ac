from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("one face", selfie(face()), observed=1),
    failing("no face", selfie(), "no_face", observed=0),
    failing("two faces", selfie(face(), face()), "too_many_faces", observed=2),
    failing("only a faint one", selfie(face(confidence=50.0)), "no_face"),
    failing("one of two", selfie(face()), "too_few_faces", parameters={"min_faces": 2, "max_faces": 2}),
    Case("a faint one in the background", selfie(face(), face(confidence=60.0)), observed=1),
    unclear("a face without confidence", selfie(face(), face(confidence=NAN)), "no_confidence"),
    failing("limits that exclude each other", selfie(face()), "too_few_faces", parameters={"min_faces": 2}),
)
LIMITS = {
    "min_faces": Limit(selfie(face(), face()), 2, 3, "too_few_faces", others={"max_faces": 5}),
    "max_faces": Limit(selfie(face(), face()), 2, 1, "too_many_faces"),
    "min_confidence": Limit(selfie(face(), face(confidence=90.0)), 90.1, 90.0, "too_many_faces"),
}
