"""The API's description (OpenAPI 3.1), served as it stands."""

from __future__ import annotations

import json
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.routes import problem_codes
from chalicelib.routes.schemas import decisions, pieces, requests, reviews, state

blueprint = Blueprint(__name__)

_PROBLEMS = {
    "400": "The request's form is wrong, or a picture cannot be used.",
    "401": "No credential.",
    "403": "The credential is not known or lacks the route's scope, or consent is missing.",
    "404": "No such thing for this tenant.",
    "409": "A user, a review or the Idempotency-Key is in another state than this request needs.",
    "413": "More than 10 MB.",
    "415": "Not application/json.",
    "422": "The Idempotency-Key came before with another body.",
    "423": "Locked out after too many failures; see Retry-After.",
    "429": "Too many tries of one user at once, or too many requests of the tenant; see Retry-After.",
    "503": "AWS is unavailable; nothing was approved. See Retry-After.",
}
# API Gateway and Chalice refuse before the app's own code runs: what they answer need not be a problem document.
_REFUSED_BEFORE = {"401", "403", "415", "429"}
_OPEN: dict[str, Any] = {"security": []}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _problem(code: str, text: str) -> dict[str, Any]:
    """With the codes that this status comes with, so that a client knows what it has to reckon with."""
    schema = _reference("Problem")
    if types := problem_codes.types(int(code)):
        schema = {"allOf": [schema, {"properties": {"type": {"enum": types}}}]}
    content = {"application/problem+json": {"schema": schema}}
    return {
        "description": f"{text}\n{problem_codes.told(int(code))}".rstrip(),
        "content": content | (_content(_reference("Refusal")) if code in _REFUSED_BEFORE else {}),
    }


def _operation(
    name: str,
    summary: str,
    answer: dict[str, Any],
    *,
    status: str = "200",
    body: dict[str, Any] | None = None,
    path: dict[str, Any] | None = None,
    links: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One operation: its problems are the same everywhere. `path` are path parameters' schemas, by name."""
    answered: dict[str, Any] = {"description": summary, "content": _content(answer)}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {
            status: answered | ({"links": links} if links else {}),
            **{code: _problem(code, text) for code, text in _PROBLEMS.items()},
        },
    }
    if body:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    if path:
        operation["parameters"] = [
            {"name": parameter, "in": "path", "required": True, "schema": schema} for parameter, schema in path.items()
        ]
    return operation


def _link(operation: str, parameter: str, value: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {parameter: value}}


def _verify() -> dict[str, Any]:
    made, whose = "$response.body#/id", "$response.body#/user_id"
    operation = _operation(
        "verify",
        "Run a flow of the tenant's policy; a denial is a 200 too.",
        _reference("Answer"),
        body=requests.SUBMISSION,
        links={
            "decision": _link("getVerification", "verification_id", made),
            "receipt": _link("getReceipt", "verification_id", made),
            "user": _link("getUser", "user_id", whose),
            "erasure": _link("eraseUser", "user_id", whose),
        },
    )
    header = {"type": "string", "minLength": 1, "maxLength": 255}
    operation["parameters"] = [{"name": "Idempotency-Key", "in": "header", "schema": header}]
    return operation


def _erase_user() -> dict[str, Any]:
    links = {"erasure": _link("getErasure", "erasure_id", "$response.body#/id")}
    operation = _operation(
        "eraseUser",
        "Erase all that is held of a user, and look again.",
        _reference("Erasure"),
        path={"user_id": pieces.USER_ID},
        links=links,
    )
    later = {**operation["responses"]["200"], "description": "It goes on from the queue; Location says where to look."}
    operation["responses"]["202"] = later
    return operation


def _reviews() -> dict[str, Any]:
    first = "$response.body#/reviews/0/id"
    links = {"review": _link("getReview", "review_id", first), "settling": _link("settleReview", "review_id", first)}
    operation = _operation("getReviews", "Open reviews, oldest first.", reviews.REVIEWS, links=links)
    operation["parameters"] = [
        {"name": "after", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 64}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}},
    ]
    return operation


def _paths() -> dict[str, Any]:
    decided, user, block = {"verification_id": pieces.TEXT}, {"user_id": pieces.USER_ID}, {"block_id": pieces.TEXT}
    review = {"review_id": pieces.TEXT}
    unblock = {"removal": _link("unblock", "block_id", "$response.body#/id")}
    uploading, living = "Where to POST a large picture.", "A Face Liveness session for one user."
    return {
        "/v1/verifications": {"post": _verify()},
        "/v1/verifications/{verification_id}": {
            "get": _operation("getVerification", "A decision from the log.", _reference("Decision"), path=decided)
        },
        "/v1/verifications/{verification_id}/receipt": {
            "get": _operation(
                "getReceipt", "A decision's signed entry in the log.", _reference("Receipt"), path=decided
            )
        },
        "/v1/receipts/key": {
            "get": _operation("getReceiptsKey", "The public key of receipts.", decisions.RECEIPTS_KEY)
        },
        "/v1/users/{user_id}": {
            "get": _operation("getUser", "A user's record.", state.USER, path=user),
            "delete": _erase_user(),
        },
        "/v1/erasures/{erasure_id}": {
            "get": _operation(
                "getErasure", "How far an erasure is.", _reference("Erasure"), path={"erasure_id": pieces.TEXT}
            )
        },
        "/v1/reviews": {"get": _reviews()},
        "/v1/reviews/{review_id}": {
            "get": _operation("getReview", "A review with its pictures.", reviews.REVIEW, path=review),
            "post": _operation(
                "settleReview", "Settle a review.", reviews.SETTLED_REVIEW, path=review, body=requests.SETTLING
            ),
        },
        "/v1/blocklist": {
            "get": _operation("getBlocklist", "The tenant's blocked faces.", state.BLOCKS),
            "post": _operation(
                "block", "Block a face.", _reference("Block"), status="201", body=requests.NEW_BLOCK, links=unblock
            ),
        },
        "/v1/blocklist/{block_id}": {
            "delete": _operation("unblock", "Take a face off the blocklist.", state.UNBLOCKED, path=block)
        },
        "/v1/uploads": {
            "post": _operation("createUpload", uploading, state.UPLOAD_PLACE, status="201", body=requests.UPLOAD)
        },
        "/v1/liveness-sessions": {
            "post": _operation("createLiveness", living, state.SESSION, status="201", body=requests.LIVENESS)
        },
        "/v1/policy": {"get": _operation("getPolicy", "The policy in force.", state.POLICY)},
        "/healthz": {"get": _operation("getHealth", "The app runs.", state.HEALTH) | _OPEN},
        "/openapi.json": {"get": _operation("getDescription", "This document.", {"type": "object"}) | _OPEN},
    }


def document() -> dict[str, Any]:
    """The whole document; nothing in it depends on tenant or time."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": "1",
            "description": "A 500 `internal-error`, which no operation announces, is a defect; nothing was approved.",
        },
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Answer": decisions.ANSWER,
                "Decision": decisions.DECISION,
                "Reason": decisions.REASON,
                "Finding": decisions.FINDING,
                "Receipt": decisions.RECEIPT,
                "Block": state.BLOCK,
                "Erasure": state.ERASURE,
                "Problem": pieces.PROBLEM,
                "Refusal": pieces.REFUSAL,
            },
        },
    }


@blueprint.route("/openapi.json")
def openapi() -> Response:
    """The API's description; needs no credential."""
    return Response(json.dumps(document()), {"Content-Type": "application/json"}, 200)
