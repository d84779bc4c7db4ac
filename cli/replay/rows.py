"""An entry of the decision log as a row of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.engine.record import restored_signals
from chalicelib.model.plugins import Signal
from cli.replay.check_sql import UNKNOWN
from cli.replay.columns import Row, signal_values


def row_of(entry: Mapping[str, Any], signals: Mapping[str, Signal]) -> Row:
    """`entry` is a decision's, as it was signed. Raises ValueError or TypeError when its signals have another shape."""
    details = entry["details"]
    decided_at = datetime.fromisoformat(details["decided_at"]).astimezone(UTC).replace(tzinfo=None)
    return {
        "verification_id": entry["id"],
        "decided_at": decided_at.isoformat(),
        "decision": details["decision"],
        "reason": _first(details["reasons"]),
        "follows": details.get("follows"),
        "policy_digest": details["policy_digest"],
        "duration_ms": details["duration_ms"],
        **(_shadow(details["shadow"]) if "shadow" in details else {}),
        **signal_values(restored_signals(details["signals"], signals)),
        "tenant": entry["tenant"],
        "flow": details["flow"],
        "day": f"{decided_at:%Y-%m-%d}",
    }


def _shadow(details: Mapping[str, Any]) -> Row:
    return {
        "shadow_policy": details["policy"],
        "shadow_digest": details["policy_digest"],
        "shadow_decision": details["decision"] or UNKNOWN,
        "shadow_reason": _first([*details["unknown"], *details["reasons"]]),
    }


def _first(reasons: Sequence[Mapping[str, str]]) -> str | None:
    return f"{reasons[0]['step']}: {reasons[0]['code']}" if reasons else None
