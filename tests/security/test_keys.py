"""Keys: what each may do, how they are replaced, when they were last used."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app import app
from chalicelib.errors import AwsUnavailableError, ConflictError, NotFoundError
from chalicelib.model.credential import ALL_SCOPES, Scope
from chalicelib.routes.auth import tenant_auth
from chalicelib.routes.scopes import SCOPES
from chalicelib.store.credentials import Credentials
from chalicelib.store.key_uses import EVERY, KeyUses
from tests.aws_server import NAMES, AwsServer, aws_server
from tests.canned import CannedAws
from tests.samples import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    with aws_server() as running:
        yield running


@pytest.fixture
def credentials(server: AwsServer) -> Credentials:
    return Credentials(server.aws, NAMES.table)


@pytest.fixture
def tenant() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


def id_of(token: str) -> str:
    return token.split("_")[1]


def test_a_key_keeps_its_scopes(credentials: Credentials, tenant: str) -> None:
    token = credentials.create(tenant, "front end", NOW, [Scope.VERIFY])
    found = credentials.find(token, NOW)
    assert found is not None and found.scopes == {Scope.VERIFY}
    assert credentials.find(credentials.create(tenant, "all", NOW), NOW).scopes == ALL_SCOPES  # type: ignore[union-attr]


def test_a_rotated_key_admits_until_the_overlap_ends_and_its_successor_has_its_scopes(
    credentials: Credentials, tenant: str
) -> None:
    old = credentials.create(tenant, "front end", NOW, [Scope.VERIFY])
    new = credentials.rotate(id_of(old), NOW, 24 * HOUR)

    assert credentials.find(old, NOW + 23 * HOUR) is not None
    assert credentials.find(old, NOW + 24 * HOUR) is None
    found = credentials.find(new, NOW + 1000 * HOUR)
    assert found is not None and (found.name, found.scopes) == ("front end", {Scope.VERIFY})
    assert {one.key_id: one.ends_at is None for one in credentials.list(tenant)} == {
        id_of(old): False,
        id_of(new): True,
    }


def test_a_key_is_rotated_once_and_a_revoked_one_never(credentials: Credentials, tenant: str) -> None:
    old = credentials.create(tenant, "a", NOW)
    new = credentials.rotate(id_of(old), NOW, HOUR)
    credentials.revoke(id_of(new), NOW)
    for token in (old, new):
        with pytest.raises(ConflictError):
            credentials.rotate(id_of(token), NOW, HOUR)
    with pytest.raises(NotFoundError):
        credentials.rotate("0" * 16, NOW, HOUR)
    assert len(credentials.list(tenant)) == 2


def test_a_revoked_key_is_refused_at_once_where_nothing_is_cached(credentials: Credentials, tenant: str) -> None:
    token = credentials.create(tenant, "a", NOW)
    credentials.rotate(id_of(token), NOW, HOUR)
    credentials.revoke(id_of(token), NOW)
    assert credentials.find(token, NOW) is None


def test_api_gateway_caches_what_the_authorizer_says_for_less_than_a_minute() -> None:
    assert tenant_auth.config.ttl_seconds < 60


def test_neither_new_nor_rotated_secrets_are_kept(server: AwsServer, credentials: Credentials, tenant: str) -> None:
    first = credentials.create(tenant, "a", NOW)
    second = credentials.rotate(id_of(first), NOW, HOUR)
    everything = json.dumps(server.client("dynamodb").scan(TableName=NAMES.table)["Items"], default=str)
    for token in (first, second):
        assert token.split("_", 2)[2] not in everything


def test_the_last_use_is_noted_at_most_every_few_minutes(
    server: AwsServer, credentials: Credentials, tenant: str
) -> None:
    key_id = id_of(credentials.create(tenant, "a", NOW))

    def last_used() -> str | None:
        return credentials.list(tenant)[0].last_used_at

    writes: list[object] = []

    def beside(call: object) -> None:
        writes.append(call)
        call()  # type: ignore[operator]

    uses = KeyUses(credentials, beside)
    uses.note(tenant, key_id, NOW)
    first = last_used()
    uses.note(tenant, key_id, NOW + EVERY / 2)
    assert (first, last_used(), len(writes)) == (NOW.isoformat(timespec="microseconds"), first, 1)
    KeyUses(credentials, beside).note(tenant, key_id, NOW + EVERY / 2)  # another process
    assert (last_used(), len(writes)) == (first, 2)
    uses.note(tenant, key_id, NOW + 2 * EVERY)
    assert datetime.fromisoformat(last_used() or "") == NOW + 2 * EVERY


def test_a_use_that_cannot_be_noted_disturbs_nobody_and_makes_no_key() -> None:
    down = AwsUnavailableError("dynamodb:UpdateItem", "ThrottlingException", "")
    KeyUses(Credentials(CannedAws(update_item=down), "t"), lambda call: call()).note("acme", "0" * 16, NOW)


def test_a_key_of_another_tenant_is_not_noted(server: AwsServer, credentials: Credentials, tenant: str) -> None:
    key_id = id_of(credentials.create(tenant, "a", NOW))
    credentials.used(f"{tenant}-2", key_id, NOW, EVERY)
    assert credentials.list(f"{tenant}-2") == ()


def test_every_route_of_tenants_has_a_scope_and_no_other_is_named() -> None:
    guarded = {
        (method, path)
        for path, methods in app.routes.items()
        for method, entry in methods.items()
        if entry.authorizer is not None
    }
    assert guarded == set(SCOPES)


def test_only_health_and_the_description_are_open() -> None:
    opened = {path for path, methods in app.routes.items() for entry in methods.values() if entry.authorizer is None}
    assert opened == {"/healthz", "/openapi.json"}
