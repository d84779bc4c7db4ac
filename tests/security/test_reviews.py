"""Reviews through the API and the command line: what a reviewer sees, and what everybody else does not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from click.testing import CliRunner

from chalicelib.model.credential import Scope
from chalicelib.model.images import read_image
from chalicelib.wiring import Services
from cli.client import Client
from cli.main import commands
from sandbox.scripted import ScriptedFace, picture
from tests.e2e.world import World
from tests.security.conftest import OWNER, STRANGER

CROWD = picture([ScriptedFace("eve"), ScriptedFace("mallory")])


@pytest.fixture
def review(world: World) -> Iterator[str]:
    client = world.client(OWNER)
    selfie = base64.b64encode(CROWD).decode()
    made = client.verify({"flow": "refer", "user_id": "eve", "selfie": selfie, "properties": {"note": "claimed"}})
    assert made["decision"] == "review"
    yield made["id"]
    client.delete_user("eve")


@pytest.fixture
def reviewer(world: World) -> Client:
    """With no other scope than it takes."""
    return Client(world.stack.url, world.new_key(OWNER, [Scope.REVIEW]))


def test_a_reviewer_lists_sees_and_settles(world: World, reviewer: Client, review: str) -> None:
    assert review in [one["id"] for one in reviewer.reviews()]
    seen = reviewer.review(review)
    assert (seen["status"], seen["properties"], seen["settlement"]) == ("open", {"note": "claimed"}, None)
    assert [reason["code"] for reason in seen["verification"]["reasons"]] == ["too_many_faces"]
    (shown,) = seen["pictures"]
    assert shown["expires_in_s"] <= 60
    assert parse_qs(urlsplit(shown["url"]).query)["X-Amz-Expires"] == [str(shown["expires_in_s"])]
    assert reviewer.download(shown["url"]) == read_image(CROWD).content
    assert world.client(OWNER).verification(review)["review"]["decision"] == "open"

    settled = reviewer.settle_review(review, "approved", "mother and child")
    assert reviewer.settle_review(review, "approved", "again") == settled
    assert reviewer.review(review) == seen | settled | {
        "ends_at": None,
        "pictures": [],
        "properties": {},
        "verification": seen["verification"],
    }
    told = world.client(OWNER).verification(review)["review"]
    assert told == {"id": settled["settlement"]["id"], "decision": "approved"}
    assert world.client(OWNER).verification(told["id"])["follows"] == review
    assert world.client(OWNER).user("eve")["status"] == "active"
    assert review not in [one["id"] for one in reviewer.reviews()]
    assert urllib3.request("GET", shown["url"], retries=False).status == 404


def test_every_look_and_the_settlement_are_in_the_audit_log_with_the_keys_id(
    world: World, reviewer: Client, review: str
) -> None:
    before = len(_audited(world, review))
    reviewer.review(review)
    reviewer.review(review)
    settled = reviewer.settle_review(review, "denied", "two people")["settlement"]
    entries = _audited(world, review)[before:]
    assert [kind for kind, _ in entries] == ["review_looked_at", "review_looked_at", "review_settled"]
    assert {key for _, key in entries} == {settled["settled_by"]}


def test_another_tenant_does_not_list_it(world: World, review: str) -> None:
    assert review not in [one["id"] for one in world.client(STRANGER).reviews()]


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "review", "reason": "x"},
        {"decision": "approved"},
        {"decision": "approved", "reason": ""},
        {"decision": "approved", "reason": "x" * 201},
        {"decision": ["approved"], "reason": "x"},
        {"reason": "x"},
    ],
    ids=json.dumps,
)
def test_what_is_no_settlement_is_refused(world: World, review: str, body: dict[str, Any]) -> None:
    answer = world.send("POST", f"/v1/reviews/{review}", body, key=world.stack.key(OWNER))
    assert answer.status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=%C2%B2"])
def test_what_is_no_page_is_refused(world: World, query: str) -> None:
    assert world.send("GET", f"/v1/reviews?{query}", key=world.stack.key(OWNER)).status == 400


def test_the_command_line_does_all_of_it(world: World, review: str, tmp_path: Path) -> None:
    where = ["--url", world.stack.url, "--key", world.stack.key(OWNER)]

    def run(*words: str) -> str:
        result = CliRunner().invoke(commands, ["review", *words, *where], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert review in run("list")
    assert "face_count" in run("show", review, "--pictures", str(tmp_path))
    (saved,) = tmp_path.glob("*")
    assert saved.read_bytes() == read_image(CROWD).content
    assert run("settle", review, "denied", "--reason", "two people").startswith("denied")
    assert '"settled"' in run("show", review, "--json")


def _audited(world: World, review: str) -> list[tuple[str, str]]:
    """What the owner's audit log says of a review: what was done and by which key."""
    services = Services(world.stack.environment, world.aws)
    entries = [receipt.entry for receipt in services.tenant(OWNER).audit.entries()]
    return [(one["kind"], one["details"]["key"]) for one in entries if one["details"].get("review") == review]
