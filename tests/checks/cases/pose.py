from __future__ import annotations

from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("to the front", selfie(face()), observed=3.0),
    Case("the angle nearest to its limit is shown", selfie(face(roll_deg=-28.0)), observed=28.0),
    failing("turned to the left", selfie(face(yaw_deg=-31.0)), "yaw_too_large", observed=-31.0),
    failing("looking up", selfie(face(pitch_deg=45.0)), "pitch_too_large", observed=45.0),
    failing("tilted", selfie(face(roll_deg=-90.0)), "roll_too_large"),
    failing("not a number", selfie(face(yaw_deg=NAN)), "yaw_too_large"),
    unclear("no pose", selfie(face(roll_deg=None)), "no_pose"),
    unclear("no face", selfie(), "no_face"),
    failing("only the largest face counts", selfie(face(yaw_deg=60.0), face()), "yaw_too_large"),
)
LIMITS = {
    "max_yaw_deg": Limit(selfie(face(yaw_deg=-20.0)), 20.0, 19.9, "yaw_too_large"),
    "max_pitch_deg": Limit(selfie(face(pitch_deg=20.0)), 20.0, 19.9, "pitch_too_large"),
    "max_roll_deg": Limit(selfie(face(roll_deg=-20.0)), 20.0, 19.9, "roll_too_large"),
}
