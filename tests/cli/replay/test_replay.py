"""countersign policy replay: counts, examples, the report, and the queries for Athena."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings

from chalicelib.engine.plan import plan_flow
from chalicelib.model.policy import Flow
from cli.replay.athena import table_ddl
from cli.replay.log import TABLE, open_log
from cli.replay.query import Rows, decided
from cli.replay.svg import nice_top
from tests.cli.workbench.running import Ran, run
from tests.engine.worlds import PLUGINS, flows


def replayed(policies: Path, log: Path, *arguments: object) -> list[dict[str, Any]]:
    ran = run("policy", "replay", *arguments, "--policies", policies, "--log", log, "--json")
    assert ran.exit_code == 0, ran.output
    results: list[dict[str, Any]] = json.loads(ran.output)
    return results


def test_nothing_flips_under_the_policy_that_decided(policies: Path, log: Path) -> None:
    results = replayed(policies, log, "acme")
    assert [result["decisions"] for result in results] == [1_000, 1_000, 1_600, 400]
    for result in results:
        for group in result["groups"]:
            assert (group["now"], group["now_reason"]) == (group["was"], group["was_reason"])


def test_a_stricter_pose_denies_and_a_warning_approves(policies: Path, log: Path) -> None:
    (result,) = replayed(policies, log, "acme-next", "--tenant", "acme", "--flow", "register")
    flips = {
        (group["was_reason"], group["now_reason"]): group for group in result["groups"] if group["was"] != group["now"]
    }
    with open_log(log) as connection:
        turned = connection.execute(
            f"SELECT count(*) FROM {TABLE} WHERE flow = 'register' AND decision = 'approved' AND abs(yaw_deg) > 20"
        ).fetchone()
    assert turned is not None
    assert flips[None, "pose: yaw_too_large"]["decisions"] == turned[0] > 0
    assert flips["brightness: too_bright", None]["now"] == "approved"
    assert all(1 <= len(group["examples"]) <= 3 for group in flips.values())


def test_what_the_search_did_not_reach_is_not_guessed(policies: Path, log: Path) -> None:
    ran = run("policy", "replay", "acme-next", "--policies", policies, "--tenant", "acme", "--log", log)
    assert "blocklist: the search did not go as low as this threshold" in ran.output
    (result,) = replayed(policies, log, "acme-next", "--tenant", "acme", "--flow", "register_with_id_card")
    assert {group["now"] for group in result["groups"]} == {"denied", "unknown"}


def test_between_days(policies: Path, log: Path) -> None:
    (result,) = replayed(policies, log, "acme", "--flow", "update", "--since", "2026-11-19", "--until", "2026-11-20")
    assert 50 < result["decisions"] < 250


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


def test_the_report_is_one_whole_page(policies: Path, log: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    replayed(policies, log, "acme-next", "--tenant", "acme", "--live", "acme", "--html", page)
    text = page.read_text()
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.seen["section"] == 4
    assert tags.seen["svg"] > 10
    assert "now 20" in text
    assert "then 25" in text
    assert not {"script", "link", "img"} & set(tags.seen), "it needs nothing else"


def failing(*arguments: object) -> Ran:
    ran = run("policy", "replay", *arguments)
    assert ran.exit_code == 2
    return ran


def test_errors_say_what_to_do(policies: Path, log: Path, tmp_path: Path) -> None:
    of = ("--policies", policies)
    assert "--log" in failing("acme", *of).output
    assert "countersign decisions export" in failing("acme", *of, "--log", tmp_path / "none").output
    assert "The log has acme; say --tenant." in failing("acme", *of, "--log", log, "--tenant", "globex").output
    assert "The policy has no flow 'enrol'" in failing("acme", *of, "--log", log, "--flow", "enrol").output


@pytest.mark.parametrize("dialect", ["trino", "athena"])
def test_athena_reads_the_queries(policies: Path, dialect: str) -> None:
    ran = run("policy", "replay", "acme-next", "--policies", policies, "--athena", "countersign.decisions")
    queries = [
        each for each in sqlglot.parse(ran.output, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE) if each
    ]
    assert len(queries) == 8
    ddl = sqlglot.parse(table_ddl("countersign.decisions", "s3://bucket/log/"), dialect="athena")
    assert ddl[0] is not None


def test_athena_runs_what_duckdb_runs(policies: Path, log: Path) -> None:
    """Functions and types have the same meaning in both, so what runs here is the text that is printed."""
    ran = run("policy", "replay", "acme", "--policies", policies, "--athena", TABLE, "--flow", "update")
    what_flips, by_day = ran.output.split(";")[:2]
    with open_log(log) as connection:
        groups = connection.execute(what_flips).fetchall()
        days = connection.execute(by_day).fetchall()
    assert sum(group[4] for group in groups) == sum(day[3] for day in days) == 400


@settings(deadline=None, max_examples=15)
@given(flow=flows())
def test_every_policy_is_sql_that_trino_reads(flow: Flow) -> None:
    text = decided(plan_flow(flow, PLUGINS), Rows("t", "acme", flow.name)) + " SELECT 1 FROM decided"
    sqlglot.parse_one(text, dialect="trino", error_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize(("largest", "top"), [(0, 1), (1, 1), (1.1, 2), (7, 10), (333, 500), (1000, 1000)])
def test_axes_end_at_round_numbers(largest: float, top: float) -> None:
    assert nice_top(largest) == top
