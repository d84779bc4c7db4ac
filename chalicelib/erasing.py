"""Erasing a user from end to end: one thing after the other, each safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.effects.erase import Place, erase, look
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.erasure import Erasure
from chalicelib.store.audit import Audit
from chalicelib.store.erasures import Erasures
from chalicelib.store.users import Users

KIND = "user_erased"


@dataclass(frozen=True, slots=True)
class Erasing:
    """What it takes, for one tenant. `recover(user_key, now)` brings a record to rest that a crashed change is in."""

    users: Users
    erasures: Erasures
    audit: Audit
    places: Callable[[str], Sequence[Place]]
    recover: Callable[[str, datetime], None]


def carry_out(erasing: Erasing, erasure_id: str, now: datetime) -> Erasure:
    """The erasure, done. One that is done already stays as it is.

    The record is closed first, so that nothing counts, and nobody registers anew, while things are being deleted; it
    goes last, when a second look has found nothing.

    Raises:
        ConflictError: another request is changing the user.
        AwsError: something is left; it has to be tried again.
    """
    erasure = erasing.erasures.get(erasure_id)
    if erasure.user_key is None:
        return erasure
    erasing.recover(erasure.user_key, now)
    erasing.users.close(erasure.user_key)
    places = erasing.places(erasure.user_key)
    found = erasing.erasures.note_found(erasure, look(places))
    erase(places)
    erasing.users.remove(erasure.user_key)
    items = [{"kind": kind, "found": count, "left": 0} for kind, count in found.items()]
    details = {"erasure": erasure_id, "requested_at": erasure.requested_at.isoformat(), "items": items}
    receipt = erasing.audit.sign(KIND, details, now, user_key=erasure.user_key)
    try:
        erasing.erasures.finish(erasure, receipt, now)
    except AwsConditionFailedError:  # a try beside this one was faster
        return erasing.erasures.get(erasure_id)
    return Erasure(erasure_id, erasure.requested_at, None, found, receipt)
