"""A key does what its scopes say and nothing else, on every route."""

from __future__ import annotations

import pytest

from chalicelib.model.credential import ALL_SCOPES, Scope
from chalicelib.routes.scopes import SCOPES
from tests.e2e.world import World

ROUTES = sorted((method, path, scope) for (method, path), scope in SCOPES.items())


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_a_key_without_the_scope_is_refused_before_anything_is_read(
    world: World, method: str, path: str, scope: Scope
) -> None:
    others = world.new_key("baseline", ALL_SCOPES - {scope})
    answer = world.send(method, path, {} if method == "POST" else None, key=others)

    assert (answer.status, answer.code) == (403, "scope-missing")
    assert answer.headers["Content-Type"] == "application/problem+json"

    only = world.new_key("baseline", {scope})
    assert world.send(method, path, {} if method == "POST" else None, key=only).code != "scope-missing"


def test_a_key_that_was_used_says_so(world: World) -> None:
    key = world.new_key("baseline")
    world.send("GET", "/v1/policy", key=key)
    world.wait_until(lambda: world.key_of(key).last_used_at is not None)
