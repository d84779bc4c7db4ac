"""`countersign retention`: what is held of a tenant and until when, against the sandbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.jobs import run as job
from chalicelib.model.block import BlockSource
from chalicelib.model.decision import Verdict
from chalicelib.wiring.blocking import block_face
from cli.bulk.on_queue import Wanted, start
from cli.main import commands
from cli.retention.holdings import Holdings, Thing
from tests.own_environment import OwnEnvironment, own_environment, selfie, submission
from tests.running_sandbox import RunningSandbox

TENANT = "archive"
RETENTION = "retention: {images_days: 5, fields_days: 10, faces_days: 20, decisions_days: 40}"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def run(environment: OwnEnvironment, *arguments: str) -> Result:
    return CliRunner().invoke(commands, ["retention", *arguments, "--tenant", TENANT], env=environment.variables)


def report(environment: OwnEnvironment) -> dict[str, Any]:
    result = run(environment, "report", "--json")
    assert result.exit_code == 0, result.output
    held: dict[str, Any] = json.loads(result.stdout)
    return held


def days_until(text: str) -> int:
    return round((datetime.fromisoformat(text) - datetime.now(UTC)) / timedelta(days=1))


def test_a_report_tells_what_is_held_and_until_when(scripted: RunningSandbox) -> None:
    environment = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n{RETENTION}\n"})
    tenant = environment.services.tenant(TENANT)
    assert report(environment)["held"] == []
    assert tenant.verify(submission(TENANT, "register_with_id_card", "ada")).verdict is Verdict.APPROVED
    assert tenant.verify(submission(TENANT, "register", "bob")).verdict is Verdict.APPROVED
    assert tenant.verify(submission(TENANT, "register", "eve", "ada")).verdict is Verdict.DENIED
    ends_at = datetime.now(UTC) + timedelta(days=3)
    block_face(tenant, {"Bytes": selfie("mallory").content}, BlockSource.PICTURE, "fraud", ends_at)
    environment.services.tenant("another").audit.note("key_created", {}, datetime.now(UTC))

    told = report(environment)
    held = {one["kind"]: one for one in told["held"]}
    assert {kind: one["count"] for kind, one in held.items()} == {
        "attempts": 1,
        "audit entries": 1,
        "blocked faces": 1,
        "decisions": 3,
        "document fields of decisions": 1,
        "document fields of users": 1,
        "faces of users": 2,
        "pictures": 3,
        "users, active": 2,
        "whom decisions were about": 3,
    }
    ends = {kind: days_until(one["next_end"]) for kind, one in held.items() if one["next_end"]}
    assert ends | {"audit entries": 0, "attempts": 0} == {
        "attempts": 0,
        "audit entries": 0,
        "blocked faces": 3,
        "decisions": 40,
        "document fields of decisions": 10,
        "document fields of users": 10,
        "faces of users": 20,
        "pictures": 5,
        "whom decisions were about": 40,
    }
    assert sum(told["collections"].values()) == 3
    assert "document fields of decisions" in run(environment, "report").stdout


def test_a_report_tells_imports_from_decisions(scripted: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n{RETENTION}\n"})
    for name, value in environment.variables.items():
        monkeypatch.setenv(name, value)
    services, bucket, folder = environment.services, environment.names.images_bucket, f"{TENANT}/imports/may"
    for name, content in (("ada", selfie("ada").content), ("broken", b"no picture")):
        picture = {"Bucket": bucket, "Key": f"{folder}/{name}.jpg", "Body": content}
        environment.sandbox.client("s3").put_object(**picture)
    wanted = Wanted(TENANT, f"s3://{bucket}/{folder}", lambda _: "register", None, per_s=1000)
    what, _ = start(services, wanted, datetime.now(UTC))
    for name in ("ada", "broken"):
        person = {"user_id": name, "flow": "register", "selfie": f"{folder}/{name}.jpg"}
        message = {"job": "import_person", "tenant": TENANT, "import_id": what.import_id, "person": person}
        job(services, json.dumps(message), datetime.now(UTC))
    services.tenant(TENANT).idempotency.begin("key", "digest", "verification", datetime.now(UTC))

    held = {one["kind"]: one for one in report(environment)["held"]}
    assert {kind: one["count"] for kind, one in held.items()} == {
        "decisions": 1,
        "faces of users": 1,
        "files of imports": 3,
        "idempotency keys": 1,
        "pictures": 1,
        "results of imports": 2,
        "users, active": 1,
        "whom decisions were about": 1,
    }
    assert days_until(held["results of imports"]["last_end"]) == 30
    assert days_until(held["idempotency keys"]["oldest"]) == 0
    assert (held["files of imports"]["endless"], held["pictures"]["endless"]) == (2, 0)


def test_forgetting_makes_the_log_anonymous(scripted: RunningSandbox) -> None:
    environment = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n"})
    tenant = environment.services.tenant(TENANT)
    asked = submission(TENANT, "register", "ada")
    tenant.verify(asked)
    subject = tenant.decisions.receipt(asked.verification_id, datetime.now(UTC)).entry["subject"]
    assert run(environment, "forget").exit_code == 1, "it asks first"
    assert "anonymous" in run(environment, "forget", "--yes").stdout
    assert environment.services.pseudonyms.forget(TENANT) is False
    assert environment.services.pseudonyms.of(TENANT, asked.user_key) != subject
    assert "no pseudonyms" not in run(environment, "forget", "--yes").stdout


def test_counting() -> None:
    holdings = Holdings(NOW)
    for days in (5, -1, 3, None):
        holdings.add(Thing("faces", NOW, NOW + timedelta(days=days) if days else None))
    (held,) = holdings.all()
    assert (held.count, held.overdue, held.endless, held.oldest) == (4, 1, 1, NOW)
    assert (held.next_end, held.last_end) == (NOW - timedelta(days=1), NOW + timedelta(days=5))
