"""The tenant's blocklist: faces that its checks `blocklist` refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from chalice.app import Blueprint, Response

from chalicelib import texts
from chalicelib.errors import BadRequestError, ConflictError, NotFoundError
from chalicelib.model.block import Block, BlockSource
from chalicelib.model.submission import user_key
from chalicelib.model.user import User
from chalicelib.routes import body
from chalicelib.routes.auth import tenant_auth, tenant_for
from chalicelib.routes.problems import answering
from chalicelib.routes.verifications import answer
from chalicelib.wiring import Tenant, blocking

blueprint = Blueprint(__name__)

MAX_REASON_LENGTH = 200
MAX_DAYS = 3_650
DEFAULT_DAYS = 365
_FACES = ("selfie", "user_id", "verification_id")


@blueprint.route("/v1/blocklist", methods=["POST"], authorizer=tenant_auth)
@answering
def block() -> Response:
    """Block a face: one of a picture, of a registered user, or of the person who was registered by a verification."""
    tenant = tenant_for(blueprint.current_request)
    fields = body.read_object(body.sent(blueprint.current_request), (*_FACES, "reason", "days"))
    reason = texts.text(fields, "reason", MAX_REASON_LENGTH)
    days = fields.get("days", DEFAULT_DAYS)
    if type(days) is not int or not 1 <= days <= MAX_DAYS:
        raise BadRequestError("wrong-type", f"days must be a whole number from 1 to {MAX_DAYS:,}.", "days")
    now = datetime.now(UTC)
    with tenant.uploads.lent_to(uuid4().hex, now) as take_upload:
        picture, source = _picture(fields, tenant, take_upload)
        made = blocking.block_face(tenant, picture, source, reason, now + timedelta(days=days))
    return answer(201, _view(made, datetime.now(UTC)))


@blueprint.route("/v1/blocklist", authorizer=tenant_auth)
@answering
def blocks() -> Response:
    """All blocks that are kept, oldest first."""
    now = datetime.now(UTC)
    return answer(200, {"blocks": [_view(one, now) for one in tenant_for(blueprint.current_request).blocklist.list()]})


@blueprint.route("/v1/blocklist/{block_id}", methods=["DELETE"], authorizer=tenant_auth)
@answering
def unblock(block_id: str) -> Response:
    """Take a face off the blocklist and delete it."""
    tenant = tenant_for(blueprint.current_request)
    if not block_id.isalnum() or len(block_id) > 64:
        raise NotFoundError("There is no such block.")
    blocking.unblock_face(tenant, block_id)
    return answer(200, {"id": block_id, "removed": True})


def _picture(
    fields: dict[str, Any], tenant: Tenant, take_upload: body.TakeUpload
) -> tuple[dict[str, Any], BlockSource]:
    if sum(fields.get(name) is not None for name in _FACES) != 1:
        raise BadRequestError("one-face", f"Say whose face by exactly one of {', '.join(_FACES)}.", "selfie")
    image = body.image(fields, "selfie", take_upload)
    if image is not None:
        return {"Bytes": image.content}, BlockSource.PICTURE
    verification_id = texts.optional_text(fields, "verification_id", 64)
    if verification_id is None:
        return _users_picture(tenant, texts.text(fields, "user_id", texts.MAX_USER_ID_LENGTH)), BlockSource.USER
    return _registered_picture(tenant, verification_id), BlockSource.VERIFICATION


def _registered_picture(tenant: Tenant, verification_id: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    change_id = tenant.decisions.change_of(verification_id, now)
    user_id = tenant.decisions.get(verification_id, now)["user_id"]
    if change_id is None or user_id is None:
        raise ConflictError("no-picture", "No picture of this verification is kept; send one as `selfie`.")
    return tenant.stored_selfie(tenant.image_key(user_key(tenant.name, user_id), change_id, "selfie"))


def _users_picture(tenant: Tenant, user_id: str) -> dict[str, Any]:
    user: User | None = tenant.users.get(user_key(tenant.name, user_id))
    if user is None or not user.faces:
        raise NotFoundError("There is no such user with a face.")
    return tenant.stored_selfie(user.faces[-1].image_key)


def _view(block: Block, now: datetime) -> dict[str, Any]:
    return {
        "id": block.block_id,
        "reason": block.reason,
        "source": block.source.value,
        "created_at": block.created_at.isoformat(),
        "ends_at": block.ends_at.isoformat(),
        "in_force": block.in_force(now),
    }
