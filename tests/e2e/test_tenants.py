"""No data without a credential, and none of another tenant with one."""

from __future__ import annotations

import pytest

from cli.client import ProblemError
from cli.demo.pictures import DemoPictures
from cli.request import Pictures, Request, body_of
from tests.e2e.world import World

GUARDED = (
    ("POST", "/v1/verifications"),
    ("GET", "/v1/verifications/0"),
    ("GET", "/v1/users/ada"),
    ("POST", "/v1/uploads"),
    ("POST", "/v1/liveness-sessions"),
    ("GET", "/v1/policy"),
)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_without_a_credential_nothing_is_reached(world: World, method: str, path: str) -> None:
    body: dict[str, str] | None = {} if method == "POST" else None

    assert world.send(method, path, body).status == 401
    assert world.send(method, path, body, key="cs_0123456789abcdef_" + "0" * 64).status in (401, 403)


@pytest.mark.parametrize("credential", ["Basic YTpi", "Bearer", "Bearer ", "bearer x y z", "cs_1_2", "Bearer cs__"])
def test_a_malformed_credential_is_refused(world: World, credential: str) -> None:
    assert world.send("GET", "/v1/policy", headers={"Authorization": credential}).status in (401, 403)


def test_a_revoked_key_is_refused(world: World) -> None:
    key = world.new_key("acme")
    assert world.send("GET", "/v1/policy", key=key).status == 200

    world.revoke(key)

    assert world.send("GET", "/v1/policy", key=key).status == 403


def test_a_tenant_sees_nothing_of_another(world: World, pictures: DemoPictures) -> None:
    """The same user id and the same face, at two tenants: neither knows of the other."""
    mine, theirs = world.client("baseline"), world.client("acme")
    registered = mine.verify(body_of(Request("register", "shared-name", Pictures(pictures.collins)), mine))
    assert registered["decision"] == "approved"

    with pytest.raises(ProblemError, match="404"):
        theirs.user("shared-name")
    with pytest.raises(ProblemError, match="404"):
        theirs.verification(registered["id"])
    posing = Request("authenticate", "shared-name", Pictures(pictures.collins), consent="1")
    assert theirs.verify(body_of(posing, theirs))["decision"] == "denied"
    own = Request("register", "own-name", Pictures(pictures.collins), consent="1")
    assert theirs.verify(body_of(own, theirs))["decision"] == "approved"
