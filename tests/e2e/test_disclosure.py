"""What an applicant gets to see, and what happens to one who does not consent, through the API."""

from __future__ import annotations

import base64
import json

import pytest
import urllib3

from cli.demo.pictures import DemoPictures
from tests.e2e.world import Answer, World

POLICY = """\
extends: baseline
consent: required
disclose: codes
"""
BIOMETRIC = ("rekognition:", "textract:")


def ask(world: World, tenant: str, selfie: bytes, **changes: object) -> Answer:
    body = {"flow": "authenticate", "user_id": "ada", "selfie": base64.b64encode(selfie).decode(), **changes}
    return world.send("POST", "/v1/verifications", body, key=world.stack.key(tenant))


def calls(world: World) -> list[str]:
    answer = urllib3.request("GET", f"{world.stack.sandbox_url}/sandbox/calls")
    return [call["operation"] for call in answer.json()["calls"]]


def test_the_applicant_gets_codes_and_the_tenant_everything(
    world: World, own_tenant: str, pictures: DemoPictures
) -> None:
    consent = {"version": "2026-05", "given_at": "2026-11-01T10:00:00+01:00"}
    answer = ask(world, own_tenant, pictures.collins, consent=consent)
    whole = world.client(own_tenant).verification(answer.body["id"])

    assert answer.body["decision"] == "denied"
    assert answer.body["reasons"][0]["code"] == "no_match"
    assert "findings" not in answer.body
    assert whole["findings"][-1]["branches"][0]["observed"] == 0.0
    assert whole["consent"] == {"given": True, "version": "2026-05", "given_at": "2026-11-01T09:00:00+00:00"}


def test_the_consent_of_a_registered_user_is_in_the_record(
    world: World, own_tenant: str, pictures: DemoPictures
) -> None:
    consent = {"version": "2026-05", "given_at": "2026-11-01T10:00:00Z"}
    registered = ask(world, own_tenant, pictures.collins, flow="register", user_id="grace", consent=consent)

    assert registered.body["decision"] == "approved"
    assert world.client(own_tenant).user("grace")["consent"]["version"] == "2026-05"


@pytest.mark.parametrize("tenant", ["test-disclosure", "baseline"])
def test_who_refuses_is_not_looked_at_and_is_shown_another_way(
    world: World, own_tenant: str, pictures: DemoPictures, tenant: str
) -> None:
    """Also where the policy does not ask for consent: somebody who says no is left alone."""
    world.forget_calls()
    answer = ask(world, tenant, pictures.collins, user_id="no-thanks", consent={"given": False, "version": "2026-05"})
    made = calls(world)

    assert (answer.status, answer.body["decision"], answer.body["alternative_path"]) == (200, "consent_refused", True)
    assert made
    assert not [call for call in made if call.startswith(BIOMETRIC)]
    logged = world.client(tenant).verification(answer.body["id"])
    assert (logged["consent"]["given"], logged["consent"]["version"]) == (False, "2026-05")
    assert not [name for name in world.kept()["pictures"] if answer.body["id"] in name]


def test_scores_are_in_no_answer_to_a_submission(world: World, pictures: DemoPictures) -> None:
    """The baseline discloses everything else."""
    answer = ask(world, "baseline", pictures.nobody, flow="register", user_id="no-score")
    assert answer.body["findings"][0]["observed"] == 0  # faces in the picture: that is no score
    answer = ask(world, "baseline", pictures.collins, user_id="nobody-knows-me")
    whole = json.dumps(world.client("baseline").verification(answer.body["id"]))
    assert '"limit": 99' in whole
    assert '"limit": 99' not in json.dumps(answer.body)
