"""A short run of `make fuzz`: no 5xx, and every answer is one that the OpenAPI document describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.local.stack import Stack
from fuzz.api import Budget, run
from fuzz.tally import Tally
from tests.e2e.world import World


def test_every_answer_is_documented_and_none_is_a_5xx(stack: Stack, home: Path) -> None:
    assert run(stack, home, Budget(requests=100_000, seconds=40, seed=6), ("fuzzed-one", "fuzzed-two")) == 0


def test_the_table_tells_what_was_seen_and_what_never(tmp_path: Path) -> None:
    (tmp_path / "one.tally").write_text("GET /a 200\nGET /a 200\nGET /a 418\nGET /a 20")
    tally = Tally.read([tmp_path / "one.tally"])
    assert tally.total == 3
    assert tally.table({"/a": {"get": {"responses": {"200": {}, "404": {}}}}}).split() == [
        *("200", "404", "418"),
        *("GET", "/a", "2", "-", "1"),
    ]


def test_a_5xx_is_found(stack: Stack, home: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.set_fault({"operation": "dynamodb:*", "kind": "access_denied"})
    try:
        assert run(stack, home, Budget(requests=100_000, seconds=5, seed=6), ("fuzzed-one",)) == 1
    finally:
        world.set_fault(None)
    assert "Server error" in capsys.readouterr().out
