"""Verifications, and what goes with them: uploads and liveness sessions."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import logs, texts
from chalicelib.errors import AwsError, BadRequestError, CountersignError, NotFoundError
from chalicelib.model.decision import Verdict
from chalicelib.model.deferred import deferred_decision_id
from chalicelib.model.disclosure import applicant_view
from chalicelib.model.images import MAX_IMAGE_BYTES
from chalicelib.model.log import ALGORITHM
from chalicelib.model.submission import Submission, user_key
from chalicelib.model.view import decision_view, with_messages
from chalicelib.routes import body
from chalicelib.routes.auth import tenant_auth, tenant_for, tenant_of
from chalicelib.routes.problems import answering
from chalicelib.store.idempotency import Claim
from chalicelib.wiring import Tenant, reviewing, services

blueprint = Blueprint(__name__)

_FIELDS = ("flow", "user_id", "selfie", "id_card", "id_card_back", "properties", "consent", "liveness_session")


def answer(status: int, content: dict[str, Any]) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(json.dumps(content), headers, status)


def _tenant() -> Tenant:
    return tenant_for(blueprint.current_request)


@blueprint.route("/v1/verifications", methods=["POST"], authorizer=tenant_auth)
@answering
def verify() -> Response:
    """Run a flow of the tenant's policy on a submission; the answer is what the policy discloses of the decision."""
    services().prepare()
    request, tenant, now = blueprint.current_request, _tenant(), datetime.now(UTC)
    raw, key, verification_id = body.sent(request), request.headers.get("idempotency-key"), uuid.uuid4().hex
    if key is None:
        return answer(200, _verify(raw, tenant, verification_id, now))
    if not 1 <= len(key) <= 255:
        raise BadRequestError("idempotency-key", "Idempotency-Key has 1 to 255 characters.")
    claim = tenant.idempotency.begin(key, body.digest(raw), verification_id, now)
    if claim.answered:
        return answer(200, _disclosed(tenant.decisions.get(claim.verification_id, now), tenant))
    return answer(200, _run(key, claim, raw, tenant, now))


def _run(key: str, claim: Claim, raw_body: str | bytes, tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Run the request, or find what an attempt before it had decided."""
    try:
        decided = _decided(claim.verification_id, tenant, now) if claim.again else None
        decision = decided or _verify(raw_body, tenant, claim.verification_id, now)
    except CountersignError as error:
        if isinstance(error, AwsError):
            tenant.idempotency.suspend(key, claim.verification_id)
        else:  # nothing was decided, and nothing is kept
            tenant.idempotency.release(key, claim.verification_id)
        raise
    tenant.idempotency.finish(key, claim.verification_id, now)
    return decision


def _decided(verification_id: str, tenant: Tenant, now: datetime) -> dict[str, Any] | None:
    try:
        return _disclosed(tenant.decisions.get(verification_id, now), tenant)
    except NotFoundError:
        return None


def _verify(raw_body: str | bytes, tenant: Tenant, verification_id: str, now: datetime) -> dict[str, Any]:
    fields = body.read_object(raw_body, _FIELDS)
    flow, user_id = texts.text(fields, "flow", 64), texts.text(fields, "user_id", texts.MAX_USER_ID_LENGTH)
    logs.name(work=verification_id)
    with tenant.uploads.lent_to(verification_id, now) as take_upload:
        submission = Submission(
            verification_id=verification_id,
            tenant=tenant.name,
            flow=flow,
            user_id=user_id,
            received_at=now,
            properties=texts.properties(fields),
            consent=body.consent(fields, now),
            liveness_session=texts.optional_text(fields, "liveness_session", 128),
            selfie=body.image(fields, "selfie", take_upload),
            id_card=body.image(fields, "id_card", take_upload),
            id_card_back=body.image(fields, "id_card_back", take_upload),
        )
        return _disclosed(decision_view(tenant.verify(submission)), tenant)


def _disclosed(view: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    return applicant_view(
        with_messages(view, services().reason_messages), tenant.policy().disclose, services().plugins.scoring_checks
    )


@blueprint.route("/v1/verifications/{verification_id}", authorizer=tenant_auth)
@answering
def get_verification(verification_id: str) -> Response:
    """A decision from the decision log; with what became of its deferred steps, or of its review, if it has any."""
    tenant, now = _tenant(), datetime.now(UTC)
    view = with_messages(tenant.decisions.get(verification_id, now), services().reason_messages)
    if view["deferred"]:
        view["deferred_decision"] = _second(deferred_decision_id(verification_id), tenant, now)
    if view["decision"] == Verdict.REVIEW:
        view["review"] = reviewing.status_of(tenant, verification_id, now)
    return answer(200, view)


def _second(decision_id: str, tenant: Tenant, now: datetime) -> dict[str, str]:
    try:
        return {"id": decision_id, "decision": tenant.decisions.get(decision_id, now)["decision"]}
    except NotFoundError:
        return {"id": decision_id, "decision": "open"}


@blueprint.route("/v1/verifications/{verification_id}/receipt", authorizer=tenant_auth)
@answering
def get_receipt(verification_id: str) -> Response:
    """The decision's signed entry in the log: proves offline what was decided; `countersign verify-receipt` does it."""
    return answer(200, _tenant().decisions.receipt(verification_id, datetime.now(UTC)).as_json())


@blueprint.route("/v1/receipts/key", authorizer=tenant_auth)
@answering
def get_receipts_key() -> Response:
    """The public key that receipts are verified with."""
    tenant_of(blueprint.current_request)
    key = services().signer.public_key
    return answer(200, {"algorithm": ALGORITHM, "key_id": key.key_id, "pem": key.pem})


@blueprint.route("/v1/uploads", methods=["POST"], authorizer=tenant_auth)
@answering
def create_upload() -> Response:
    """Where to POST a picture that does not fit in a request: bound to this tenant, type and size, single use."""
    tenant = _tenant()
    fields = body.read_object(body.sent(blueprint.current_request), ("content_type", "size_bytes"))
    content_type, size_bytes = texts.text(fields, "content_type", 64), fields.get("size_bytes")
    if content_type not in ("image/jpeg", "image/png"):
        raise BadRequestError("image-wrong-type", "content_type must be image/jpeg or image/png.", "content_type")
    if type(size_bytes) is not int or not 1 <= size_bytes <= MAX_IMAGE_BYTES:
        raise BadRequestError("image-too-large", f"size_bytes must be from 1 to {MAX_IMAGE_BYTES:,}.", "size_bytes")
    return answer(201, tenant.uploads.create(content_type, size_bytes, datetime.now(UTC)))


@blueprint.route("/v1/liveness-sessions", methods=["POST"], authorizer=tenant_auth)
@answering
def create_liveness_session() -> Response:
    """A Face Liveness session for one user, good for one verification within three minutes."""
    tenant = _tenant()
    fields = body.read_object(body.sent(blueprint.current_request), ("user_id",))
    user_id = texts.text(fields, "user_id", texts.MAX_USER_ID_LENGTH)
    session_id = tenant.create_liveness_session(user_key(tenant.name, user_id), datetime.now(UTC))
    return answer(201, {"session_id": session_id, "expires_in_s": 180})
