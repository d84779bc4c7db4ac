"""What each check says, in SQL over the columns of `columns`: the same outcome and reason as its `judge`.

A check is a list of rules; the first whose condition holds tells the finding, and none is a pass. Conditions are never
NULL where that would let somebody through: a comparison with what is not there is written so that it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.checks.minimum_age import OLDEST_YEARS
from chalicelib.checks.mrz_consistent import COMPARED
from chalicelib.model.document import Agreement
from chalicelib.model.facts import LivenessStatus

FAIL, INCONCLUSIVE, UNKNOWN = "fail", "inconclusive", "unknown"


class Rule(NamedTuple):
    condition: str
    outcome: str
    reason: str


Rules = Iterator[Rule]


def text(value: str) -> str:
    """A literal."""
    return "'" + value.replace("'", "''") + "'"


def below(column: str, limit: float) -> str:
    """Less than the limit, or not there."""
    return f"coalesce({column} < {number(limit)}, TRUE)"


def above(column: str, limit: float) -> str:
    """More than the limit, or not there."""
    return f"coalesce({column} > {number(limit)}, TRUE)"


def number(value: float) -> str:
    """A literal that is a double in both dialects and the same number."""
    return f"{float(value)!r}e0" if "e" not in repr(float(value)) else repr(float(value))


NO_FACE = Rule("face_count = 0", INCONCLUSIVE, "no_face")


def _face_count(p: Any) -> Rules:
    """The n-th highest confidence tells whether there are n faces; arrays are only read where they reach."""

    def at_least(count: int) -> str:
        reached = f"cardinality(face_confidences) >= {count}"
        return f"CASE WHEN {reached} THEN face_confidences[{count}] >= {number(p.min_confidence)} ELSE FALSE END"

    yield Rule("cardinality(face_confidences) < face_count", INCONCLUSIVE, "no_confidence")
    yield Rule(f"NOT {at_least(p.min_faces)} AND {at_least(1)}", FAIL, "too_few_faces")
    yield Rule(f"NOT {at_least(p.min_faces)}", FAIL, "no_face")
    yield Rule(at_least(p.max_faces + 1), FAIL, "too_many_faces")


def _face_size(p: Any) -> Rules:
    yield NO_FACE
    yield Rule(below("face_width_percent", p.min_share_percent), FAIL, "too_far_away")
    yield Rule(below("face_width_px", p.min_width_px), FAIL, "too_few_pixels")


def _pose(p: Any) -> Rules:
    yield NO_FACE
    for angle, limit in (("yaw", p.max_yaw_deg), ("pitch", p.max_pitch_deg), ("roll", p.max_roll_deg)):
        yield Rule(f"{angle}_deg IS NULL", INCONCLUSIVE, "no_pose")
        yield Rule(above(f"abs({angle}_deg)", limit), FAIL, f"{angle}_too_large")


def _attribute(name: str, wanted: bool, otherwise: str) -> Callable[[Any], Rules]:
    def rules(p: Any) -> Rules:
        yield NO_FACE
        yield Rule(f"{name} IS NULL", INCONCLUSIVE, "not_told")
        yield Rule(below(f"{name}_confidence", p.min_confidence), INCONCLUSIVE, "not_sure")
        yield Rule(f"NOT {name}" if wanted else name, FAIL, otherwise)

    return rules


def _brightness(p: Any) -> Rules:
    yield NO_FACE
    yield Rule("brightness IS NULL", INCONCLUSIVE, "no_brightness")
    yield Rule(below("brightness", p.min_brightness), FAIL, "too_dark")
    yield Rule(above("brightness", p.max_brightness), FAIL, "too_bright")


def _sharpness(p: Any) -> Rules:
    yield NO_FACE
    yield Rule("sharpness IS NULL", INCONCLUSIVE, "no_sharpness")
    yield Rule(below("sharpness", p.min_sharpness), FAIL, "blurred")


def _searched(threshold: float, prefix: str = "") -> Rules:
    yield Rule(f"NOT {prefix}search_face_found", INCONCLUSIVE, "no_face")
    yield Rule(above(f"{prefix}searched_from", threshold), UNKNOWN, "not_searched_that_low")


def _blocklist(p: Any) -> Rules:
    yield from _searched(p.FaceMatchThreshold, "blocked_")
    yield Rule(f"blocked_similarity >= {number(p.FaceMatchThreshold)}", FAIL, "face_blocked")


def _duplicate_face(p: Any) -> Rules:
    yield from _searched(p.FaceMatchThreshold)
    yield Rule(f"other_similarity >= {number(p.FaceMatchThreshold)}", FAIL, "face_of_another_user")


def _collection_match(p: Any) -> Rules:
    yield from _searched(p.FaceMatchThreshold)
    yield Rule("other_similarity >= own_similarity", FAIL, "no_match")
    yield Rule(below("own_similarity", p.FaceMatchThreshold), FAIL, "no_match")


def _stored_face_match(p: Any) -> Rules:
    yield Rule("NOT stored_face_found", INCONCLUSIVE, "no_face")
    yield Rule(below("stored_similarity", p.SimilarityThreshold), FAIL, "no_match")


def _id_face_match(p: Any) -> Rules:
    yield Rule("card_similarity IS NULL", INCONCLUSIVE, "no_face")
    yield Rule(below("card_similarity", p.SimilarityThreshold), FAIL, "another_face")


def _liveness(p: Any) -> Rules:
    for status in LivenessStatus:
        if status is not LivenessStatus.SUCCEEDED:
            outcome = INCONCLUSIVE if status is LivenessStatus.UNFINISHED else FAIL
            yield Rule(f"liveness_status = {text(status)}", outcome, f"session_{status}")
    yield Rule("liveness_confidence IS NULL", INCONCLUSIVE, "no_confidence")
    yield Rule(below("liveness_confidence", p.min_confidence), FAIL, "confidence_too_low")


def _field(name: str, min_confidence: float) -> Rules:
    column = f"field_{name.lower()}"
    yield Rule(f"{column} IS NULL", INCONCLUSIVE, "field_missing")
    yield Rule(below(column, min_confidence), INCONCLUSIVE, "field_unclear")


def _document_type(p: Any) -> Rules:
    yield from _field("ID_TYPE", p.min_confidence)
    yield Rule("document_type IS NULL", INCONCLUSIVE, "field_missing")
    allowed = ", ".join(text(each.casefold()) for each in p.allowed)
    yield Rule(f"document_type NOT IN ({allowed})" if p.allowed else "TRUE", FAIL, "type_not_allowed")


def _document_not_expired(p: Any) -> Rules:
    yield from _field("EXPIRATION_DATE", p.min_confidence)
    yield Rule("days_left IS NULL", INCONCLUSIVE, "date_unreadable")
    yield Rule("days_left < 0", FAIL, "expired")
    yield Rule(f"days_left < {p.min_days_left}", FAIL, "expires_too_soon")


def _minimum_age(p: Any) -> Rules:
    yield from _field("DATE_OF_BIRTH", p.min_confidence)
    yield Rule("age_years IS NULL", INCONCLUSIVE, "date_unreadable")
    yield Rule(f"age_years NOT BETWEEN 0 AND {OLDEST_YEARS}", INCONCLUSIVE, "age_implausible")
    yield Rule(f"age_years < {p.min_years}", FAIL, "too_young")


def _required_fields(p: Any) -> Rules:
    if not p.fields:
        yield Rule("TRUE", INCONCLUSIVE, "nothing_required")
    for name in p.fields:
        yield Rule(below(f"field_{name.lower()}", p.min_confidence), FAIL, "fields_missing")


def _mrz_consistent(p: Any) -> Rules:
    if p.required:
        yield Rule("zone IS NULL", INCONCLUSIVE, "mrz_missing")
    yield Rule("zone IS NULL AND document_fields = 0", INCONCLUSIVE, "mrz_missing")
    yield Rule("zone = 'unreadable'", INCONCLUSIVE, "mrz_unreadable")
    yield Rule("zone_wrong_check_digit IS NOT NULL", FAIL, "check_digit_wrong")
    for name in COMPARED:
        column = f"zone_{name.lower()}"
        yield Rule(f"{column} = {text(Agreement.DIFFERS)}", FAIL, "differs_from_print")
        yield Rule(f"{column} = {text(Agreement.UNREADABLE)}", INCONCLUSIVE, "date_unreadable")
        yield Rule(
            f"zone = 'readable' AND coalesce({column} = {text(Agreement.MISSING)}, TRUE)", INCONCLUSIVE, "field_missing"
        )


def _name_match(p: Any) -> Rules:
    yield from _field("FIRST_NAME", p.min_confidence)
    yield from _field("LAST_NAME", p.min_confidence)
    unclear = below("field_middle_name", p.min_confidence)
    percent = f"(CASE WHEN {unclear} THEN name_without_middle_percent ELSE name_percent END)"
    yield Rule(f"{percent} IS NULL", INCONCLUSIVE, "not_claimed")
    yield Rule(below(percent, p.min_similarity_percent), FAIL, "another_name")


CHECK_RULES: Mapping[str, Callable[[Any], Rules]] = {
    "face_count": _face_count,
    "face_size": _face_size,
    "pose": _pose,
    "sunglasses": _attribute("sunglasses", False, "sunglasses"),
    "face_occluded": _attribute("face_occluded", False, "face_occluded"),
    "eyes_open": _attribute("eyes_open", True, "eyes_closed"),
    "brightness": _brightness,
    "sharpness": _sharpness,
    "blocklist": _blocklist,
    "duplicate_face": _duplicate_face,
    "collection_match": _collection_match,
    "stored_face_match": _stored_face_match,
    "liveness": _liveness,
    "id_face_match": _id_face_match,
    "document_type": _document_type,
    "document_not_expired": _document_not_expired,
    "minimum_age": _minimum_age,
    "required_fields": _required_fields,
    "mrz_consistent": _mrz_consistent,
    "name_match": _name_match,
}
