"""Threads that are kept: to start one takes longer than most of what a verification gives it to do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from chalicelib.logs import carried

P = ParamSpec("P")
R = TypeVar("R")

_MOST = 1024  # as many as a Lambda function may have: a call that waits for one in a queue could wait for ever


class Threads:
    """One process's, for all that it verifies. Thread-safe. Do not take it through a fork, which copies no threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix="beside")

    def start(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run the call beside the caller, at once: a new thread is started where none is free.

        What it logs is about what the caller is at now.
        """
        return self._pool.submit(carried(call), *args, **kwargs)
