"""A short run of what `make fuzz-inputs` does for long: no bytes crash or hang what reads bytes from outside."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS, mutated

_SLOW_S = 10


@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_break_a_reader(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=400, deadline=None, database=None)
    @given(st.sampled_from(target.seeds), st.binary(max_size=64), st.randoms(use_true_random=False))
    def look(seed: bytes, noise: bytes, chance: st.DataObject) -> None:
        started_s = time.perf_counter()
        target.read(mutated(seed, noise, chance))
        assert time.perf_counter() - started_s < _SLOW_S

    look()


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_good(name: str) -> None:
    """Otherwise the mutations would never get past the first look."""
    assert all(TARGETS[name].read(seed) for seed in TARGETS[name].seeds)
