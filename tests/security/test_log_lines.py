"""Every line that the app and its jobs write while they serve a tenant names that tenant and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import app
from chalicelib.jobs import JOBS
from chalicelib.model.submission import user_key
from tests.e2e.world import World
from tests.security.cases import CASES, Ask, made_up
from tests.security.conftest import OWNER, STRANGER
from tests.security.test_isolation import ROUTES

SERVICES = ("dynamodb", "s3", "rekognition", "kms", "sqs")
_LINE = re.compile(r"tenant=(\S+) id=(\S+) ")
# The servers' own: a request (API Gateway's access log has the tenant), a failed authorizer, a queue that is down.
_NO_LOG = re.compile(r'"[A-Z]+ /|the authorizer failed: \w+$|WARNING __main__: |$')


def _asks() -> Iterator[Ask]:
    """Every route, those too that take no identifier."""
    for method, path in ROUTES:
        for make in CASES.get((method, path), {}).values():
            yield make(made_up())
        if (method, path) not in CASES:
            yield Ask(method, path, {"content_type": "image/png", "size_bytes": 9} if method == "POST" else None)


@pytest.fixture
def no_faults_afterwards(world: World) -> Iterator[None]:
    yield
    world.set_fault(None)


@pytest.mark.usefixtures("no_faults_afterwards")
def test_every_line_names_the_tenant_that_it_is_about(world: World, home: Path) -> None:
    written = {"app.log": 0, "worker.log": 0}
    for name in written:
        written[name] = (home / name).stat().st_size
    for service in SERVICES:
        # The authorizer looks keys up in the table: with that gone no request would get as far as a tenant.
        operation = "dynamodb:PutItem" if service == "dynamodb" else f"{service}:*"
        world.set_fault({"operation": operation, "kind": "access_denied"})
        for ask in _asks():
            world.send(ask.method, ask.path, ask.body, key=world.stack.key(OWNER), headers=dict(ask.headers))
    world.set_fault({"operation": "dynamodb:*", "kind": "access_denied"})
    for job in JOBS:
        _send(world, {"job": job, "tenant": OWNER, "user_key": user_key(OWNER, "x"), "erasure_id": "x" * 32})
        _send(world, {"job": job, "tenant": STRANGER})
    world.wait_until(lambda: len(_lines(home, "worker.log", written)) >= 2 * len(JOBS), within_s=120)
    world.set_fault(None)

    about = {name: [_LINE.search(line) for line in _lines(home, name, written)] for name in written}
    assert len(about["app.log"]) > 20, "the failures were logged, so there is something to look at"
    for name, found in about.items():
        assert all(found), [line for line in _lines(home, name, written) if not _LINE.search(line)]
    assert {match[1] for match in about["app.log"] if match} == {OWNER}
    assert {match[1] for match in about["worker.log"] if match} == {OWNER, STRANGER}
    assert "-" not in {match[2] for match in about["worker.log"] if match}


def _send(world: World, message: dict[str, str]) -> None:
    queue = world.stack.environment["COUNTERSIGN_QUEUE_URL"]
    world.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(message))


def _lines(home: Path, name: str, written: dict[str, int]) -> list[str]:
    text = (home / name).read_bytes()[written[name] :].decode(errors="replace")
    return [line for line in text.splitlines() if not _NO_LOG.match(line)]


def test_each_route_is_asked() -> None:
    asked = {(ask.method, ask.path.partition("?")[0].split("/")[2]) for ask in _asks()}
    assert asked == {(method, path.split("/")[2]) for method, path in ROUTES}
    assert len(app.routes) > len(asked) / 2
