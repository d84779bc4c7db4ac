"""Erasing a user leaves no face, no picture and no record, and the face may register again."""

from __future__ import annotations

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

    assert (receipt["faces"], receipt["pictures"]) == (1, 1)
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
