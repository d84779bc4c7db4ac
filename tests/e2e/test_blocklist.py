"""A blocked face is refused whoever it says it is, at no further call, until it is taken off the list."""

from __future__ import annotations

import base64

from sandbox.pictures.people import collins, hopper
from sandbox.pictures.variants import to_jpeg
from tests.e2e.world import Answer, World


def jpeg(person: str) -> str:
    return base64.b64encode(to_jpeg({"hopper": hopper, "collins": collins}[person]())).decode()


def register(world: World, tenant: str, user_id: str, person: str) -> Answer:
    body = {"flow": "register", "user_id": user_id, "selfie": jpeg(person)}
    return world.send("POST", "/v1/verifications", body, key=world.stack.key(tenant))


def test_a_blocked_face_is_refused_until_it_is_taken_off(world: World, own_tenant: str) -> None:
    key, before = world.stack.key(own_tenant), world.kept()

    def send(method: str, path: str, body: object = None) -> Answer:
        return world.send(method, path, body, key=key)

    made = send("POST", "/v1/blocklist", {"selfie": jpeg("hopper"), "reason": "chargebacks", "days": 30})
    assert (made.status, made.body["in_force"]) == (201, True)
    assert [one["id"] for one in send("GET", "/v1/blocklist").body["blocks"]] == [made.body["id"]]

    refused = register(world, own_tenant, "hopper again", "hopper")
    assert [reason["code"] for reason in refused.body["reasons"]] == ["face_blocked"]
    assert register(world, own_tenant, "somebody else", "collins").body["decision"] == "approved"
    assert send("DELETE", "/v1/users/somebody else").status == 200

    assert send("DELETE", f"/v1/blocklist/{made.body['id']}").status == 200
    assert send("DELETE", f"/v1/blocklist/{made.body['id']}").status == 404
    assert world.kept()["faces"] == before["faces"]
    assert register(world, own_tenant, "hopper again", "hopper").body["decision"] == "approved"
    assert send("DELETE", "/v1/users/hopper again").status == 200


def test_a_registered_users_face_is_blocked_by_user_and_by_verification(world: World, own_tenant: str) -> None:
    key = world.stack.key(own_tenant)
    registered = register(world, own_tenant, "mallory", "hopper")
    sources = ({"user_id": "mallory"}, {"verification_id": registered.body["id"]})
    made = [world.send("POST", "/v1/blocklist", {**source, "reason": "fraud"}, key=key) for source in sources]
    assert [one.status for one in made] == [201, 201]
    assert world.send("DELETE", "/v1/users/mallory", key=key).status == 200

    refused = register(world, own_tenant, "alice", "hopper")
    assert [reason["code"] for reason in refused.body["reasons"]] == ["face_blocked"]
    for one in made:
        assert world.send("DELETE", f"/v1/blocklist/{one.body['id']}", key=key).status == 200


def test_blocks_that_cannot_be_are_refused_and_leave_nothing(world: World, own_tenant: str) -> None:
    key, before = world.stack.key(own_tenant), world.kept()
    nobody = base64.b64encode(to_jpeg(hopper().crop((0, 0, 100, 100)))).decode()
    wrong = {
        "one-face": {"reason": "x"},
        "missing-field": {"selfie": nobody},
        "no-face": {"selfie": nobody, "reason": "x"},
        "wrong-type": {"selfie": nobody, "reason": "x", "days": 0},
        "not-found": {"user_id": "nobody", "reason": "x"},
    }
    for code, body in wrong.items():
        assert world.send("POST", "/v1/blocklist", body, key=key).code == code
    assert world.kept() == before
    other = world.send("POST", "/v1/blocklist", {"user_id": "x", "reason": "x"}, key=world.new_key("a-stranger"))
    assert other.status == 404
