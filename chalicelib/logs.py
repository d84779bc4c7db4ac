"""Whose a log line is: each names the tenant, and the request, verification or message that it was written for.

    tenant=acme id=5f0c2b... undo of change 77aa...: dynamodb:UpdateItem ThrottlingException

What nobody is known to have asked for yet has `-` there. Nothing that a line is written with can leave this out: it
is put in where Python makes log records, whoever logs, a library too, and whatever the handler.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

NOBODY = "-"
_tenant = ContextVar("tenant", default=NOBODY)
_work = ContextVar("work", default=NOBODY)


@contextmanager
def one_piece_of_work(work: str = NOBODY) -> Iterator[None]:
    """A request or a job: nobody's, until `name` says whose; afterwards what was said is forgotten."""
    tokens = _tenant.set(NOBODY), _work.set(work)
    try:
        yield
    finally:
        _tenant.reset(tokens[0])
        _work.reset(tokens[1])


def name(tenant: str | None = None, work: str | None = None) -> None:
    """From here on lines are about this tenant, this request or verification."""
    if tenant is not None:
        _tenant.set(tenant)
    if work is not None:
        _work.set(work)


def carried(call: Callable[P, R]) -> Callable[P, R]:
    """The call, for another thread, as often as you like: what it logs is about what the caller is at now."""
    context = copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.copy().run(call, *args, **kwargs)  # a context runs in one thread at a time

    return run


def set_up() -> None:
    """For the whole process. Idempotent."""
    logging.setLogRecordFactory(_record)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    whose = f"tenant={_tenant.get()} id={_work.get()} "
    record.msg = (whose.replace("%", "%%") if record.args else whose) + str(record.msg)
    return record
