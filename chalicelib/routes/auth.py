"""Bearer credentials: who calls, and so which tenant. Nothing in a request can change that."""

from __future__ import annotations

from typing import Any

from chalice.app import AuthRequest, AuthResponse, Blueprint, Request

from chalicelib.wiring import services

blueprint = Blueprint(__name__)


@blueprint.authorizer(ttl_seconds=30)
def tenant_auth(request: AuthRequest) -> dict[str, Any]:
    """Admit a known credential to all routes; anything else to none (403).

    With the tenant goes the API key by which API Gateway counts: the usage plan's limits are the tenant's.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    """
    kind, _, token = request.token.partition(" ")
    credential = services().credentials.find(token.strip()) if kind.lower() == "bearer" else None
    if credential is None:
        return AuthResponse(routes=[], principal_id="unknown").to_dict(request)
    admitted = AuthResponse(routes=["*"], principal_id=credential.key_id, context={"tenant": credential.tenant})
    return {**admitted.to_dict(request), "usageIdentifierKey": services().usage_key(credential.tenant)}


def tenant_of(request: Request) -> str:
    """The tenant that the authorizer found. Raises KeyError if there was no authorizer: no data without one."""
    return str(request.context["authorizer"]["tenant"])
