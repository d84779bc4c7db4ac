"""Run something in a copy of this process, which may be killed."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

_DEADLINE_S = 600  # for what hangs; a busy machine is slow
T = TypeVar("T")


class KilledError(Exception):
    """The copy was killed with SIGKILL before it was done."""


def forked(task: Callable[[], T], deadline_s: int = _DEADLINE_S) -> Callable[[], T]:
    """Start the task in a forked process, whose imports, clients and caches are warm; what waits for its result.

    Call it while this process has one thread and no open connection that the task would use. Waiting raises
    KilledError; RuntimeError when the task raised, or took longer than the deadline.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _run_and_exit(task, writing, deadline_s)
    os.close(writing)
    return partial(_result, process, reading)


def _result(process: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        raise KilledError
    if status != 0:
        raise RuntimeError(f"the forked process ended with status {os.waitstatus_to_exitcode(status)}")
    return pickle.loads(answer)  # noqa: S301 - written by our own copy


def _run_and_exit(task: Callable[[], T], writing: int, deadline_s: int) -> None:
    """Never returns: what the parent would do on its way out is not the copy's to do."""
    status = 1
    try:
        signal.alarm(deadline_s)
        gc.disable()  # a collection would touch, and so copy, all of the parent's memory
        answer = pickle.dumps(task())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)
