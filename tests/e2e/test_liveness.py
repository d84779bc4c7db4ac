"""Face Liveness through the API: one session decides one verification, of one user, at one tenant, in three minutes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from chalicelib.model.submission import user_key
from cli.demo.pictures import DemoPictures
from cli.local.bootstrap import NAMES
from tests.e2e.world import World

POLICY = """\
extends: baseline
flows:
  check_in:
    steps:
      - check: liveness
        with: {min_confidence: 90}
      - check: face_count
    effects: []
  enrol:
    steps:
      - check: liveness
      - check: face_count
      - check: duplicate_face
    effects: [store_images, index_face, save_user]
"""


@pytest.fixture
def key(world: World, own_tenant: str) -> str:
    return world.stack.key(own_tenant)


def session(world: World, key: str, user_id: str) -> str:
    answer = world.send("POST", "/v1/liveness-sessions", {"user_id": user_id}, key=key)
    assert answer.status == 201, answer.body
    return str(answer.body["session_id"])


def play(world: World, session_id: str, **outcome: object) -> None:
    url = f"{world.stack.sandbox_url}/sandbox/liveness/{session_id}"
    assert urllib3.request("POST", url, body=json.dumps(outcome)).status == 200


def verify(world: World, key: str, session_id: str | None, user_id: str = "ada", flow: str = "check_in") -> Any:
    body = {"flow": flow, "user_id": user_id, **({"liveness_session": session_id} if session_id else {})}
    return world.send("POST", "/v1/verifications", body, key=key)


def frames(*pictures: bytes) -> list[str]:
    return [base64.b64encode(picture).decode() for picture in pictures]


def reason(answer: Any) -> tuple[str, str | None]:
    reasons = answer.body["reasons"]
    return answer.body["decision"], reasons[0]["code"] if reasons else None


def test_a_live_session_approves_once_and_its_score_is_not_told(world: World, key: str, pictures: DemoPictures) -> None:
    live = session(world, key, "ada")
    play(world, live, outcome="live", confidence=97.123, images=frames(pictures.collins))

    first = verify(world, key, live)

    assert reason(first) == ("approved", None)
    assert "97.1" not in json.dumps(first.body)
    assert reason(verify(world, key, live)) == ("denied", "session_used")


@pytest.mark.parametrize(("confidence", "expected"), [(90.0, "approved"), (89.9, "denied")])
def test_the_policys_limit_decides(
    world: World, key: str, pictures: DemoPictures, confidence: float, expected: str
) -> None:
    live = session(world, key, "ada")
    play(world, live, outcome="live", confidence=confidence, images=frames(pictures.collins))
    assert verify(world, key, live).body["decision"] == expected


def test_a_session_is_bound_to_its_user_and_tenant(world: World, key: str, pictures: DemoPictures) -> None:
    live = session(world, key, "ada")
    play(world, live, outcome="live", images=frames(pictures.collins))
    assert reason(verify(world, key, live, user_id="bob")) == ("denied", "session_unknown")
    foreign = session(world, world.stack.key("baseline"), "ada")
    play(world, foreign, outcome="live", images=frames(pictures.collins))
    assert reason(verify(world, key, foreign)) == ("denied", "session_unknown")
    assert reason(verify(world, key, "made-up")) == ("denied", "session_unknown")
    assert reason(verify(world, key, live)) == ("approved", None)


def test_a_session_nobody_finished_or_that_is_too_old_denies(
    world: World, own_tenant: str, key: str, pictures: DemoPictures
) -> None:
    assert reason(verify(world, key, session(world, key, "ada"))) == ("denied", "session_unfinished")
    old = session(world, key, "ada2")
    play(world, old, outcome="live", images=frames(pictures.collins))
    world.aws("dynamodb").update_item(
        TableName=NAMES.table,
        Key={"pk": {"S": f"T#{own_tenant}#U#{user_key(own_tenant, 'ada2')}"}, "sk": {"S": f"LIVENESS#{old}"}},
        UpdateExpression="SET created_at = :then",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":then": {"S": (datetime.now(UTC) - timedelta(seconds=181)).isoformat()}},
    )
    assert reason(verify(world, key, old, "ada2")) == ("denied", "session_expired")


def test_without_a_session_the_request_is_refused(world: World, key: str) -> None:
    answer = verify(world, key, None)
    assert (answer.status, answer.code) == (400, "missing-field")


def test_the_pictures_of_the_session_tell_and_its_reference_is_what_counts(
    world: World, key: str, pictures: DemoPictures
) -> None:
    """A real sequence is live, a repeated still is not; the face that is kept is the session's, not a sent selfie's."""
    still = session(world, key, "eve")
    play(world, still, images=frames(pictures.collins, pictures.collins))
    assert reason(verify(world, key, still, "eve")) == ("denied", "confidence_too_low")

    moving = session(world, key, "eve")
    play(world, moving, images=frames(pictures.collins, pictures.collins_again))
    selfie = base64.b64encode(pictures.nobody).decode()
    body = {"flow": "enrol", "user_id": "eve", "selfie": selfie, "liveness_session": moving}
    assert world.send("POST", "/v1/verifications", body, key=key).body["decision"] == "approved"
    again = base64.b64encode(pictures.collins_again).decode()
    body = {"flow": "authenticate", "user_id": "eve", "selfie": again}
    assert world.send("POST", "/v1/verifications", body, key=key).body["decision"] == "approved"
