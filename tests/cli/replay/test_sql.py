"""The SQL says what the engine says: of every check, and of whole policies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.engine.plan import plan_flow
from chalicelib.engine.redecide import redecide
from chalicelib.model.policy import Flow, Step
from cli.replay.check_sql import CHECK_RULES
from cli.replay.columns import COLUMNS, SIGNALS, signal_values
from cli.replay.log import TABLE, open_log, write_json_lines, write_parquet
from cli.replay.query import Rows, decided
from tests.checks.test_checks import CASE_FILES
from tests.engine.test_record import through_the_log
from tests.engine.worlds import CHECKS, MISSING, PLUGINS, READ, flows, parameters, seen

ROWS = Rows(TABLE, "acme", "enrol")


def row(number: int, signals: Mapping[str, Any]) -> dict[str, Any]:
    base = {"verification_id": f"v{number:03}", "decided_at": "2026-11-24T10:00:00", "decision": "approved"}
    return base | signal_values(signals) | {"tenant": "acme", "flow": "enrol", "day": "2026-11-24"}


def by_sql(flow: Flow, logged: list[Mapping[str, Any]], folder: Path) -> list[tuple[str, str | None]]:
    """What DuckDB says of each."""
    lines = folder / "log.jsonl"
    write_json_lines((row(number, signals) for number, signals in enumerate(logged)), lines)
    query = f"{decided(plan_flow(flow, PLUGINS), ROWS)} SELECT now, now_reason FROM decided ORDER BY verification_id"
    with open_log(lines) as connection:
        return connection.execute(query).fetchall()


def by_engine(flow: Flow, signals: Mapping[str, Any]) -> tuple[str, str | None]:
    found = redecide(plan_flow(flow, PLUGINS), signals)
    verdict = found.verdict.value if found.verdict else "unknown"
    told = (*found.unknown, *found.reasons)
    return verdict, f"{told[0].step}: {told[0].code}" if told else None


def test_every_check_and_every_signal_has_its_columns() -> None:
    assert set(CHECK_RULES) == set(CHECKS)
    assert {each.signal for each in SIGNALS} == set(READ)
    names = [column.name for column in COLUMNS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_each_check_says_the_same_of_its_cases(check: Any, tmp_path: Path) -> None:
    """The cases have every reason of every check, and values that are missing or not numbers."""
    by_parameters: dict[object, list[dict[str, Any]]] = {}
    for case in CASE_FILES[check.name].CASES:
        parameters = check.make_parameters(**case.parameters)
        by_parameters.setdefault(parameters, []).append(through_the_log(dict(case.signals)))
    for parameters, logged in by_parameters.items():
        flow = Flow("enrol", (Step("step", check.name, parameters),))
        assert by_sql(flow, logged, tmp_path) == [by_engine(flow, signals) for signals in logged]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_check_says_the_same_of_anything(check: Any, tmp_path: Path, data: st.DataObject) -> None:
    flow = Flow("enrol", (Step("step", check.name, data.draw(parameters(check))),))
    worlds = data.draw(st.lists(seen(), min_size=5, max_size=25))
    logged = [{need: world.sent[need] for need in check.needs} for world in worlds]
    assert by_sql(flow, logged, tmp_path) == [by_engine(flow, signals) for signals in logged]


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flow=flows(), data=st.data())
def test_whole_policies_say_the_same(flow: Flow, tmp_path: Path, data: st.DataObject) -> None:
    """Also of signals that were not read or could not be had."""
    unread = st.sets(st.sampled_from(READ), max_size=2)
    worlds = data.draw(st.lists(st.tuples(seen(), unread), min_size=5, max_size=15))
    logged = [{name: value for name, value in world.sent.items() if name not in gone} for world, gone in worlds]
    assert by_sql(flow, logged, tmp_path) == [by_engine(flow, signals) for signals in logged]


def test_parquet_holds_the_same_as_json_lines(tmp_path: Path) -> None:
    lines, folder = tmp_path / "log.jsonl", tmp_path / "parquet"
    write_json_lines([row(1, CASE_FILES["pose"].CASES[0].signals), row(2, {"selfie_faces": MISSING})], lines)
    write_parquet(lines, folder)
    assert {path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")} == {
        "tenant=acme/flow=enrol/day=2026-11-24"
    }
    names = ", ".join(column.name for column in COLUMNS)
    with open_log(lines) as one, open_log(folder) as other:
        query = f"SELECT {names} FROM {TABLE} ORDER BY verification_id"
        assert one.execute(query).fetchall() == other.execute(query).fetchall()
