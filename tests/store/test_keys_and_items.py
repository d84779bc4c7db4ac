"""Credentials, and values as items."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import AwsUnavailableError, NotFoundError
from chalicelib.store.credentials import Credentials
from chalicelib.store.items import Table, _pack, _unpack, key, stamp
from tests.aws_server import NAMES, AwsServer
from tests.canned import CannedAws
from tests.samples import NOW


@pytest.fixture
def credentials(server: AwsServer) -> Credentials:
    return Credentials(server.aws, NAMES.table)


def test_a_token_tells_the_tenant_until_it_is_revoked(credentials: Credentials, tenant: str) -> None:
    token, other = credentials.create(tenant, "first", NOW), credentials.create(tenant, "second", NOW)
    found = credentials.find(token, NOW)
    assert found is not None and (found.tenant, found.name) == (tenant, "first")
    credentials.revoke(found.key_id, NOW)
    credentials.revoke(found.key_id, NOW + timedelta(days=1))
    assert credentials.find(token, NOW) is None
    assert credentials.find(other, NOW) is not None
    assert {one.name: one.revoked_at for one in credentials.list(tenant)} == {"first": stamp(NOW), "second": None}
    assert credentials.list(f"{tenant}-2") == ()
    with pytest.raises(NotFoundError):
        credentials.revoke("0" * 16, NOW)


def test_no_other_text_is_a_token(credentials: Credentials, tenant: str) -> None:
    token, other = credentials.create(tenant, "a", NOW), credentials.create(tenant, "b", NOW)
    mixed = f"{token[:20]}{other[20:]}"
    for text in ("", "cs__", token[:-1], token + "A", token.upper(), f" {token}", token[:-43] + "A" * 43, mixed):
        assert credentials.find(text, NOW) is None


def test_the_secret_is_not_kept(server: AwsServer, credentials: Credentials, tenant: str) -> None:
    token = credentials.create(tenant, "a", NOW)
    everything = server.client("dynamodb").scan(TableName=NAMES.table)["Items"]
    assert token.split("_", 2)[2] not in json.dumps(everything, default=str)


@pytest.mark.parametrize("tenant", ["", "a#b", "a/b", "A", "-a", "a" * 64, "a\n"])
def test_a_tenants_name_cannot_hold_anothers_prefix(credentials: Credentials, tenant: str) -> None:
    with pytest.raises(ValueError, match="no tenant name"):
        credentials.create(tenant, "x", NOW)
    with pytest.raises(ValueError, match="no tenant name"):
        key(tenant, "U", "x", "USER")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text()
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 9)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_values_come_back_as_they_went(value: Any) -> None:
    assert _unpack(_pack({"value": value})) == {"value": value}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_becomes_null(value: float) -> None:
    assert _unpack(_pack({"value": [value]})) == {"value": [None]}


def test_unread_items_are_asked_for_again_and_never_taken_for_missing() -> None:
    unread = {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [_pack({"pk": "a", "sk": "b"})]}}}
    answers = iter([unread, unread, {"Responses": {"t": [_pack({"pk": "a"})]}}])
    wheres = [{"pk": "a", "sk": "b"}]
    assert Table(CannedAws(batch_get_item=lambda _: next(answers)), "t").get_many(wheres) == [{"pk": "a"}]
    with pytest.raises(AwsUnavailableError):
        Table(CannedAws(batch_get_item=unread), "t").get_many(wheres)
