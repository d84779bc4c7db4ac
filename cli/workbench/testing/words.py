"""The words under a case's `given`: each changes what AWS says of the good applicant in one respect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from chalicelib.policy.pieces import Schema, mapping
from cli.workbench.testing.good import SURE, match


@dataclass(frozen=True, slots=True)
class Word:
    """A key under `given`: the signal it is about, what may be said, and how that changes the signal's value."""

    signal: str
    rules: Schema
    change: Callable[[Mapping[str, Any], Any], None]


def _selfie(said: Mapping[str, Any], scan: Any) -> None:
    face = scan["faces"][0]
    for key, value in said.items():
        if key == "faces":
            continue
        if key == "width_percent":
            face["box"]["width"] = value / 100
        elif key == "picture_width_px":
            scan["image_width_px"] = value
        elif isinstance(value, bool):
            face[key] = {"value": value, "confidence": SURE}
        else:
            face[key] = {**face[key], **value} if isinstance(value, dict) else value
    scan["faces"] = [deepcopy(face) for _ in range(said.get("faces", 1))]


def _card(said: Mapping[str, Any], facts: Any) -> None:
    facts |= {key: value for key, value in said.items() if key in ("type", "age_years", "days_left")}
    if "name_percent" in said:
        facts["name_percent"] = facts["name_without_middle_percent"] = said["name_percent"]
    facts["confidences"] |= said.get("confidences", {})
    if said.get("zone") == "none":
        _leave_out("MRZ_CODE", facts)
    elif said.get("zone") == "unreadable":
        facts["zone"] = {"readable": False}
    for name in said.get("missing", ()):
        _leave_out(name, facts)
    if facts["zone"] and facts["zone"]["readable"]:
        facts["zone"]["wrong_check_digits"] = list(said.get("wrong_check_digits", ()))
        facts["zone"]["compared"] |= dict.fromkeys(said.get("differs", ()), "differs")


def _leave_out(name: str, facts: Any) -> None:
    """As when Textract does not find the field."""
    facts["confidences"].pop(name, None)
    goes_with = {"ID_TYPE": "type", "DATE_OF_BIRTH": "age_years", "EXPIRATION_DATE": "days_left", "MRZ_CODE": "zone"}
    if name in goes_with:
        facts[goes_with[name]] = None
    if facts["zone"] and name in facts["zone"].get("compared", ()):
        facts["zone"]["compared"][name] = "missing"


def _portrait(said: Mapping[str, Any], match: Any) -> None:
    match |= said


def _stored_faces(said: Mapping[str, Any], matches: Any) -> None:
    matches["face_found"] = said.get("face_found", True)
    if "similarities" in said:
        matches["similarities"] = {f"face-{place}": value for place, value in enumerate(said["similarities"], start=1)}


def _collection(said: Mapping[str, Any], search: Any) -> None:
    search["face_found"] = said.get("face_found", True)
    if "own" in said or "others" in said or not search["face_found"]:
        found = [(True, value) for value in said.get("own", ())] + [(False, value) for value in said.get("others", ())]
        best_first = sorted(found, key=lambda pair: pair[1], reverse=True)
        search["matches"] = [match(own=own, similarity=value) for own, value in best_first]


def _blocked(said: Mapping[str, Any], found: Any) -> None:
    found["face_found"] = said.get("face_found", True)
    best_first = sorted(said.get("similarities", ()), reverse=True)
    found["matches"] = [{"block_id": "block", "similarity": value} for value in best_first]


def _liveness(said: Mapping[str, Any], liveness: Any) -> None:
    liveness |= said
    if liveness["status"] != "succeeded":
        liveness["confidence"] = None


def _number(what: str) -> Schema:
    return {"type": ["number", "null"], "description": f"{what}; null: AWS does not tell"}


def _yes_or_no(what: str) -> Schema:
    attribute = {
        "value": {"type": "boolean", "description": "what Rekognition says"},
        "confidence": {"type": "number", "description": "how sure it is of that, 0-100"},
    }
    return {
        "type": ["boolean", "object", "null"],
        "properties": attribute,
        "additionalProperties": False,
        "description": f"{what}: true, false, or {{value: ..., confidence: ...}}; null: Rekognition does not tell",
    }


def _list_of(kind: str, what: str) -> Schema:
    return {"type": "array", "items": {"type": kind}, "description": what}


WORDS: Mapping[str, Word] = {
    "selfie": Word(
        "selfie_faces",
        mapping(
            {
                "faces": {"type": "integer", "minimum": 0, "maximum": 20, "unit": "faces", "description": "how many"},
                "confidence": {"type": "number", "description": "that it is a face, 0-100"},
                "width_percent": {"type": "number", "description": "the face's share of the picture's width"},
                "picture_width_px": {"type": "integer", "description": "the picture's width"},
                **{f"{name}_deg": _number(name) for name in ("yaw", "pitch", "roll")},
                **{name: _number(name) for name in ("brightness", "sharpness")},
                **{name: _yes_or_no(name) for name in ("sunglasses", "eyes_open", "face_occluded")},
            },
            "the selfie's face, or faces",
        ),
        _selfie,
    ),
    "portrait": Word(
        "id_face",
        mapping({"similarity": _number("of the selfie to the card's portrait")}, "the portrait on the ID card"),
        _portrait,
    ),
    "card": Word(
        "document_facts",
        mapping(
            {
                "type": {"type": "string", "description": "ID_TYPE as printed"},
                "age_years": _number("the holder's completed years"),
                "days_left": _number("days until the last valid day; negative: expired"),
                "name_percent": _number("how much of the claimed name agrees"),
                "missing": _list_of("string", "fields that Textract does not find, by AWS's names"),
                "confidences": {
                    "type": "object",
                    "additionalProperties": {"type": "number"},
                    "description": "how surely fields are read, by AWS's names",
                },
                "zone": {"title": "zone", "enum": ["none", "unreadable"], "description": "the machine-readable zone"},
                "wrong_check_digits": _list_of("string", "fields of the zone whose check digit is wrong"),
                "differs": _list_of("string", "fields of which zone and print say different things"),
            },
            "what is read from the ID card",
        ),
        _card,
    ),
    "stored_faces": Word(
        "stored_face_matches",
        mapping(
            {
                "similarities": _list_of("number", "of the selfie to each of the user's stored faces"),
                "face_found": {"type": "boolean", "description": "false: there is no face to compare"},
            },
            "the user's stored faces",
        ),
        _stored_faces,
    ),
    "collection": Word(
        "collection_matches",
        mapping(
            {
                "own": _list_of("number", "similarities of this user's faces"),
                "others": _list_of("number", "similarities of other users' faces"),
                "face_found": {"type": "boolean", "description": "false: there is no face to search for"},
            },
            "the faces like the selfie's in the tenant's collection",
        ),
        _collection,
    ),
    "blocked": Word(
        "blocked_faces",
        mapping(
            {
                "similarities": _list_of("number", "of the selfie to faces that the tenant has blocked"),
                "face_found": {"type": "boolean", "description": "false: there is no face to search for"},
            },
            "the tenant's blocked faces",
        ),
        _blocked,
    ),
    "liveness": Word(
        "liveness",
        mapping(
            {
                "status": {
                    "title": "status",
                    "enum": ["succeeded", "failed", "expired", "unfinished", "unknown", "used"],
                    "description": "of the liveness session",
                },
                "confidence": _number("that a live person was there, 0-100"),
            },
            "the liveness session",
        ),
        _liveness,
    ),
}
