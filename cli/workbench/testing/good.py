"""What AWS says of an applicant about whom there is nothing to complain.

Values are in the form in which the decision log keeps signals; `chalicelib.engine.record` makes of them what checks
take.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from chalicelib.engine.plan import Plan

Recorded = dict[str, Any]

SURE = 99.0
_FIELDS = ("ID_TYPE", "FIRST_NAME", "LAST_NAME", "DATE_OF_BIRTH", "DOCUMENT_NUMBER", "EXPIRATION_DATE", "MRZ_CODE")
_COMPARED = ("DOCUMENT_NUMBER", "DATE_OF_BIRTH", "EXPIRATION_DATE", "LAST_NAME", "FIRST_NAME")

GOOD: Mapping[str, Any] = {
    "selfie_faces": {
        "faces": [
            {
                "confidence": 99.9,
                "box": {"left": 0.3, "top": 0.2, "width": 0.4, "height": 0.5},
                "yaw_deg": 2.0,
                "pitch_deg": -3.0,
                "roll_deg": 1.0,
                "brightness": 80.0,
                "sharpness": 80.0,
                "sunglasses": {"value": False, "confidence": SURE},
                "eyes_open": {"value": True, "confidence": SURE},
                "face_occluded": {"value": False, "confidence": SURE},
            }
        ],
        "image_width_px": 800,
        "image_height_px": 1000,
    },
    "id_face": {"similarity": 99.5},
    "stored_face_matches": {"similarities": {"face-1": 99.9}, "face_found": True},
    "collection_matches": {"matches": [], "searched_from": 0, "face_found": True},
    "blocked_faces": {"matches": [], "searched_from": 0, "face_found": True},
    "liveness": {"status": "succeeded", "confidence": 98.0},
    "document_facts": {
        "confidences": dict.fromkeys(_FIELDS, SURE),
        "type": "PASSPORT",
        "age_years": 35,
        "days_left": 1000,
        "zone": {"readable": True, "wrong_check_digits": [], "compared": dict.fromkeys(_COMPARED, "agrees")},
        "name_percent": 100.0,
        "name_without_middle_percent": 100.0,
    },
}


def good_signals(plan: Plan) -> Recorded:
    """Of the signals that the plan needs, those for which there is a good value."""
    signals = {name: deepcopy(GOOD[name]) for name in plan.signals if name in GOOD}
    for name in ("collection_matches", "blocked_faces"):
        if name in signals:
            signals[name]["searched_from"] = plan.asked["FaceMatchThreshold"]
    if "collection_matches" in signals and not plan.creates:
        signals["collection_matches"]["matches"] = [match(own=True, similarity=99.9)]
    return signals


def match(*, own: bool, similarity: float) -> Recorded:
    return {"own": own, "face_id": "face", "similarity": similarity}
