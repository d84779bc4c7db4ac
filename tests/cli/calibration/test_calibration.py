"""Error rates with exact bounds, and no promise that a sample cannot support."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.calibration.binomial import beta_distribution, interval, trials_needed, upper_bound
from cli.calibration.rates import Sample, read_sample
from cli.errors import CliError
from tests.cli.workbench.running import run


def at_most(errors: int, trials: int, rate: float) -> float:
    """P(X <= errors), summed exactly."""
    p = Fraction(rate)
    return float(sum(comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(errors + 1)))


@settings(deadline=None, max_examples=60)
@given(trials=st.integers(1, 60), share=st.floats(0, 1), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_the_bounds_are_those_of_the_exact_binomial_distribution(trials: int, share: float, confidence: float) -> None:
    """Clopper and Pearson's definition: at each bound, what was seen has just the probability of the tail."""
    errors = round(share * trials)
    low, high = interval(errors, trials, confidence)
    tail = (1 - confidence) / 2
    if errors < trials:
        assert at_most(errors, trials, high) == pytest.approx(tail, rel=1e-6)
        assert at_most(errors, trials, upper_bound(errors, trials, confidence)) == pytest.approx(
            1 - confidence, rel=1e-6
        )
    if errors > 0:
        assert 1 - at_most(errors - 1, trials, low) == pytest.approx(tail, rel=1e-6)
    assert 0 <= low <= errors / trials <= high <= 1


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [(0, 10, 0.0, 0.30850), (3, 100, 0.00623, 0.08518), (10, 10, 0.69150, 1.0), (50, 1000, 0.03733, 0.06539)],
)
def test_published_intervals(errors: int, trials: int, low: float, high: float) -> None:
    assert interval(errors, trials, 0.95) == pytest.approx((low, high), abs=1e-5)


def test_large_samples() -> None:
    low, high = interval(50_000, 1_000_000, 0.95)
    assert (low, high) == pytest.approx((0.0496, 0.0504), abs=5e-5)
    assert beta_distribution(0.5, 1e5, 1e5) == pytest.approx(0.5)


def test_the_rule_of_three() -> None:
    assert trials_needed(0.001, 0.95) == 2_995
    assert upper_bound(0, 3_000, 0.95) == pytest.approx(3 / 3_000, rel=0.01)
    assert upper_bound(0, 2_995, 0.95) <= 0.001 < upper_bound(0, 2_994, 0.95)


def test_rates_at_a_threshold() -> None:
    sample = Sample([90.0, 95.0, 99.0], [10.0, 90.0, 90.0, 95.5])
    assert (sample.fmr(90.0, 0.95).errors, sample.fmr(90.1, 0.95).errors) == (3, 1)
    assert (sample.fnmr(95.0, 0.95).errors, sample.fnmr(95.1, 0.95).errors) == (1, 2)


@settings(deadline=None, max_examples=40)
@given(impostors=st.lists(st.floats(0, 100), min_size=60, max_size=120), target=st.sampled_from([0.05, 0.1, 0.3]))
def test_the_threshold_found_is_the_lowest_that_is_supported(impostors: list[float], target: float) -> None:
    sample = Sample([99.0], sorted(impostors))
    try:
        found = sample.threshold_for(target, 0.95)
    except CliError:
        assert sample.fmr(100.0, 0.95).at_most > target
        return
    assert sample.fmr(found, 0.95).at_most <= target
    assert found <= 1.1 or sample.fmr(found - 0.1, 0.95).at_most > target


def test_a_small_sample_supports_no_small_rate() -> None:
    sample = Sample([99.0], [0.0] * 2_994)
    with pytest.raises(CliError, match=r"2,994 impostor pairs cannot support .* it takes 2,995"):
        sample.threshold_for(0.001, 0.95)
    with pytest.raises(CliError, match="No threshold up to 100"):
        Sample([99.0], [100.0] * 5_000).threshold_for(0.001, 0.95)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "columns score and label"),
        ("score,label\n99,same\n", "pair 1: 'same' is neither genuine nor impostor"),
        ("score,label\n99,genuine\n", "no impostor pairs"),
        ("score,label\n99,genuine\nx,impostor\n", "pair 2: 'x' is no similarity"),
        ("score,label\nnan,genuine\n", "'nan' is no similarity"),
        ("score,label\n101,genuine\n", "'101' is no similarity"),
        ("score,label\n0.99,genuine\n0.1,impostor\n", "0-100 scale"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    with pytest.raises(CliError, match=problem):
        read_sample(path)


def test_the_command(tmp_path: Path) -> None:
    pairs, page = tmp_path / "pairs.csv", tmp_path / "page.html"
    lines = [f"{index % 90},impostor" for index in range(3_000)] + [f"{90 + index % 10},Genuine" for index in range(50)]
    pairs.write_text("score,label,who\n" + "".join(f"{line},x\n" for line in lines))
    policies = Path(__file__).parents[3] / "policies"
    of = ("--policy", "acme", "--step", "duplicate_face", "--policies", policies)
    ran = run("policy", "calibrate", pairs, "--target-fmr", "0.1", "--html", page, *of)
    assert ran.exit_code == 0
    assert "threshold 89.1: the FMR is at most 0.100 %" in ran.output
    assert ran.output.count("adjust: {duplicate_face: {FaceMatchThreshold: 89.1}}  # was 9") == 2
    assert page.read_text().count("<svg") == 2
    assert "belong together" in run("policy", "calibrate", pairs, "--policy", "acme").output
    assert "no step 'pose'" in run("policy", "calibrate", pairs, *of[:2], "--step", "pose", *of[4:]).output
