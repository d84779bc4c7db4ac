"""Bearer credentials: who calls, and so which tenant. Nothing in a request can change that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import AuthRequest, AuthResponse, Blueprint, Request

from chalicelib import logs
from chalicelib.errors import ScopeMissingError
from chalicelib.model.deadline import Deadline
from chalicelib.routes.scopes import SCOPES
from chalicelib.wiring import Tenant, services
from chalicelib.wiring.shared import REQUEST_BUDGET_S

blueprint = Blueprint(__name__)


@blueprint.authorizer(ttl_seconds=30)
def tenant_auth(request: AuthRequest) -> dict[str, Any]:
    """Admit a known credential to all routes, whose scopes `tenant_of` then asks for; anything else to none (403).

    The answer is cached for `ttl_seconds`: so long a revoked credential may still be admitted.

    With the tenant goes the API key by which API Gateway counts: the usage plan's limits are the tenant's.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    """
    kind, _, token = request.token.partition(" ")
    credential = services().credentials.find(token.strip(), datetime.now(UTC)) if kind.lower() == "bearer" else None
    if credential is None:
        return AuthResponse(routes=[], principal_id="unknown").to_dict(request)
    caller = {"tenant": credential.tenant, "key_id": credential.key_id, "scopes": " ".join(sorted(credential.scopes))}
    admitted = AuthResponse(routes=["*"], principal_id=credential.key_id, context=caller)
    return {**admitted.to_dict(request), "usageIdentifierKey": services().usage_key(credential.tenant)}


def tenant_for(request: Request) -> Tenant:
    """The caller's tenant, with the time that this request has. Raises like `tenant_of`."""
    return services().tenant(tenant_of(request), Deadline.after(REQUEST_BUDGET_S))


def key_of(request: Request) -> str:
    """The id of the key that calls: no secret."""
    return str(request.context["authorizer"]["key_id"])


def tenant_of(request: Request) -> str:
    """The tenant that the authorizer found, if its key may use this route.

    Raises ScopeMissingError; KeyError if there was no authorizer or the route has no scope: no data without them.
    """
    caller = request.context["authorizer"]
    logs.name(caller["tenant"], request.context.get("requestId"))
    needed = SCOPES[request.context["httpMethod"], request.context["resourcePath"]]
    if needed not in caller["scopes"].split():
        raise ScopeMissingError(f"This needs a key with the scope {needed}; this key has {caller['scopes']}.")
    services().key_uses.note(caller["tenant"], caller["key_id"], datetime.now(UTC))
    return str(caller["tenant"])
