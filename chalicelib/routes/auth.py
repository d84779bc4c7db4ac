"""Bearer credentials: who calls, and so which tenant. Nothing in a request can change that."""

from __future__ import annotations

from chalice.app import AuthRequest, AuthResponse, Blueprint, Request

from chalicelib.wiring import services

blueprint = Blueprint(__name__)


@blueprint.authorizer(ttl_seconds=30)
def tenant_auth(request: AuthRequest) -> AuthResponse:
    """Admit a known credential to all routes; anything else to none (403)."""
    kind, _, token = request.token.partition(" ")
    credential = services().credentials.find(token.strip()) if kind.lower() == "bearer" else None
    if credential is None:
        return AuthResponse(routes=[], principal_id="unknown")
    return AuthResponse(routes=["*"], principal_id=credential.key_id, context={"tenant": credential.tenant})


def tenant_of(request: Request) -> str:
    """The tenant that the authorizer found. Raises KeyError if there was no authorizer: no data without one."""
    return str(request.context["authorizer"]["tenant"])
