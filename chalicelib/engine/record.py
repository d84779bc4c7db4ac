"""What of a verification is kept: values for the user's record, and signals for replaying the decision."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.model.facts import IdDocument

# Pictures, and what names a person: a replay under another policy does without.
_NOT_RECORDED = frozenset({"selfie", "id_card", "properties", "user", "user_key", "id_document"})


def recorded_signals(known: Mapping[str, Any]) -> dict[str, object]:
    """The signals as JSON-able values; of an ID document only which fields were read and how surely."""
    recorded = {name: _plain(value) for name, value in known.items() if name not in _NOT_RECORDED}
    document = known.get("id_document")
    if isinstance(document, IdDocument):
        recorded["id_document"] = {name: field.confidence for name, field in document.fields.items()}
    return recorded


def extracted_fields(known: Mapping[str, Any]) -> dict[str, str]:
    """The ID document's fields for the user's properties: lower-case names, dates as YYYY-MM-DD."""
    document = known.get("id_document")
    if not isinstance(document, IdDocument):
        return {}
    return {
        name.lower(): field.day.isoformat() if field.day else field.text
        for name, field in document.fields.items()
        if name != "MRZ_CODE"
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((part.name, getattr(value, part.name)) for part in dataclasses.fields(value))
        return {name: _plain(inner) for name, inner in pairs if not isinstance(inner, bytes)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value
