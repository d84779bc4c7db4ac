"""A short run of `make fuzz`: no 5xx, and every answer is one that the OpenAPI document describes."""

from __future__ import annotations

from pathlib import Path

from cli.local.stack import Stack
from fuzz.api import run


def test_every_answer_is_documented_and_none_is_a_5xx(stack: Stack, home: Path) -> None:
    assert run(stack, home, seconds=45, requests=20_000, seed=6) == 0
