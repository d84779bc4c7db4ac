"""The one harness for all checks: what a case is, and the made-up AWS answers that cases are put together from.

Each check has a file in `cases/` with its `CASES` and `LIMITS`; `test_checks.py` runs them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalicelib.model.document import IdDocument, IdField
from chalicelib.model.facts import (
    Attribute,
    BlockedFace,
    BlockedFaces,
    Box,
    CollectionMatch,
    CollectionMatches,
    Face,
    FaceScan,
)
from chalicelib.model.findings import Observed, Outcome
from chalicelib.signals.document_facts import document_facts

Signals = Mapping[str, object]
Claims = Mapping[str, str]
Change = IdField | str | date | None
TODAY = date(2012, 1, 1)
NAN = float("nan")


@dataclass(frozen=True)
class Case:
    """What a check must say of these signals. `observed`, when given, must be the finding's."""

    title: str
    signals: Signals
    outcome: Outcome = Outcome.PASS
    reason: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    observed: Observed = None


@dataclass(frozen=True)
class Limit:
    """The same signals judged twice, the parameter being just within the limit and just beyond it.

    With `inside` the check passes; with `outside` it gives `outcome` and `reason`. `others` are the other parameters.
    """

    signals: Signals
    inside: Any
    outside: Any
    reason: str
    outcome: Outcome = Outcome.FAIL
    others: Mapping[str, object] = field(default_factory=dict)


def failing(title: str, signals: Signals, reason: str, **others: Any) -> Case:
    return Case(title, signals, Outcome.FAIL, reason, **others)


def unclear(title: str, signals: Signals, reason: str, **others: Any) -> Case:
    return Case(title, signals, Outcome.INCONCLUSIVE, reason, **others)


def face(**changes: Any) -> Face:
    """A face about which DetectFaces has nothing to complain, a quarter of the picture wide."""
    good: dict[str, Any] = {
        "confidence": 99.9,
        "box": Box(0.3, 0.2, 0.25, 0.4),
        "yaw_deg": 2.0,
        "pitch_deg": -3.0,
        "roll_deg": 1.0,
        "brightness": 80.0,
        "sharpness": 70.0,
        "sunglasses": Attribute(False, 99.0),
        "eyes_open": Attribute(True, 98.0),
        "face_occluded": Attribute(False, 97.0),
    }
    return Face(**{**good, **changes})


def selfie(*faces: Face, width_px: int = 800) -> dict[str, object]:
    return {"selfie_faces": FaceScan(faces, width_px, 1000)}


def found(*matches: tuple[str, float], searched_from: float = 80, face_found: bool = True) -> dict[str, object]:
    """A search of the collection by "anna": pairs of user and similarity, best first."""
    entries = tuple(
        CollectionMatch(user == "anna", f"face-{place}", similarity) for place, (user, similarity) in enumerate(matches)
    )
    return {"collection_matches": CollectionMatches(entries, searched_from, face_found)}


def blocked(*similarities: float, searched_from: float = 80, face_found: bool = True) -> dict[str, object]:
    """A search that found blocked faces, best first."""
    entries = tuple(BlockedFace(f"block-{place}", similarity) for place, similarity in enumerate(similarities))
    return {"blocked_faces": BlockedFaces(entries, searched_from, face_found)}


TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
PRINTED = {  # the specimen of ICAO Doc 9303 part 4, appendix B
    "ID_TYPE": IdField("PASSPORT", 99.0),
    "LAST_NAME": IdField("ERIKSSON", 98.0),
    "FIRST_NAME": IdField("ANNA", 97.0),
    "MIDDLE_NAME": IdField("MARIA", 96.0),
    "DOCUMENT_NUMBER": IdField("L898902C3", 95.0),
    "DATE_OF_BIRTH": IdField("12 AUG 1974", 94.0, date(1974, 8, 12)),
    "EXPIRATION_DATE": IdField("15 APR 2012", 93.0, date(2012, 4, 15)),
    "MRZ_CODE": IdField(TD3, 92.0),
}


def document(today: date = TODAY, claims: Claims | None = None, **changes: Change) -> dict[str, object]:
    """The specimen, with some fields changed: a text, a date, a whole field, or None to leave it out."""
    fields = {**PRINTED, **{name: _field(change) for name, change in changes.items()}}
    return facts_of({name: entry for name, entry in fields.items() if entry is not None}, today, claims or {})


def facts_of(fields: Mapping[str, IdField], today: date = TODAY, claims: Claims | None = None) -> dict[str, object]:
    """What is true of a document with these fields, by the signal itself."""
    request: Any = None  # it asks nobody
    facts = document_facts(request, id_document=IdDocument(fields), today=today, properties=claims or {})
    return {"document_facts": facts}


def _field(change: Change) -> IdField | None:
    if isinstance(change, str):
        return IdField(change, 99.0)
    if isinstance(change, date):
        return IdField(f"{change:%d %b %Y}", 99.0, change)
    return change
