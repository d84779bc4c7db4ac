"""A shadow policy through the API: the answer is the live policy's, the log has both."""

from __future__ import annotations

from pathlib import Path

from cli.demo.pictures import DemoPictures
from cli.request import Pictures, Request, body_of
from tests.e2e.world import World

POLICY = "extends: baseline\nshadow: test-shadow-next\n"
CANDIDATE = """
policy: test-shadow-next
extends: test-shadow
flows:
  register:
    adjust: {pose: {max_yaw_deg: 0}}
"""


def test_the_log_has_what_the_candidate_would_have_decided(
    world: World, own_tenant: str, policies: Path, pictures: DemoPictures
) -> None:
    (policies / f"{own_tenant}-next.yaml").write_text(CANDIDATE)
    client = world.client(own_tenant)
    for attempt in range(20):  # the candidate is not waited for, and it has to be published first
        request = Request("register", f"user-{attempt}", Pictures(pictures.collins))
        answer = client.verify(body_of(request, client))
        client.delete_user(f"user-{attempt}")
        assert (answer["decision"], "shadow" in answer) == ("approved", False)
        shadow = client.receipt(answer["id"])["entry"]["details"].get("shadow")
        if shadow:
            break
    else:
        raise AssertionError("the candidate was never decided")
    assert (shadow["policy"], shadow["decision"]) == ("test-shadow-next", "denied")
    assert shadow["reasons"] == [{"step": "pose", "code": "yaw_too_large"}]
