"""Counting what is held: by kind, how much, how old, and when it ends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.store.imports import is_result
from chalicelib.store.items import moment_of

# What the items of a tenant's table are called, by the first part of their `sk`.
KINDS: Mapping[str, str] = {
    "DECISION": "decisions",
    "PERSON": "whom decisions were about",
    "FIELDS": "document fields of decisions",
    "ATTEMPTS": "attempts",
    "LIVENESS": "liveness sessions",
    "UPLOAD": "uploads",
    "ANSWER": "idempotency keys",
    "BLOCK": "blocked faces",
    "REVIEW": "reviews",
    "ERASED": "notes of erasures, for imports under way",
    "ERASURE": "erasures",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is held; a moment is None when it is not known, or when the thing has no end."""

    kind: str
    since: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """All things of a kind. `overdue` have ended and are not deleted yet; `endless` have no end."""

    kind: str
    count: int = 0
    oldest: datetime | None = None
    next_end: datetime | None = None
    last_end: datetime | None = None
    overdue: int = 0
    endless: int = 0


class Holdings:
    """Fed with things, in whatever order."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._by_kind: dict[str, Holding] = {}

    def add(self, thing: Thing) -> None:
        held = self._by_kind.get(thing.kind, Holding(thing.kind))
        end = thing.ends_at
        self._by_kind[thing.kind] = replace(
            held,
            count=held.count + 1,
            oldest=_first(held.oldest, thing.since),
            next_end=_first(held.next_end, end),
            last_end=max((moment for moment in (held.last_end, end) if moment), default=None),
            overdue=held.overdue + (end is not None and end <= self._now),
            endless=held.endless + (end is None),
        )

    def all(self) -> list[Holding]:
        return sorted(self._by_kind.values(), key=lambda held: held.kind)


def things_of(item: Mapping[str, Any]) -> Iterator[Thing]:
    """What one item of the table says is held."""
    kind = str(item["sk"]).partition("#")[0]
    if kind == "USER":
        yield from _things_of_user(item)
    elif str(item["pk"]).endswith("#AUDIT"):
        yield Thing("audit entries", moment_of(item["sk"].partition("#")[0]), _epoch(item.get("expires_at")))
    elif is_result(item):
        yield Thing("results of imports", moment_of(item.get("settled_at")), _epoch(item.get("expires_at")))
    elif kind in KINDS:
        since = (
            item.get("created_at")
            or item.get("requested_at")
            or item.get("erased_at")
            or item.get("started_at")
            or item.get("entry", {}).get("at")
        )
        yield Thing(KINDS[kind], moment_of(since), _epoch(item.get("expires_at")) or moment_of(item.get("ends_at")))


def _things_of_user(item: Mapping[str, Any]) -> Iterator[Thing]:
    yield Thing(f"users, {item['status']}", moment_of(item.get("created_at")))
    for face in item.get("faces", ()):
        yield Thing("faces of users", moment_of(face["indexed_at"]), moment_of(face.get("expires_at")))
    if item.get("fields_end_at"):
        yield Thing("document fields of users", None, moment_of(item["fields_end_at"]))
    for _ in item.get("leftovers", ()):
        yield Thing("faces and pictures that are being deleted")


def _epoch(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment), default=None)
