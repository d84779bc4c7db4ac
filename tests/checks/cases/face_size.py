from __future__ import annotations

from chalicelib.model.facts import Box
from tests.checks.harness import NAN, Case, Limit, face, failing, selfie, unclear

CASES = (
    Case("a quarter of 800 pixels", selfie(face()), observed=200.0),
    Case("a small picture, well filled", selfie(face(box=Box(0.25, 0.2, 0.5, 0.6)), width_px=120), observed=60.0),
    failing("far away in a large picture", selfie(face(box=Box(0.5, 0.5, 0.05, 0.1)), width_px=4000), "too_far_away"),
    failing("close, but few pixels", selfie(face(), width_px=100), "too_few_pixels", observed=25.0),
    failing("a box without width", selfie(face(box=Box(0.0, 0.0, NAN, 0.5))), "too_far_away"),
    failing("a picture without width", selfie(face(), width_px=0), "too_few_pixels"),
    unclear("no face", selfie(), "no_face"),
)
LIMITS = {
    "min_width_px": Limit(selfie(face()), 200.0, 200.1, "too_few_pixels"),
    "min_share_percent": Limit(selfie(face()), 25.0, 25.1, "too_far_away"),
}
