"""Paces: never more than the share, nothing for those below it, lent and given back; with tenants made up at random."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.pace import FIRST_PER_S, LONGEST_WAIT_S, Pace, throttled, turns

SECONDS = st.floats(0, 1e6)
RATES = st.floats(0.5, 5000)
PACES = st.builds(Pace, throttled_at_s=SECONDS, ceiling_per_s=RATES, next_s=SECONDS)
TICK_S = 0.01


@given(PACES, st.floats(0, 20), st.floats(0, 20))
def test_a_rate_falls_below_its_ceiling_and_never_stops_growing(pace: Pace, sooner_s: float, more_s: float) -> None:
    at_first = pace.per_s(pace.throttled_at_s)
    assert at_first == pytest.approx(max(0.5, 0.7 * pace.ceiling_per_s))
    sooner = pace.per_s(pace.throttled_at_s + sooner_s)
    assert at_first <= sooner <= pace.per_s(pace.throttled_at_s + sooner_s + more_s)


@given(PACES)
def test_whoever_is_throttled_no_more_is_free_before_long(pace: Pace) -> None:
    assert pace.is_over(pace.throttled_at_s + 300)
    assert not pace.is_over(pace.throttled_at_s)


@given(PACES, st.lists(st.floats(0, 0.4), min_size=1, max_size=400))
def test_no_more_turns_begin_than_the_rate_allows(pace: Pace, gaps_s: list[float]) -> None:
    """In any stretch of time: the rate times its length, two seconds that were saved up, and one."""
    now_s, begun_s = max(pace.throttled_at_s, pace.next_s), []
    for gap_s in gaps_s:
        now_s += gap_s
        if (taken := pace.with_turn(now_s)) is not None:
            begun_s.append(max(now_s, taken.next_s - 1 / pace.per_s(now_s)))
            assert begun_s[-1] <= now_s + LONGEST_WAIT_S + 1e-6
            pace = taken
    for first, since_s in enumerate(begun_s):
        most = pace.per_s(now_s) * (begun_s[-1] - since_s + 2) + 1
        assert len(begun_s) - first <= most + 1e-3


@given(PACES, st.floats(-5, 30))
def test_throttling_shrinks_once_for_what_is_one_event(pace: Pace, after_s: float) -> None:
    now_s = pace.throttled_at_s + after_s
    once = throttled(pace, now_s)
    assert throttled(once, once.throttled_at_s + 0.49) == once
    if after_s < 0.49:
        assert once == pace
    elif not pace.is_over(now_s) and after_s > 0.51:
        assert once.per_s(now_s) == pytest.approx(max(0.5, 0.7 * pace.per_s(now_s)))


def test_nobody_waits_at_an_operation_without_a_pace_and_one_full_queue_is_told() -> None:
    full = Pace(100, 10, 100 + LONGEST_WAIT_S + 1)
    over = Pace(0, 10, 1e9)
    assert turns({}, 100) == {}
    assert turns({"full": full, "over": over}, 100) == {"full": None}
    assert throttled(over, 100) == throttled(None, 100) == Pace(100, FIRST_PER_S, 100)


def _share_out(quota: float, wanted: Mapping[str, float], seconds: float, seed: int) -> dict[str, tuple[int, int]]:
    """What each tenant sent and got in the last half, when all know of throttling and calls take no time."""
    chance, paces, left = random.Random(seed), dict[str, Pace](), quota  # noqa: S311 - repeatable
    sent, got = dict.fromkeys(wanted, 0), dict.fromkeys(wanted, 0)
    for tick in range(int(seconds / TICK_S)):
        now_s, left, counts = tick * TICK_S, min(quota, left + quota * TICK_S), tick * TICK_S > seconds / 2
        calls = [name for name, rate in wanted.items() for _ in range(_arrivals(chance, rate))]
        chance.shuffle(calls)
        for name in calls:
            sent[name] += counts
            if _is_let_in(paces, name, now_s):
                if left >= 1:
                    left, got[name] = left - 1, got[name] + counts
                else:
                    paces[name] = throttled(paces.get(name), now_s)
    return {name: (sent[name], got[name]) for name in wanted}


def _is_let_in(paces: dict[str, Pace], name: str, now_s: float) -> bool:
    for pace in turns({name: paces[name]} if name in paces else {}, now_s).values():
        if pace is None:
            return False
        paces[name] = pace
    return True


def _arrivals(chance: random.Random, per_s: float) -> int:
    count, until = 0, chance.expovariate(1)
    while until < per_s * TICK_S:
        count, until = count + 1, until + chance.expovariate(1)
    return count


@settings(max_examples=12, deadline=None, derandomize=True)  # arrivals are by chance, so single ones may be worse
@given(
    quota=st.sampled_from([20.0, 50.0]),
    quiet=st.lists(st.floats(0.05, 0.12), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
def test_a_noisy_tenant_gets_what_the_quiet_ones_leave_and_no_more(quota: float, quiet: list[float], seed: int) -> None:
    wanted = {f"quiet {number}": share * quota for number, share in enumerate(quiet)} | {"noisy": 10 * quota}
    outcome = _share_out(quota, wanted, 60, seed)
    _, noisy = outcome.pop("noisy")
    sent, got = (sum(counts) for counts in zip(*outcome.values(), strict=True))
    left = quota * 30 - sent
    assert 0.8 * left < noisy < 1.1 * left + quota
    assert got > 0.75 * sent  # here nothing is tried again


@settings(max_examples=8, deadline=None, derandomize=True)
@given(quota=st.sampled_from([10.0, 50.0]), many=st.integers(2, 4), seed=st.integers(0, 1000))
def test_the_greedy_come_to_the_same_share(quota: float, many: int, seed: int) -> None:
    wanted = {f"greedy {number}": (number + 2) * quota for number in range(many)}
    got = [count for _, count in _share_out(quota, wanted, 120, seed).values()]
    assert max(got) < 3.5 * min(got)
    assert sum(got) > 0.8 * quota * 60
