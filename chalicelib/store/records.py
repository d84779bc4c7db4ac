"""A user and its change as items of the table, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chalicelib.model.change import Change, Leftover
from chalicelib.model.consent import Consent
from chalicelib.model.decision import Decision
from chalicelib.model.deferred import Deferred
from chalicelib.model.policy import Retention
from chalicelib.model.user import StoredFace, User, UserStatus
from chalicelib.store.items import Item, key, moment_of, stamp

RECOVERY_DELAY = timedelta(minutes=5)  # no function runs that long, so an older change is a crashed one


def user_item_key(tenant: str, user_key: str) -> dict[str, str]:
    return key(tenant, "U", user_key, "USER")


def user_of_item(item: Item) -> User:
    return User(
        user_id=item["user_id"],
        user_key=item["user_key"],
        status=UserStatus(item["status"]),
        faces=tuple(_face_of_item(face) for face in item.get("faces", ())),
        properties=item.get("properties", {}),
        created_at=moment_of(item.get("created_at")),
        last_authenticated_at=moment_of(item.get("last_authenticated_at")),
        consent=consent_of_item(item.get("consent")),
        fields=item.get("fields", {}),
        fields_end_at=moment_of(item.get("fields_end_at")),
        deferred=_deferred_of_item(item.get("deferred")),
    )


def new_user_item(change: Change) -> Item:
    """The record of a user whom the change makes, as it is from its beginning to its save."""
    return {
        **user_item_key(change.tenant, change.user_key),
        "user_id": change.user_id,
        "user_key": change.user_key,
        "status": UserStatus.PENDING.value,
        "change": item_of_change(change),
    }


def consent_item(consent: Consent) -> Item:
    return {"version": consent.version, "given_at": stamp(consent.given_at)}


def consent_of_item(item: Any) -> Consent | None:
    return Consent(item["version"], datetime.fromisoformat(item["given_at"])) if item else None


def face_item(face: StoredFace) -> Item:
    expiry = {"expires_at": stamp(face.expires_at)} if face.expires_at else {}
    return {
        **expiry,
        "face_id": face.face_id,
        "collection": face.collection,
        "image_key": face.image_key,
        "face_model_version": face.face_model_version,
        "indexed_at": stamp(face.indexed_at),
        "verification_id": face.verification_id,
    }


def _face_of_item(item: Any) -> StoredFace:
    times = {"indexed_at": datetime.fromisoformat(item["indexed_at"]), "expires_at": moment_of(item.get("expires_at"))}
    return StoredFace(**{**item, **times})


def item_of_change(change: Change) -> Item:
    """The change without what the record around it says."""
    return {
        "id": change.change_id,
        "started_at": stamp(change.started_at),
        "plan": {
            "verification_id": change.verification_id,
            "flow": change.flow,
            "creates": change.creates,
            "effects": change.effects,
            "collection": change.collection,
            "image_keys": change.image_keys,
        },
    }


def change_of_item(item: Any, user: Item, tenant: str) -> Change:
    plan = item["plan"]
    return Change(
        change_id=item["id"],
        verification_id=plan["verification_id"],
        tenant=tenant,
        user_id=user["user_id"],
        user_key=user["user_key"],
        flow=plan["flow"],
        creates=plan["creates"],
        effects=tuple(plan["effects"]),
        collection=plan["collection"],
        image_keys=plan["image_keys"],
        started_at=datetime.fromisoformat(item["started_at"]),
    )


def fields_items(decision: Decision, retention: Retention) -> Item:
    """What an ID document said, until its retention ends; nothing when none was read."""
    if not decision.extracted:
        return {}
    ends_at = decision.decided_at + timedelta(days=retention.fields_days)
    return {"fields": dict(decision.extracted), "fields_end_at": stamp(ends_at)}


def deferred_item(deferred: Deferred) -> Item:
    return {**asdict(deferred), "since": stamp(deferred.since)}


def _deferred_of_item(item: Any) -> Deferred | None:
    if item is None:
        return None
    return Deferred(**{**item, "steps": tuple(item["steps"]), "since": datetime.fromisoformat(item["since"])})


def leftovers_of_item(item: Item) -> tuple[Leftover, ...]:
    return tuple(Leftover(**leftover) for leftover in item.get("leftovers", ()))


def leftover_item(leftover: Leftover) -> Item:
    return {name: value for name, value in asdict(leftover).items() if value is not None}


def next_due(item: Item, now: datetime) -> datetime | None:
    """When somebody has to look at a record that no change is going through; None: never.

    Whoever makes something of it due adds a moment here, and it becomes due with each write that brings it to rest.
    """
    moments = [now + RECOVERY_DELAY] if item.get("leftovers") or item.get("deferred") else []
    moments += [end for face in item.get("faces", ()) if (end := moment_of(face.get("expires_at")))]
    moments += [end] if (end := moment_of(item.get("fields_end_at"))) else []
    return min(moments, default=None)
