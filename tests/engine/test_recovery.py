"""What recovery makes of a crashed change, with made-up effects: it has never happened, or it is completed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.commit import Writing, recover
from chalicelib.errors import AwsUnavailableError, ConflictError
from chalicelib.threads import Threads
from tests.engine.fakes import NOW, World, step
from tests.engine.test_engine import EFFECTS, policy_of, run, saving_parts
from tests.samples import change

BROKEN = AwsUnavailableError("s3:PutObject", "SlowDown", "")
CRASHED = replace(change("acme", "c0"), effects=EFFECTS)


def recovered(world: World) -> list[str]:
    recover("u", NOW, Writing(saving_parts().effects, world, world, world, Threads()))
    return world.events


def test_a_crashed_change_has_never_happened() -> None:
    assert recovered(World(left=CRASHED)) == ["stop", "undo index", "undo store", "abandon", "tidy", "rest"]


def test_what_a_saved_change_left_to_do_is_done() -> None:
    assert recovered(World()) == ["tidy", "rest"]


def test_recovering_again_changes_nothing() -> None:
    world = World(left=CRASHED)
    recovered(world)
    assert recovered(world)[6:] == ["tidy", "rest"]


@pytest.mark.parametrize("breaks", ["undo index", "undo store", "stop", "abandon"])
def test_an_undo_that_fails_is_tried_again_later(breaks: str) -> None:
    world = World(left=CRASHED, breaks_at={breaks: BROKEN})
    with pytest.raises(AwsUnavailableError):
        recovered(world)
    assert "rest" not in world.events
    if breaks.startswith("undo"):
        assert {"undo index", "undo store"} <= set(world.events), "the other one is undone all the same"
        assert "abandon" not in world.events


class Busy(World):
    """The record is taken until what was left is forgotten."""

    def begin(self, change: Any) -> None:
        super().begin(change)
        if self.left:
            raise ConflictError("user-busy", "")


def test_a_change_begins_once_what_a_crash_left_is_undone() -> None:
    world = Busy(left=CRASHED)
    run(policy_of([step("a")], EFFECTS), saving_parts(), world)
    assert world.in_order[1:6] == ["begin", "stop", "undo index", "undo store", "abandon"]
    assert world.in_order[6] == "begin"
