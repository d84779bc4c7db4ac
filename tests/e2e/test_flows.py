"""The flows, on real pictures, through the API."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.client import ProblemError
from cli.demo.pictures import DemoPictures
from cli.demo.play import Player
from cli.request import Pictures, Request, body_of
from sandbox.pictures.people import collins, hopper
from sandbox.pictures.variants import rotated_by_exif, small, to_jpeg, to_png
from tests.e2e.world import World


def test_every_scene_of_the_demo_is_decided_as_it_says(world: World, policies: Path) -> None:
    story = io.StringIO()

    results = Player(world.stack, Console(file=story, width=120)).play_all(policies)

    assert len(results) == 14
    assert [scene.title for scene, _, fits in results if not fits] == [], story.getvalue()


@pytest.mark.parametrize("user_id", ["two words", "a/b/../c", "José 🦊", "100%", "x" * 128])
def test_any_printable_user_id_works(world: World, pictures: DemoPictures, user_id: str) -> None:
    """Each in turn registers nothing (no face), and can be asked for without trouble."""
    client = world.client("baseline")

    decision = client.verify(body_of(Request("register", user_id, Pictures(pictures.nobody)), client))

    assert (decision["decision"], decision["user_id"]) == ("denied", user_id)
    assert client.verification(decision["id"])["user_id"] == user_id
    with pytest.raises(ProblemError) as caught:
        client.user(user_id)
    assert caught.value.problem.status == 404


def test_a_registered_user_is_seen_matched_and_told_apart_at_any_size(world: World) -> None:
    client = world.client("baseline")

    def ask(flow: str, content: bytes) -> str:
        request = Request(flow, "two sizes / größe", Pictures(content))
        return str(client.verify(body_of(request, client))["decision"])

    assert ask("register", rotated_by_exif(hopper())) == "approved"
    assert client.user("two sizes / größe")["faces"] == 1
    assert ask("authenticate", to_png(hopper())) == "approved"
    assert ask("authenticate", to_jpeg(small(hopper()))) == "approved"
    assert ask("authenticate", to_jpeg(small(collins()))) == "denied"


def test_a_picture_too_large_for_a_request_is_uploaded(world: World, pictures: DemoPictures) -> None:
    client = world.client("baseline")
    padded = pictures.nobody + b"\0" * 4_000_000  # what follows a JPEG's end marker means nothing

    body = body_of(Request("register", "large", Pictures(padded)), client)

    assert set(body["selfie"]) == {"upload_id"}
    assert client.verify(body)["decision"] == "denied"
    with pytest.raises(ProblemError) as again:
        client.verify(body)
    assert again.value.problem.status == 400
