"""countersign decisions export: from DynamoDB, over the wire, to what a replay reads."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.engine.plan import plan_flow
from chalicelib.model.decision import Decision, Reason, Shadow
from chalicelib.model.facts import CollectionMatch, CollectionMatches, FaceScan
from chalicelib.model.log import Receipt
from chalicelib.model.policy import Execution, Flow, Retention, Step
from chalicelib.store.decisions import logged_pages
from chalicelib.store.items import Table
from cli.errors import CliError
from cli.replay.export import Counts, Export
from cli.replay.log import TABLE, open_log
from cli.replay.query import Rows, decided, shadowed
from tests.aws_server import NAMES, AwsServer, aws_server
from tests.checks.harness import document, face
from tests.engine.fakes import NOW
from tests.engine.worlds import CHECKS, PLUGINS, READ, SIGNALS, Seen, decide_really
from tests.log import decisions_of

FLOW = Flow(
    "enrol",
    tuple(
        Step(name, name, CHECKS[name].make_parameters())
        for name in ("pose", "duplicate_face", "minimum_age", "name_match")
    ),
)
SECRETS = ("ERIKSSON", "ANNA", "L898902C3", "1974", "Ada")


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    with aws_server() as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return f"t{uuid4().hex[:12]}"


def really_decided(tenant: str, count: int) -> list[Decision]:
    """Decisions of the engine about people who differ, some with a shadow."""
    dice, made = random.Random(7), []  # noqa: S311
    for number in range(count):
        scan = FaceScan((face(yaw_deg=dice.choice([0.0, 29.5, 31.0, None])),), 800, 1000)
        search = CollectionMatches((CollectionMatch(False, "f", dice.choice([50.0, 97.0, 98.5])),), 0.0)
        card = document(claims={"name": dice.choice(["Anna Eriksson", "Grace Hopper"])})
        values = dict.fromkeys(READ) | {"selfie_faces": scan, "collection_matches": search} | card
        decision = decide_really(FLOW, Seen(values, values), Execution.FASTEST)
        shadow = Shadow("next", "n", None, (), (Reason("pose", "not_read"),)) if number % 2 else None
        made.append(replace(decision, tenant=tenant, verification_id=f"v{number:03}", shadow=shadow))
    return made


def logged(server: AwsServer, decisions: list[Decision]) -> None:
    logs = {tenant: decisions_of(server, tenant) for tenant in {decision.tenant for decision in decisions}}
    for decision in decisions:
        log = logs[decision.tenant]
        log.append(log.sign(decision, Retention()))


def export(server: AwsServer, tenant: str, out: Path, parts: int = 4, **others: Any) -> Counts:
    pages = partial(logged_pages, Table(server.aws, NAMES.table), tenant, others.pop("now", NOW))
    return Export(others.pop("pages", pages), parts, SIGNALS, out).run(others.pop("told", lambda read: None))


@pytest.mark.parametrize("name", ["log", "log.jsonl"])
def test_what_was_decided_is_decided_again(server: AwsServer, tenant: str, tmp_path: Path, name: str) -> None:
    """From the engine through DynamoDB and the files to SQL: every decision and its first reason."""
    made, others = really_decided(tenant, 16), really_decided(f"{tenant}-other", 1)
    logged(server, [*made, *others])
    counts = export(server, tenant, tmp_path / name)
    assert (counts.decisions, counts.unreadable, counts.resumed) == (16, 0, 0)
    assert len({decision.verdict for decision in made}) > 1
    query = f"{decided(plan_flow(FLOW, PLUGINS), Rows(TABLE, tenant, 'enrol'))} SELECT * FROM decided ORDER BY 1"
    with open_log(tmp_path / name) as connection:
        rows = connection.execute(query).fetchall()
    for decision, (verification_id, day, decided_at, was, was_reason, now, now_reason) in zip(made, rows, strict=True):
        reason = f"{decision.reasons[0].step}: {decision.reasons[0].code}" if decision.reasons else None
        assert (verification_id, decided_at) == (decision.verification_id, NOW.replace(tzinfo=None))
        assert (day, was, was_reason) == ("2026-11-23", decision.verdict.value, reason)
        assert (now, now_reason) == (was, was_reason)


def test_no_file_names_anybody(server: AwsServer, tenant: str, tmp_path: Path) -> None:
    logged(server, [replace(each, extracted={"first_name": "Ada"}) for each in really_decided(tenant, 2)])
    export(server, tenant, tmp_path / "log.jsonl")
    text = (tmp_path / "log.jsonl").read_text()
    assert '"age_years":37' in text
    assert not [secret for secret in SECRETS if secret in text]


def test_shadow_decisions_are_kept_beside(server: AwsServer, tenant: str, tmp_path: Path) -> None:
    logged(server, really_decided(tenant, 4))
    export(server, tenant, tmp_path / "log")
    query = (
        f"{shadowed(Rows(TABLE, tenant, 'enrol'), 'next')} SELECT now, now_reason, count(*) FROM decided GROUP BY 1, 2"
    )
    with open_log(tmp_path / "log") as connection:
        assert connection.execute(query).fetchall() == [("unknown", "pose: not_read", 2)]


def test_one_that_was_stopped_goes_on(server: AwsServer, tenant: str, tmp_path: Path) -> None:
    logged(server, really_decided(tenant, 6))
    pages = partial(logged_pages, Table(server.aws, NAMES.table), tenant, NOW)

    def stopped(part: int, parts: int) -> Iterator[tuple[int, list[Receipt]]]:
        if part >= 6:
            raise KeyboardInterrupt
        yield from pages(part, parts)

    with pytest.raises(KeyboardInterrupt):
        export(server, tenant, tmp_path / "log.jsonl", 8, pages=stopped)
    assert not (tmp_path / "log.jsonl").exists()
    counts = export(server, tenant, tmp_path / "log.jsonl", 8)
    assert (counts.decisions, counts.resumed) == (6, 6)
    ids = [json.loads(line)["verification_id"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert sorted(ids) == [f"v{number:03}" for number in range(6)]
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_what_is_past_its_retention_is_not_exported(server: AwsServer, tenant: str, tmp_path: Path) -> None:
    logged(server, really_decided(tenant, 1))
    later = NOW + timedelta(days=Retention().decisions_days + 1)
    assert export(server, tenant, tmp_path / "log", now=later).decisions == 0


def test_signals_of_another_version_are_counted_and_not_guessed_at(
    server: AwsServer, tenant: str, tmp_path: Path
) -> None:
    (decision,) = really_decided(tenant, 1)
    logged(server, [replace(decision, signals={"id_face": {"similarity": "high"}})])
    assert export(server, tenant, tmp_path / "log.jsonl").unreadable == 1
    assert json.loads((tmp_path / "log.jsonl").read_text())["decision"] == decision.verdict.value


def test_nothing_is_overwritten(server: AwsServer, tenant: str, tmp_path: Path) -> None:
    with pytest.raises(CliError, match="is there already"):
        export(server, tenant, tmp_path)
