"""Every log line says whose it is: in every thread, and for no longer than the work lasts."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chalicelib import logs
from chalicelib.aws import side_by_side
from chalicelib.threads import Threads
from cli.local.processes import PROJECT

_log = logging.getLogger("any.library")


@pytest.fixture(autouse=True)
def set_up() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    logs.set_up()
    yield
    logging.setLogRecordFactory(before)


def test_a_line_names_tenant_and_work_until_the_work_is_over(caplog: pytest.LogCaptureFixture) -> None:
    with logs.one_piece_of_work("r1"):
        _log.warning("before")
        logs.name("acme")
        _log.warning("100%% of %s", "it")
        logs.name(work="v1")
        _log.warning("100%")
    with logs.one_piece_of_work():
        _log.warning("after")
    assert caplog.messages == [
        "tenant=- id=r1 before",
        "tenant=acme id=r1 100% of it",
        "tenant=acme id=v1 100%",
        "tenant=- id=- after",
    ]


def test_what_is_carried_to_other_threads_logs_for_the_same(caplog: pytest.LogCaptureFixture) -> None:
    with logs.one_piece_of_work("r1"):
        logs.name("acme")
        later = logs.carried(lambda: _log.warning("later"))
        side_by_side(_log.warning, ["part"] * 20)
        Threads().start(_log.warning, "beside").result()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(later).result()
        pool.submit(_log.warning, "not carried").result()
    after = ["tenant=acme id=r1 beside", "tenant=acme id=r1 later", "tenant=- id=- not carried"]
    assert caplog.messages == ["tenant=acme id=r1 part"] * 20 + after


def test_nothing_goes_to_another_thread_uncarried() -> None:
    """What is handed to a pool or a thread is wrapped in `carried` at that very place, or by `Threads.start`."""
    handed = [
        (path.relative_to(PROJECT), call.lineno, what)
        for path in (PROJECT / "chalicelib").rglob("*.py")
        for call, what in _handed(path)
    ]
    assert len(handed) >= 10  # there is something to look at
    assert [one for one in handed if not one[2].startswith("carried(")] == []


def _handed(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "submit" or (node.func.attr == "map" and "pool" in ast.unparse(node.func.value)):
            yield node, ast.unparse(node.args[0])
        elif node.func.attr == "start" and ast.unparse(node.func.value).endswith("threads"):
            yield node, f"carried({ast.unparse(node.args[0])})"
        elif node.func.attr == "Thread":
            yield node, next(ast.unparse(word.value) for word in node.keywords if word.arg == "target")
