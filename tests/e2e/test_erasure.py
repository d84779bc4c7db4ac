"""Erasing a user leaves no face, no picture and no record, and the face may register again."""

from __future__ import annotations

import time

import pytest

from chalicelib.model.submission import user_key
from cli.client import ProblemError
from cli.request import Pictures, Request, body_of
from sandbox.pictures.people import hopper
from sandbox.pictures.variants import to_jpeg
from tests.e2e.world import World


def test_an_erased_user_is_gone_and_the_others_stay(world: World, own_tenant: str) -> None:
    client = world.client(own_tenant)
    key = user_key(own_tenant, "to be erased / é")

    def register(user_id: str) -> str:
        request = Request("register", user_id, Pictures(to_jpeg(hopper())))
        return str(client.verify(body_of(request, client))["decision"])

    before = world.kept()
    assert register("to be erased / é") == "approved"
    receipt = client.delete_user("to be erased / é")

    assert receipt["status"] == "done"
    assert (receipt["found"]["faces"], receipt["found"]["pictures"]) == (1, 1)
    assert client.erasure(receipt["id"]) == receipt
    after = world.kept()
    assert after["faces"] == before["faces"]
    assert after["pictures"] == before["pictures"]
    assert not [item for item in after["items"] if key in item]
    with pytest.raises(ProblemError, match="404"):
        client.user("to be erased / é")
    with pytest.raises(ProblemError, match="404"):
        client.delete_user("to be erased / é")
    assert register("somebody new") == "approved"
    client.delete_user("somebody new")


def test_a_partial_failure_is_finished_by_the_queue_and_told_where_to_look(world: World, own_tenant: str) -> None:
    client = world.client(own_tenant)
    selfie = Request("register", "half erased", Pictures(to_jpeg(hopper())))
    assert client.verify(body_of(selfie, client))["decision"] == "approved"
    world.set_fault({"operation": "rekognition:DeleteFaces", "kind": "partial_delete"})
    try:
        answer = world.send("DELETE", "/v1/users/half%20erased", key=world.stack.key(own_tenant))
        assert (answer.status, answer.body["status"], answer.body["receipt"]) == (202, "running", None)
        where = answer.headers["Location"]
    finally:
        world.set_fault(None)

    deadline_s = time.monotonic() + 150
    while (now := world.send("GET", where, key=world.stack.key(own_tenant))).body["status"] != "done":
        assert time.monotonic() < deadline_s, now.body
        time.sleep(1)
    assert now.body["receipt"]["entry"]["kind"] == "user_erased"
    with pytest.raises(ProblemError, match="404"):
        client.user("half erased")
