"""A short run of what `make fuzz-inputs` does for long: no bytes crash or hang what reads bytes from outside."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import inputs
from fuzz.targets import TARGETS, Target, mutated

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


def test_what_crashes_is_kept_and_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(inputs, "TARGETS", {"digits": Target(lambda content: int(content) >= 0, (b"1",))})
    attempt = inputs.Attempt("digits")
    attempt(b"7")
    with pytest.raises(ValueError, match="invalid literal"):
        attempt(b"seven")
    output = capsys.readouterr().err
    kept = output.rpartition("the input is in ")[2].strip()
    assert Path(kept).read_bytes() == b"seven"
    told = inputs.summary("digits", output + "#9 NEW cov: 12 ft: 34 corp: 5/6b\nstat::number_of_executed_units: 9\n")
    assert told.startswith("digits: 9 inputs, 12 edges, 34 features, 5 kept") and told.endswith("1 crashes and hangs")
