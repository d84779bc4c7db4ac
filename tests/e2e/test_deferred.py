"""Deferred steps on real pictures: registered at once, judged from the queue, completed or rolled back."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from cli.demo.pictures import DemoPictures
from tests.e2e.world import Answer, World

POLICY = """
extends: baseline
flows:
  register_with_id_card:
    defer: {document_type: true, document_not_expired: true, minimum_age: true, required_fields: true,
            mrz_consistent: true}
  register_the_old:
    steps:
      - check: face_count
      - check: duplicate_face
        with: {FaceMatchThreshold: 97}
      - check: minimum_age
        with: {min_years: 120}
        defer: true
    effects: [store_images, index_face, save_user]
"""
DECIDED_WITHIN_S = 90


def send(world: World, tenant: str, flow: str, user_id: str, pictures: dict[str, bytes]) -> Answer:
    encoded = {name: base64.b64encode(picture).decode() for name, picture in pictures.items()}
    return world.send(
        "POST", "/v1/verifications", {"flow": flow, "user_id": user_id, **encoded}, key=world.stack.key(tenant)
    )


def get(world: World, tenant: str, path: str) -> dict[str, Any]:
    return world.send("GET", path, key=world.stack.key(tenant)).body


def decided(world: World, tenant: str, verification_id: str) -> dict[str, Any]:
    """The second decision, once the worker has made it."""
    deadline_s = time.monotonic() + DECIDED_WITHIN_S
    while (second := get(world, tenant, f"/v1/verifications/{verification_id}")["deferred_decision"])[
        "decision"
    ] == "open":
        assert time.monotonic() < deadline_s, "the deferred steps were not judged"
        time.sleep(0.3)
    return get(world, tenant, f"/v1/verifications/{second['id']}")


def test_passing_ones_complete_the_registration(world: World, own_tenant: str, pictures: DemoPictures) -> None:
    cards = {"selfie": pictures.hopper, "id_card": pictures.hopper_card}
    answer = send(world, own_tenant, "register_with_id_card", "grace", cards)
    assert (answer.status, answer.body["decision"]) == (200, "approved"), answer.body
    assert "minimum_age" in answer.body["deferred"]
    assert "minimum_age" not in {finding["step"] for finding in answer.body["findings"]}

    second = decided(world, own_tenant, answer.body["id"])

    assert (second["decision"], second["follows"]) == ("approved", answer.body["id"]), second
    assert {finding["step"] for finding in second["findings"]} == set(answer.body["deferred"])
    user = get(world, own_tenant, "/v1/users/grace")
    assert (user["status"], user["deferred"]) == ("active", None)
    assert user["properties"]["last_name"] == "HOPPER"
    assert send(world, own_tenant, "authenticate", "grace", {"selfie": pictures.hopper}).body["decision"] == "approved"


def test_a_failing_one_rolls_the_registration_back(world: World, own_tenant: str, pictures: DemoPictures) -> None:
    before = world.kept()
    world.set_fault({"operation": "textract:AnalyzeID", "kind": "latency", "latency_ms": 6000})
    cards = {"selfie": pictures.collins, "id_card": pictures.hopper_card}
    answer = send(world, own_tenant, "register_the_old", "eileen", cards)
    assert answer.body["decision"] == "approved", answer.body
    user = get(world, own_tenant, "/v1/users/eileen")
    assert (user["status"], user["deferred"]["steps"]) == ("provisional", ["minimum_age"])
    refused = send(world, own_tenant, "authenticate", "eileen", {"selfie": pictures.collins})
    assert (refused.status, refused.code) == (409, "deferred-steps-open")
    rival = send(world, own_tenant, "register_the_old", "another", cards)
    assert rival.body["reasons"][0]["step"] == "duplicate_face", "a provisional user's face is taken"

    second = decided(world, own_tenant, answer.body["id"])
    world.set_fault(None)

    assert (second["decision"], second["reasons"][0]["step"]) == ("denied", "minimum_age")
    deadline_s = time.monotonic() + DECIDED_WITHIN_S
    while (after := world.kept())["faces"] != before["faces"] or after["pictures"] != before["pictures"]:
        assert time.monotonic() < deadline_s, "faces and pictures were not deleted"
        time.sleep(0.3)
    user = get(world, own_tenant, "/v1/users/eileen")
    assert (user["status"], user["faces"], user["properties"]) == ("revoked", 0, {})
    again = send(world, own_tenant, "authenticate", "eileen", {"selfie": pictures.collins})
    assert again.body["decision"] == "denied"


@pytest.fixture(autouse=True)
def no_faults_afterwards(world: World) -> Any:
    yield
    world.set_fault(None)
