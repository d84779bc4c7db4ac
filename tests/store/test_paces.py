"""Paces in the table: the same for all processes, whoever of them is first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from chalicelib.errors import ShareUsedUpError
from chalicelib.model.pace import FIRST_PER_S, LONGEST_WAIT_S
from chalicelib.store.paces import Paces
from tests.aws_server import NAMES, AwsServer, at_once

NOW_S = 1_800_000_000.25
DETECT, INDEX = "rekognition:DetectFaces", "rekognition:IndexFaces"


@pytest.fixture
def paces(server: AwsServer, tenant: str) -> Paces:
    return Paces(server.aws, NAMES.table, tenant, {INDEX: 4.0})


def turns_left(paces: Paces, operation: str, now_s: float, most: int = 200) -> int:
    for taken in range(most):
        try:
            paces.take((operation,), now_s)
        except ShareUsedUpError as full:
            assert (full.operation, full.retry_after_s) == (operation, 2)
            return taken
    return most


def test_who_was_never_throttled_has_no_pace_and_leaves_nothing_behind(paces: Paces) -> None:
    assert paces.take((DETECT, INDEX), NOW_S) == {}
    assert paces.take((DETECT, INDEX), NOW_S) == {}


def test_a_throttled_operation_has_turns_and_others_have_none(paces: Paces) -> None:
    assert paces.slow_down(INDEX, NOW_S) <= NOW_S
    assert paces.take((DETECT, INDEX), NOW_S) == {INDEX: pytest.approx(NOW_S + 1 / 2.8)}
    assert paces.take((DETECT,), NOW_S) == {}
    assert turns_left(paces, INDEX, NOW_S) == 1  # 0.7 of four a second, and one may wait for a second


def test_the_first_pace_is_the_quota(paces: Paces) -> None:
    paces.slow_down(DETECT, NOW_S)
    assert turns_left(paces, DETECT, NOW_S) == int(0.7 * FIRST_PER_S * LONGEST_WAIT_S)


def test_turns_side_by_side_are_all_different(paces: Paces) -> None:
    paces.slow_down(DETECT, NOW_S)

    def take(_: int) -> float | None:
        try:
            return paces.take((DETECT,), NOW_S)[DETECT]
        except ShareUsedUpError:
            return None

    with ThreadPoolExecutor(8) as pool:
        begun_s = sorted(begins_s for begins_s in pool.map(take, range(60)) if begins_s is not None)
    gaps_s = [later - sooner for sooner, later in pairwise(begun_s)]
    assert len(begun_s) == 35 and min(gaps_s) == pytest.approx(1 / 35, abs=1e-3)
    assert begun_s[-1] <= NOW_S + LONGEST_WAIT_S


def test_processes_that_are_throttled_together_shrink_the_pace_once(paces: Paces) -> None:
    assert len(at_once([lambda: paces.slow_down(INDEX, NOW_S)] * 2)) == 2
    assert turns_left(paces, INDEX, NOW_S) == 1
    assert turns_left(paces, INDEX, NOW_S + 5) == 9  # at rest for 5 s: two seconds' worth of four, and one


def test_after_a_rest_one_second_is_saved_up(paces: Paces) -> None:
    paces.slow_down(DETECT, NOW_S)
    rate = 50 - 0.02 * (750 ** (1 / 3) - 5) ** 3  # RFC 9438's curve, 5 s after
    assert turns_left(paces, DETECT, NOW_S + 5) == pytest.approx(2 * rate, abs=1.01)


def test_a_pace_that_is_over_is_asked_for_no_more(paces: Paces) -> None:
    paces.slow_down(INDEX, NOW_S)
    assert paces.take((INDEX,), NOW_S + 600) == {}
    paces.slow_down(INDEX, NOW_S + 600)
    assert turns_left(paces, INDEX, NOW_S + 600) == 2
