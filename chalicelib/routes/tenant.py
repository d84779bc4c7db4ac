"""What a tenant can look at: its users, its policy; and what anyone can: health."""

from __future__ import annotations

from datetime import UTC, datetime

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFoundError
from chalicelib.model.policy import AnyOf, Flow
from chalicelib.model.submission import user_key
from chalicelib.model.user import User, UserStatus
from chalicelib.model.view import consent_view
from chalicelib.routes.auth import tenant_auth, tenant_for
from chalicelib.routes.path import path_name
from chalicelib.routes.problems import answering
from chalicelib.routes.verifications import answer

blueprint = Blueprint(__name__)


def _wanted_user() -> User:
    """Raises NotFoundError."""
    request = blueprint.current_request
    tenant = tenant_for(request)
    user = tenant.users.get(user_key(tenant.name, path_name(request)))
    if user is None or user.status in (UserStatus.PENDING, UserStatus.ERASING):
        raise NotFoundError("There is no such user.")
    return user.at(datetime.now(UTC))


@blueprint.route("/v1/users/{user_id}", authorizer=tenant_auth)
@answering
def get_user(user_id: str) -> Response:  # noqa: ARG001 - see _wanted_user
    """A user's record, without pictures."""
    user = _wanted_user()
    return answer(
        200,
        {
            "user_id": user.user_id,
            "status": user.status.value,
            "faces": len(user.faces),
            "properties": {**user.properties, **user.fields},
            "deferred": _deferred(user),
            "consent": consent_view(user.consent),
            "created_at": user.created_at.isoformat() if user.created_at else None,
            "last_authenticated_at": user.last_authenticated_at.isoformat() if user.last_authenticated_at else None,
        },
    )


def _deferred(user: User) -> dict[str, object] | None:
    """What is still to be judged of the user's registration."""
    if user.deferred is None:
        return None
    deferred = user.deferred
    return {
        "steps": list(deferred.steps),
        "verification_id": deferred.verification_id,
        "since": deferred.since.isoformat(),
    }


@blueprint.route("/v1/policy", authorizer=tenant_auth)
@answering
def get_policy() -> Response:
    """The policy in force: its digest, its flows, and what each asks of a request."""
    tenant = tenant_for(blueprint.current_request)
    policy = tenant.policy()
    return answer(
        200,
        {
            "tenant": policy.tenant,
            "digest": policy.digest,
            "execution": policy.execution.value,
            "consent_required": policy.consent_required,
            "flows": {
                name: {
                    "steps": _steps(flow),
                    "effects": list(flow.effects),
                    "inputs": list(tenant.inputs_of(flow)),
                }
                for name, flow in policy.flows.items()
            },
        },
    )


def _steps(flow: Flow) -> list[object]:
    return [
        {"any_of": [branch.check for branch in step.branches]} if isinstance(step, AnyOf) else step.check
        for step in flow.steps
    ]


@blueprint.route("/healthz")
@answering
def healthz() -> Response:
    """The app runs. Says nothing of AWS or of any tenant."""
    return answer(200, {"status": "ok"})
