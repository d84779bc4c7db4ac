"""The app is killed in the middle of a request; and recovery runs beside requests that are still under way."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from chalicelib.aws import AwsCaller
from chalicelib.model.submission import user_key
from chalicelib.store.items import Table, key, stamp
from chalicelib.wiring import Services, Tenant
from cli.local.bootstrap import NAMES
from cli.local.processes import PROJECT
from sandbox.pictures.people import hopper
from sandbox.pictures.variants import to_jpeg
from tests.e2e.world import Answer, World

SELFIE = base64.b64encode(to_jpeg(hopper())).decode()
STARTS_WITHIN_S = 60
SLOW_S = 3


@contextmanager
def own_app(world: World, home: Path) -> Iterator[tuple[str, int]]:
    """A second app on the same AWS: its URL and its process."""
    port_file = home / f"{time.monotonic_ns()}.port"
    command = [sys.executable, "-m", "cli.local.app_server", "--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=dict(world.stack.environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline_s = time.monotonic() + STARTS_WITHIN_S
        while not port_file.exists() or not port_file.read_text():
            assert time.monotonic() < deadline_s and process.poll() is None
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port_file.read_text()}", process.pid
    finally:
        process.kill()
        process.wait()


def tenant_of(world: World, name: str) -> Tenant:
    return Services(world.stack.environment, world.aws).tenant(name)


def status_of(tenant: Tenant, user_id: str) -> str | None:
    user = tenant.users.get(user_key(tenant.name, user_id))
    return user.status.value if user else None


def kill_when(
    world: World, home: Path, tenant: Tenant, body: dict[str, Any], status: str, idempotency_key: str
) -> None:
    """Send the request to an app of its own and kill that as soon as the user's record has this status."""
    sent = {"Authorization": f"Bearer {world.stack.key(tenant.name)}", "Idempotency-Key": idempotency_key}
    sent["Content-Type"] = "application/json"
    with own_app(world, home) as (url, pid), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            urllib3.request,
            "POST",
            f"{url}/v1/verifications",
            body=json.dumps(body),
            headers=sent,
            retries=False,
            timeout=60,
        )
        deadline_s = time.monotonic() + 60
        while status_of(tenant, body["user_id"]) != status:
            assert time.monotonic() < deadline_s, "the record never had that status"
        time.sleep(0.3)  # so that what goes on beside the slow call has been done
        os.kill(pid, signal.SIGKILL)
        assert isinstance(asked.exception(timeout=60), urllib3.exceptions.HTTPError), "it was answered before the kill"
    world.set_fault(None)
    time.sleep(SLOW_S)  # AWS goes on with a call whose caller is dead


def minutes_pass(world: World, tenant: str, idempotency_key: str, minutes: int) -> None:
    """For the key: as if its request had come in earlier."""
    where = key(tenant, "I", sha256(idempotency_key.encode()).hexdigest(), "ANSWER")
    earlier = stamp(datetime.now(UTC) - timedelta(minutes=minutes))
    Table(AwsCaller(world.aws), NAMES.table).update(where, "SET #started_at = :earlier", earlier=earlier)


def erase(world: World, tenant: str, user_id: str) -> None:
    answer = world.send("DELETE", f"/v1/users/{quote(user_id)}", key=world.stack.key(tenant))
    assert answer.status == 200, answer.body


def send(world: World, tenant: str, body: dict[str, Any], idempotency_key: str) -> Answer:
    sent = {"Idempotency-Key": idempotency_key}
    return world.send("POST", "/v1/verifications", body, key=world.stack.key(tenant), headers=sent)


@pytest.mark.parametrize(
    ("slow", "kind", "status"),
    [
        pytest.param("rekognition:IndexFaces", "latency", "pending", id="before the commit"),
        pytest.param("dynamodb:UpdateItem", "timeout", "active", id="after the commit, before the answer is kept"),
    ],
)
def test_a_request_whose_app_was_killed_can_be_sent_again(
    world: World, own_tenant: str, tmp_path: Path, slow: str, kind: str, status: str
) -> None:
    before, tenant = world.kept(), tenant_of(world, own_tenant)
    body = {"flow": "register", "user_id": f"killed while {status}", "selfie": SELFIE}
    world.set_fault({"operation": slow, "kind": kind, "latency_ms": SLOW_S * 1000})
    kill_when(world, tmp_path, tenant, body, status, f"key {status}")
    assert status_of(tenant, body["user_id"]) == status

    shown = world.send("GET", f"/v1/users/{body['user_id'].replace(' ', '%20')}", key=world.stack.key(own_tenant))
    assert shown.status == (404 if status == "pending" else 200)
    still = send(world, own_tenant, body, f"key {status}")
    assert (still.status, still.code) == (409, "idempotency-key-in-use")
    minutes_pass(world, own_tenant, f"key {status}", 2)
    other = send(world, own_tenant, {**body, "user_id": "other"}, f"key {status}")
    assert (other.status, other.code) == (422, "idempotency-mismatch")

    answer = send(world, own_tenant, body, f"key {status}")

    assert (answer.status, answer.body.get("decision")) == (200, "approved"), answer.body
    assert send(world, own_tenant, body, f"key {status}").body == answer.body
    assert status_of(tenant, body["user_id"]) == "active"
    after = world.kept()
    assert len(after["faces"]) == len(before["faces"]) + 1
    assert len(after["pictures"]) == len(before["pictures"]) + 1
    erase(world, own_tenant, body["user_id"])
    assert (world.kept()["faces"], world.kept()["pictures"]) == (before["faces"], before["pictures"])


def test_without_a_second_request_recovery_makes_it_not_have_happened(
    world: World, own_tenant: str, tmp_path: Path
) -> None:
    before, tenant = world.kept(), tenant_of(world, own_tenant)
    body = {"flow": "register", "user_id": "never", "selfie": SELFIE}
    world.set_fault({"operation": "rekognition:IndexFaces", "kind": "latency", "latency_ms": SLOW_S * 1000})
    kill_when(world, tmp_path, tenant, body, "pending", "never")
    assert len(world.kept()["pictures"]) == len(before["pictures"]) + 1
    assert len(world.kept()["faces"]) == len(before["faces"]) + 1

    own_key = user_key(own_tenant, "never")
    tenant.recover(own_key, datetime.now(UTC))
    assert status_of(tenant, "never") == "pending", "it may still be running"
    for _ in range(2):
        tenant.recover(own_key, datetime.now(UTC) + timedelta(minutes=5))

    after = world.kept()
    assert (after["faces"], after["pictures"]) == (before["faces"], before["pictures"])
    assert status_of(tenant, "never") is None


def test_recovery_beside_racing_registrations_leaves_one_user_or_none(world: World, own_tenant: str) -> None:
    """Recovery is told that it is later than it is, so it takes changes for crashed that are still under way."""
    before, tenant, rivals, over = world.kept(), tenant_of(world, own_tenant), 4, Event()
    keys = [user_key(own_tenant, f"rival {number}") for number in range(rivals)]

    def recover_all_the_time() -> None:
        while not over.is_set():
            for one in keys:
                tenant.recover(one, datetime.now(UTC) + timedelta(hours=1))

    def register(number: int) -> Answer:
        body = {"flow": "register", "user_id": f"rival {number}", "selfie": SELFIE}
        return world.send("POST", "/v1/verifications", body, key=world.stack.key(own_tenant))

    with ThreadPoolExecutor(rivals + 1) as pool:
        recovering = pool.submit(recover_all_the_time)
        answers = [answer for _ in range(2) for answer in pool.map(register, range(rivals))]
        over.set()
        recovering.result()

    approved = {answer.body["user_id"] for answer in answers if answer.body.get("decision") == "approved"}
    active = {f"rival {number}" for number in range(rivals) if status_of(tenant, f"rival {number}") == "active"}
    assert approved == active and len(active) <= 1, [answer.body for answer in answers]
    after = world.kept()
    assert len(after["faces"]) == len(before["faces"]) + len(active)
    assert len(after["pictures"]) == len(before["pictures"]) + len(active)
    for user_id in active:
        erase(world, own_tenant, user_id)
