"""The decision log as a flat table: its columns, and a decision as a row of it.

A signal `s` has the column `s`: 'read', 'missing' when it could not be had, NULL when it was not read. Its values
follow in columns of their own, NULL where AWS told nothing. What is there but not a number is told from that: where the
table below says so, it counts as below every limit (-1) or above every limit (101).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.checks.mrz_consistent import COMPARED
from chalicelib.checks.required_fields import AWS_FIELDS
from chalicelib.model.document import DocumentFacts
from chalicelib.model.facts import BlockedFaces, CollectionMatches, FaceScan, IdFaceMatch, Liveness, StoredFaceMatches

BELOW_ALL, ABOVE_ALL = -1.0, 101.0
READ, MISSING = "read", "missing"
PARTITIONS = ("tenant", "flow", "day")

Row = dict[str, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is a type of both DuckDB and Athena (Hive writes some otherwise: see `query`)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class SignalColumns:
    """How a signal's value is spread over columns."""

    signal: str
    columns: tuple[Column, ...]
    values: Callable[[Any], Values]


def _face_values(scan: FaceScan) -> Values:
    face = scan.main_face
    confidences = [each.confidence for each in scan.faces]
    values: Values = {
        "face_count": len(confidences),
        "face_confidences": sorted((each for each in confidences if not math.isnan(each)), reverse=True),
    }
    if face is None:
        return values
    values |= {
        "face_width_percent": 100 * face.box.width,
        "face_width_px": face.box.width * scan.image_width_px,
        "yaw_deg": face.yaw_deg,
        "pitch_deg": face.pitch_deg,
        "roll_deg": face.roll_deg,
        "brightness": face.brightness,
        "sharpness": face.sharpness,
    }
    for name in ATTRIBUTES:
        attribute = getattr(face, name)
        if attribute is not None:
            values |= {name: attribute.value, f"{name}_confidence": _or_below(attribute.confidence)}
    return values


def _search_values(search: CollectionMatches) -> Values:
    return {
        "search_face_found": search.face_found,
        "searched_from": search.searched_from,
        "own_similarity": _best(match.similarity for match in search.matches if match.own),
        "other_similarity": _highest(match.similarity for match in search.matches if not match.own),
    }


def _blocked_values(search: BlockedFaces) -> Values:
    return {
        "blocked_search_face_found": search.face_found,
        "blocked_searched_from": search.searched_from,
        "blocked_similarity": _highest(match.similarity for match in search.matches),
    }


def _stored_values(stored: StoredFaceMatches) -> Values:
    return {"stored_face_found": stored.face_found, "stored_similarity": _best(stored.similarities.values())}


def _card_values(card: IdFaceMatch) -> Values:
    return {"card_similarity": card.similarity}


def _liveness_values(liveness: Liveness) -> Values:
    return {"liveness_status": liveness.status.value, "liveness_confidence": liveness.confidence}


def _document_values(document: DocumentFacts) -> Values:
    zone = document.zone
    return {
        "document_fields": len(document.confidences),
        "document_type": document.type.casefold() if document.type is not None else None,
        "age_years": document.age_years,
        "days_left": document.days_left,
        "name_percent": document.name_percent,
        "name_without_middle_percent": document.name_without_middle_percent,
        **{
            f"field_{name.lower()}": _or_below(value)
            for name, value in document.confidences.items()
            if name in AWS_FIELDS
        },
        "zone": None if zone is None else "readable" if zone.readable else "unreadable",
        "zone_wrong_check_digit": next(iter(zone.wrong_check_digits), None) if zone else None,
        **{f"zone_{name.lower()}": zone.compared[name].value for name in COMPARED if zone and name in zone.compared},
    }


def _best(similarities: Iterable[float]) -> float:
    return max((each for each in similarities if not math.isnan(each)), default=0.0)


def _highest(similarities: Iterable[float]) -> float | None:
    """The highest; what is not a number counts as above every limit."""
    return max((ABOVE_ALL if math.isnan(each) else each for each in similarities), default=None)


def _or_below(number: float) -> float:
    return BELOW_ALL if math.isnan(number) else number


def _doubles(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "DOUBLE") for name in names)


ATTRIBUTES = ("sunglasses", "eyes_open", "face_occluded")
SIGNALS = (
    SignalColumns(
        "selfie_faces",
        (
            Column("face_count", "BIGINT"),
            Column("face_confidences", "DOUBLE[]"),  # highest first; without those that are not a number
            *_doubles("face_width_percent", "face_width_px", "yaw_deg", "pitch_deg", "roll_deg"),
            *_doubles("brightness", "sharpness"),
            *(Column(name, "BOOLEAN") for name in ATTRIBUTES),
            *_doubles(*(f"{name}_confidence" for name in ATTRIBUTES)),  # -1: not a number
        ),
        _face_values,
    ),
    SignalColumns("id_face", _doubles("card_similarity"), _card_values),
    SignalColumns(
        "stored_face_matches",
        (Column("stored_face_found", "BOOLEAN"), *_doubles("stored_similarity")),  # of the best
        _stored_values,
    ),
    SignalColumns(
        "collection_matches",
        # The user's own best face, 0 if none was found, and the best of another user: 101: not a number.
        (Column("search_face_found", "BOOLEAN"), *_doubles("searched_from", "own_similarity", "other_similarity")),
        _search_values,
    ),
    SignalColumns(
        "blocked_faces",
        (
            Column("blocked_search_face_found", "BOOLEAN"),
            *_doubles("blocked_searched_from", "blocked_similarity"),  # of the best; 101: not a number
        ),
        _blocked_values,
    ),
    SignalColumns(
        "liveness", (Column("liveness_status", "VARCHAR"), *_doubles("liveness_confidence")), _liveness_values
    ),
    SignalColumns(
        "document_facts",
        (
            Column("document_fields", "BIGINT"),
            Column("document_type", "VARCHAR"),  # without capitals
            Column("age_years", "BIGINT"),
            Column("days_left", "BIGINT"),
            *_doubles("name_percent", "name_without_middle_percent"),
            *_doubles(*(f"field_{name.lower()}" for name in AWS_FIELDS)),  # how surely it was read; -1: not a number
            Column("zone", "VARCHAR"),  # readable | unreadable
            Column("zone_wrong_check_digit", "VARCHAR"),  # the first
            *(Column(f"zone_{name.lower()}", "VARCHAR") for name in COMPARED),
        ),
        _document_values,
    ),
)
DECISION = (
    Column("verification_id", "VARCHAR"),
    Column("decided_at", "TIMESTAMP"),
    Column("decision", "VARCHAR"),
    Column("reason", "VARCHAR"),  # "step: code" of the first
    Column("follows", "VARCHAR"),  # of deferred steps: the decision that left them open
    Column("policy_digest", "VARCHAR"),
    Column("duration_ms", "DOUBLE"),
    Column("shadow_policy", "VARCHAR"),
    Column("shadow_digest", "VARCHAR"),
    Column("shadow_decision", "VARCHAR"),  # "unknown" when the signals did not tell
    Column("shadow_reason", "VARCHAR"),
)
COLUMNS: tuple[Column, ...] = (
    *DECISION,
    *(column for each in SIGNALS for column in (Column(each.signal, "VARCHAR"), *each.columns)),
    *(Column(name, "VARCHAR") for name in PARTITIONS),
)


def signal_values(signals: Mapping[str, Any]) -> Row:
    """The signals' columns, from restored signals (None: could not be had)."""
    row: Row = {}
    for each in SIGNALS:
        if each.signal in signals:
            value = signals[each.signal]
            row[each.signal] = MISSING if value is None else READ
            row |= {} if value is None else each.values(value)
    return {name: _finite(value) for name, value in row.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
