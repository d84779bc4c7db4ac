"""People who register one face at the same moment: exactly one of them is registered, nothing of the others stays."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from sandbox.pictures.people import hopper
from sandbox.pictures.variants import to_jpeg
from tests.e2e.world import Answer, World


@pytest.mark.parametrize("rivals", [2, 4])
def test_one_face_under_several_ids_ends_with_one_user(world: World, own_tenant: str, rivals: int) -> None:
    key, before = world.stack.key(own_tenant), world.kept()
    selfie = base64.b64encode(to_jpeg(hopper())).decode()
    together = Barrier(rivals)

    def register(number: int) -> Answer:
        body = {"flow": "register", "user_id": f"rival-{rivals}-{number}", "selfie": selfie}
        together.wait()
        return world.send("POST", "/v1/verifications", body, key=key)

    with ThreadPoolExecutor(rivals) as pool:
        answers = list(pool.map(register, range(rivals)))

    winners = [answer for answer in answers if answer.body.get("decision") == "approved"]
    losers = [answer for answer in answers if answer not in winners]
    assert len(winners) == 1, [answer.body for answer in answers]
    for loser in losers:
        assert loser.body.get("decision") == "denied" or (loser.status, loser.code) == (409, "face-taken")
    after = world.kept()
    assert len(after["faces"]) == len(before["faces"]) + 1
    assert len(after["pictures"]) == len(before["pictures"]) + 1

    erased = world.send("DELETE", f"/v1/users/{winners[0].body['user_id']}", key=key)
    assert (erased.status, world.kept()["faces"]) == (200, before["faces"])


def test_one_user_id_is_registered_once(world: World, own_tenant: str) -> None:
    key, selfie = world.stack.key(own_tenant), base64.b64encode(to_jpeg(hopper())).decode()
    together = Barrier(4)

    def register(_: int) -> Answer:
        together.wait()
        body = {"flow": "register", "user_id": "the-same", "selfie": selfie}
        return world.send("POST", "/v1/verifications", body, key=key)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(register, range(4)))

    assert [answer.body.get("decision") for answer in answers].count("approved") == 1
    assert {answer.status for answer in answers} <= {200, 409}
    assert world.send("DELETE", "/v1/users/the-same", key=key).body["found"]["faces"] == 1
