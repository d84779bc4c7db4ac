"""DynamoDB's attribute values, held against boto3's own idea of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.policy import Execution
from chalicelib.store.attributes import pack, unpack

PLAIN = st.none() | st.booleans() | st.text() | st.integers(-(10**30), 10**30) | st.binary()
NESTED = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(NESTED)
def test_packed_as_boto3_packs_it_and_back(value: Any) -> None:
    assert pack(value) == TypeSerializer().serialize(value)
    assert unpack(pack(value)) == value


@given(st.just(0.0) | st.floats(1e-100, 1e15) | st.floats(-1e15, -1e-100))
def test_a_float_stays_the_float_it_was(value: float) -> None:
    packed = pack(value)
    assert Decimal(repr(value)) == TypeDeserializer().deserialize(packed)
    assert unpack(packed) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_finite_number_is_kept_as_nothing(value: float) -> None:
    assert unpack(pack({"yaw_deg": value})) == {"yaw_deg": None}


def test_names_and_sequences_are_plain() -> None:
    assert pack((Execution.FASTEST, True, 1)) == {"L": [{"S": "fastest"}, {"BOOL": True}, {"N": "1"}]}


def test_what_has_no_place_there_is_refused() -> None:
    with pytest.raises(TypeError, match="object cannot be kept"):
        pack(object())
