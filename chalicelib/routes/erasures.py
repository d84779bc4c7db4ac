"""Erasing users: at once if it can be, else from the queue; and where to see how far it is."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.errors import AwsError, ConflictError, NotFoundError
from chalicelib.model.erasure import Erasure
from chalicelib.model.submission import user_key
from chalicelib.routes.auth import tenant_auth, tenant_for
from chalicelib.routes.path import path_name
from chalicelib.routes.problems import answering
from chalicelib.routes.verifications import answer
from chalicelib.wiring import Tenant, erasing

blueprint = Blueprint(__name__)
_log = logging.getLogger(__name__)


@blueprint.route("/v1/users/{user_id}", methods=["DELETE"], authorizer=tenant_auth)
@answering
def erase_user(user_id: str) -> Response:  # noqa: ARG001 - see path_name
    """Erase all that is held of a user. The answer has the signed receipt, or (202) says where it will be."""
    request, now = blueprint.current_request, datetime.now(UTC)
    tenant = tenant_for(request)
    erasure = erasing.request_erasure(tenant, user_key(tenant.name, path_name(request)), now)
    if erasure is None:
        raise NotFoundError("There is no such user.")
    return _answer(_tried(tenant, erasure, now))


@blueprint.route("/v1/erasures/{erasure_id}", authorizer=tenant_auth)
@answering
def get_erasure(erasure_id: str) -> Response:
    """How far an erasure is; its receipt once it is done."""
    return answer(200, _view(tenant_for(blueprint.current_request).erasures.get(erasure_id)))


def _tried(tenant: Tenant, erasure: Erasure, now: datetime) -> Erasure:
    try:
        return erasing.erase(tenant, erasure.erasure_id, now)
    except (AwsError, ConflictError) as error:
        _log.warning("erasure %s goes on from the queue: %s", erasure.erasure_id, getattr(error, "code", ""))
    try:
        erasing.erase_later(tenant, erasure.erasure_id)
    except AwsError as error:  # the sweep finds it
        _log.warning("erasure %s waits for the sweep: %s", erasure.erasure_id, error.code)
    return erasure


def _answer(erasure: Erasure) -> Response:
    response = answer(200 if erasure.receipt else 202, _view(erasure))
    response.headers["Location"] = f"/v1/erasures/{erasure.erasure_id}"
    return response


def _view(erasure: Erasure) -> dict[str, Any]:
    """`found` is how much there was, by kind. None of it is left once the erasure is done."""
    return {
        "id": erasure.erasure_id,
        "status": "done" if erasure.receipt else "running",
        "requested_at": erasure.requested_at.isoformat(),
        "found": dict(erasure.found),
        "receipt": erasure.receipt.as_json() if erasure.receipt else None,
    }
