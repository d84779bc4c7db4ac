"""Reviews: what the policy referred to somebody, for them to look at and to settle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import texts
from chalicelib.errors import BadRequestError
from chalicelib.model.decision import Verdict
from chalicelib.model.review import Review, Settlement
from chalicelib.model.view import with_messages
from chalicelib.routes import body
from chalicelib.routes.auth import key_of, tenant_auth, tenant_for
from chalicelib.routes.problems import answering
from chalicelib.routes.verifications import answer
from chalicelib.wiring import reviewing, services, settling

blueprint = Blueprint(__name__)

MAX_REASON_LENGTH = 200
MAX_PAGE = 100
DEFAULT_PAGE = 50
_VERDICTS = {"approved": Verdict.APPROVED, "denied": Verdict.DENIED}


@blueprint.route("/v1/reviews", authorizer=tenant_auth)
@answering
def get_reviews() -> Response:
    """The tenant's open reviews, oldest first, a page at a time; `next` is the `after` of the page that follows."""
    tenant = tenant_for(blueprint.current_request)
    asked: Mapping[str, str] = blueprint.current_request.query_params or {}
    most = _page_size(asked)
    found = reviewing.page(tenant, asked.get("after"), most + 1, datetime.now(UTC))
    shown = found[:most]
    following = shown[-1].review_id if len(found) > most else None
    return answer(200, {"reviews": [_view(review) for review in shown], "next": following})


@blueprint.route("/v1/reviews/{review_id}", authorizer=tenant_auth)
@answering
def get_review(review_id: str) -> Response:
    """One review, with the whole decision that referred it and links to its pictures. That you looked is logged."""
    request = blueprint.current_request
    tenant = tenant_for(request)
    seen = reviewing.look(tenant, review_id, key_of(request), datetime.now(UTC))
    return answer(200, _look(review_id, seen))


@blueprint.route("/v1/reviews/{review_id}", methods=["POST"], authorizer=tenant_auth)
@answering
def settle_review(review_id: str) -> Response:
    """Settle a review: approved makes real what the flow does, denied ends it. The same answer however often."""
    services().prepare()
    request = blueprint.current_request
    tenant = tenant_for(request)
    fields = body.read_object(body.sent(request), ("decision", "reason"))
    wanted = texts.text(fields, "decision", 16)
    if wanted not in _VERDICTS:
        raise BadRequestError("wrong-type", "decision must be approved or denied.", "decision")
    settlement = Settlement(key_of(request), texts.text(fields, "reason", MAX_REASON_LENGTH))
    settled = settling.settle(tenant, review_id, _VERDICTS[wanted], settlement, datetime.now(UTC))
    return answer(200, {"id": review_id, "status": "settled", "settlement": _settlement(settled)})


def _page_size(asked: Mapping[str, str]) -> int:
    text = asked.get("limit", str(DEFAULT_PAGE))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_PAGE):
        raise BadRequestError("wrong-type", f"limit must be a whole number from 1 to {MAX_PAGE}.", "limit")
    return int(text)


def _view(review: Review) -> dict[str, Any]:
    return {
        "id": review.review_id,
        "flow": review.flow,
        "user_id": review.user_id,
        "opened_at": review.opened_at.isoformat(),
        "ends_at": review.ends_at.isoformat(),
    }


def _look(review_id: str, seen: reviewing.Look) -> dict[str, Any]:
    links = (seen.links or {}).items()
    return {
        "id": review_id,
        "status": seen.status,
        "ends_at": seen.review.ends_at.isoformat() if seen.review else None,
        "verification": with_messages(seen.verification, services().reason_messages),
        "properties": dict(seen.review.properties) if seen.review else {},
        "pictures": [{"kind": kind, "url": url, "expires_in_s": seen.links_good_for_s} for kind, url in links],
        "settlement": _settlement(seen.settlement) if seen.settlement else None,
    }


def _settlement(decision: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": decision["id"],
        "decision": decision["decision"],
        "decided_at": decision["decided_at"],
        "settled_by": decision["settled_by"],
        "reason": decision.get("settled_because"),
    }
