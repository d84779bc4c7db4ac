"""Erasing a user from end to end: one thing after the other, each safe to repeat."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import uuid4

from chalicelib.effects import erase as effect
from chalicelib.effects.erase import Place, faces_of, look, pictures_below
from chalicelib.errors import AwsConditionFailedError, ConflictError
from chalicelib.model.erasure import Erasure
from chalicelib.store.import_files import folder_of
from chalicelib.store.kept_reviews import folder_of_reviews
from chalicelib.store.personal import KINDS
from chalicelib.wiring.tenant import Tenant

KIND = "user_erased"


def request_erasure(tenant: Tenant, user_key: str, now: datetime) -> Erasure | None:
    """Note that a user is to be erased; None when nothing is held of it. `erase` carries it out.

    An import that was begun before does not bring the user back, whatever is held.
    """
    tenant.personal.note_erasure(user_key, now)
    if tenant.users.get(user_key) is None and not any(tenant.personal.find(user_key, kind) for kind in KINDS):
        return None
    erasure = Erasure(uuid4().hex, now, user_key)
    tenant.erasures.add(erasure)
    return erasure


def erase_later(tenant: Tenant, erasure_id: str) -> None:
    """Go on from the queue, once what was in the way may be over."""
    tenant.queue.send({"job": "erase", "tenant": tenant.name, "erasure_id": erasure_id}, delay_s=5)


def erase(tenant: Tenant, erasure_id: str, now: datetime) -> Erasure:
    """The erasure, done. One that is done already stays as it is.

    The record is closed first, so that nothing counts, and nobody registers anew, while things are being deleted; it
    goes last, when a second look has found nothing. Of two tries side by side, whichever is overtaken touches nothing
    of who registers afterwards.

    Raises:
        ConflictError: another request is changing the user.
        AwsError: something is left; it has to be tried again.
    """
    erasure = tenant.erasures.get(erasure_id)
    if erasure.user_key is None:
        return erasure
    tenant.recover(erasure.user_key, now)
    try:
        tenant.erasures.close(erasure, tenant.users.closing(erasure.user_key))
        places = _places(tenant, erasure.user_key)
        found = tenant.erasures.note_found(erasure, look(places))
    except AwsConditionFailedError:
        return _overtaken(tenant, erasure_id)
    effect.erase(places)
    items = [{"kind": kind, "found": count, "left": 0} for kind, count in found.items()]
    details = {
        "erasure": erasure_id,
        "requested_at": erasure.requested_at.isoformat(),
        "items": items,
        "not_erased": _not_erased(tenant),
    }
    receipt = tenant.audit.sign(KIND, details, now, user_key=erasure.user_key)
    try:
        tenant.erasures.finish(erasure, receipt, tenant.users.removal(erasure.user_key), now)
    except AwsConditionFailedError:
        return _overtaken(tenant, erasure_id)
    return Erasure(erasure_id, erasure.requested_at, None, found, receipt)


def _overtaken(tenant: Tenant, erasure_id: str) -> Erasure:
    """What a try beside this one has done. Raises ConflictError when a change of the user was in the way."""
    erasure = tenant.erasures.get(erasure_id)
    if erasure.user_key is not None:
        raise ConflictError("user-busy", "Another request is changing this user; try again in a minute.")
    return erasure


def _not_erased(tenant: Tenant) -> list[str]:
    """Where the tenant itself may have put something of the user: only it knows."""
    folder = folder_of(tenant.name)
    listing = {"Bucket": tenant.images_bucket, "Prefix": folder, "MaxKeys": 1}
    found = tenant.aws("s3", "list_object_versions", listing)
    return [folder] if found.get("Versions") or found.get("DeleteMarkers") else []


def _places(tenant: Tenant, user_key: str) -> tuple[Place, ...]:
    return (
        faces_of(tenant.aws, tenant.collections(tenant.policy()), user_key),
        pictures_below(tenant.aws, tenant.images_bucket, f"{tenant.name}/users/{user_key}/"),
        pictures_below(
            tenant.aws, tenant.images_bucket, folder_of_reviews(tenant.name, user_key), kind="review_pictures"
        ),
        *(Place(kind, partial(tenant.personal.find, user_key, kind), tenant.personal.delete) for kind in KINDS),
    )
