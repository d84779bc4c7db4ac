"""What of a verification is kept: values for the user's record, and signals for judging it again.

Recorded signals are JSON-able; `restored_signals` is the inverse. A signal that was tried and could not be had is
recorded as null: its checks are inconclusive. One that was never read is not there: nobody knows what they would say.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from chalicelib.model.document import IdDocument
from chalicelib.model.plugins import Signal


def recorded_signals(
    known: Mapping[str, Any], missing: Iterable[str], signals: Mapping[str, Signal]
) -> dict[str, object]:
    """Those of the signals that say of themselves that they may be recorded. Pictures' bytes are left out."""
    values = {**known, **dict.fromkeys(missing)}
    return {name: _recorded(value) for name, value in values.items() if signals[name].recorded}


def restored_signals(recorded: Mapping[str, Any], signals: Mapping[str, Signal]) -> dict[str, Any]:
    """The values that were recorded, as checks take them; None for a signal that could not be had.

    Signals that there are no more are passed over. Raises ValueError or TypeError when a value has another shape.
    """
    return {name: _restored_signal(signals[name], value) for name, value in recorded.items() if name in signals}


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


def _recorded(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((part.name, getattr(value, part.name)) for part in dataclasses.fields(value))
        return {name: _recorded(inner) for name, inner in pairs if not isinstance(inner, bytes)}
    if isinstance(value, Mapping):
        return {str(key): _recorded(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_recorded(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # neither JSON nor DynamoDB has such numbers
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _restored_signal(signal: Signal, value: Any) -> Any:
    return None if value is None else _restored(value, get_type_hints(signal.read)["return"])


def _restored(value: Any, wanted: Any) -> Any:
    """`value` as an instance of the type `wanted`: those that signals' values are made of."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        inner = next(each for each in arguments if each is not type(None))
        return None if value is None else _restored(value, inner)
    if origin is tuple:
        return tuple(_restored(item, arguments[0]) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {name: _restored(item, arguments[1]) for name, item in value.items()}
    if dataclasses.is_dataclass(wanted):
        return _restored_fields(value, wanted)
    return _restored_scalar(value, wanted)


def _restored_fields(value: Mapping[str, Any], wanted: Any) -> Any:
    hints = _hints(wanted)
    return wanted(**{name: _restored(item, hints[name]) for name, item in value.items() if name in hints})


def _restored_scalar(value: Any, wanted: type) -> Any:
    if wanted is float:
        return math.nan if value is None else float(value)
    if issubclass(wanted, date):  # of which datetime is one
        return wanted.fromisoformat(value)
    if issubclass(wanted, StrEnum):
        return wanted(value)
    if not isinstance(value, wanted):
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    return value


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)
