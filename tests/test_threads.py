"""Threads that are kept: each call begins at once, and none starts a thread while one is free."""

import threading

import pytest

from chalicelib.threads import Threads

_AT_ONCE = 50
_WAIT_S = 30


def test_calls_that_wait_for_each_other_all_run() -> None:
    """As many as there are: were one of them left in a queue, the barrier would never open."""
    threads, barrier = Threads(), threading.Barrier(_AT_ONCE)
    arrivals = [threads.start(barrier.wait, _WAIT_S) for _ in range(_AT_ONCE)]
    assert sorted(arrival.result(_WAIT_S) for arrival in arrivals) == list(range(_AT_ONCE))


def test_a_call_that_starts_another_and_waits_for_it() -> None:
    threads = Threads()

    def nested(depth: int) -> int:
        return threads.start(nested, depth - 1).result(_WAIT_S) + 1 if depth else 0

    assert threads.start(nested, _AT_ONCE).result(_WAIT_S) == _AT_ONCE


def test_a_free_thread_is_used_again() -> None:
    threads = Threads()
    used = {threads.start(threading.get_ident).result(_WAIT_S) for _ in range(_AT_ONCE)}
    assert len(used) < 5  # a thread that has just answered may not be free yet


def test_what_a_call_raises_reaches_whoever_waits() -> None:
    with pytest.raises(ValueError, match="ada"):
        Threads().start(int, "ada").result(_WAIT_S)
