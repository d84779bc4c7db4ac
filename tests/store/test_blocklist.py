"""The blocklist: a face counts from when it is indexed until its block ends, for its tenant alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.errors import NotFoundError
from chalicelib.model.block import Block, BlockSource
from chalicelib.store.blocklist import Blocklist
from tests.aws_server import NAMES, AwsServer
from tests.samples import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def blocklist(server: AwsServer, tenant: str) -> Blocklist:
    return Blocklist(server.aws, NAMES.table, tenant)


def block(block_id: str, days: int = 10) -> Block:
    return Block(block_id, "chargebacks", BlockSource.USER, "test-0", NOW, NOW + timedelta(days=days))


def blocked(blocklist: Blocklist, block_id: str, face_id: str, days: int = 10) -> None:
    blocklist.add(block(block_id, days))
    blocklist.activate(block(block_id, days), face_id)


def test_a_block_counts_from_its_face_to_its_end(blocklist: Blocklist) -> None:
    blocklist.add(block("b1"))
    assert blocklist.faces_in_force(["b1"], LATER) == {}
    blocklist.activate(block("b1"), "f1")
    assert blocklist.faces_in_force(["b1", "unknown", "b1"], LATER) == {"b1": "f1"}
    assert blocklist.faces_in_force(["b1"], NOW + timedelta(days=10)) == {}


def test_an_ended_block_stays_until_its_face_is_gone(blocklist: Blocklist) -> None:
    blocked(blocklist, "b1", "f1")
    assert blocklist.end("b1", LATER).face_id == "f1"
    assert blocklist.faces_in_force(["b1"], LATER) == {}
    assert [one.block_id for one in blocklist.list()] == ["b1"]
    blocklist.remove("b1")
    blocklist.remove("b1")
    assert blocklist.list() == ()
    with pytest.raises(NotFoundError):
        blocklist.end("b1", LATER)


def test_a_block_that_was_removed_meanwhile_gets_no_face(blocklist: Blocklist) -> None:
    blocklist.add(block("b1"))
    blocklist.remove("b1")
    with pytest.raises(NotFoundError):
        blocklist.activate(block("b1"), "f1")
    assert blocklist.get("b1") is None


def test_another_tenants_blocks_are_not_there(server: AwsServer, blocklist: Blocklist, tenant: str) -> None:
    blocked(blocklist, "b1", "f1")
    other = Blocklist(server.aws, NAMES.table, f"{tenant}-2")
    assert (other.faces_in_force(["b1"], LATER), other.list(), other.get("b1")) == ({}, (), None)
    with pytest.raises(NotFoundError):
        other.end("b1", LATER)
