"""`countersign policy explain`: where values come from, and calls, prices and quotas that are true."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.flows import FLOWS, measure_denial, measure_flow
from bench.latencies import LATENCIES_MS, latency_ms
from bench.world import World, running_world
from chalicelib.engine.plan import Plan, plan_flow
from chalicelib.model.policy import Execution, FaceStorage
from chalicelib.policy.load import load_policy, load_with_places
from cli.local.processes import PROJECT
from cli.workbench.explaining.calls import calls_of, paths
from cli.workbench.explaining.picture import svg
from cli.workbench.explaining.resolved import resolved_rows
from cli.workbench.explaining.tables import SHIPPED, read_tables
from cli.workbench.explaining.timing import p50_ms
from cli.workbench.folder import PolicyFolder, installed_plugins
from tests.cli.workbench.running import run
from tests.policy.test_shipped import POLICIES

PLUGINS = installed_plugins()
BASELINE = load_policy("baseline", PolicyFolder(POLICIES).read, PLUGINS)
TABLES = read_tables(SHIPPED, "us-east-1")
ONE_FACE = FaceStorage(max_per_user=1)


def plan(flow: str, execution: Execution = Execution.FASTEST) -> Plan:
    return plan_flow(BASELINE.flows[flow], PLUGINS, execution)


def calls(flow: str, execution: Execution, title: str, faces: FaceStorage = ONE_FACE) -> Counter[str]:
    planned = plan(flow, execution)
    path = next(path for path in paths(planned, execution) if path.title == title)
    return calls_of(path, planned, faces)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    before = dict(os.environ)
    try:
        with running_world() as world:
            yield world
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.xdist_group("explained")  # they share the sandbox
@pytest.mark.parametrize("execution", Execution)
@pytest.mark.parametrize("flow", FLOWS)
def test_an_approval_makes_these_calls_and_no_others(world: World, flow: str, execution: Execution) -> None:
    """What explain says, and what the journal of the sandbox says of people with one stored face."""
    assert calls(flow, execution, "approved") == measure_flow(world, flow, execution, {}, 1).calls


@pytest.mark.xdist_group("explained")
@pytest.mark.parametrize("execution", Execution)
def test_a_denial_makes_these_calls_and_no_others(world: World, execution: Execution) -> None:
    """`cheapest` has not asked for more; with `fastest` the search may be stopped before it was asked."""
    measured = measure_denial(world, execution, {}, 1).calls
    expected = calls("register", execution, "denied at sunglasses")
    assert measured.pop("rekognition:SearchFacesByImage", 0) <= expected.pop("rekognition:SearchFacesByImage", 0)
    assert measured == expected


def test_more_faces_and_collections_are_more_calls() -> None:
    many = FaceStorage(max_per_user=4, shards=3)
    assert calls("authenticate", Execution.FASTEST, "approved", many)["rekognition:CompareFaces"] == 4
    assert calls("register", Execution.FASTEST, "approved", many)["rekognition:SearchFacesByImage"] == 5
    assert calls("register", Execution.FASTEST, "denied at pose", many)["rekognition:SearchFacesByImage"] == 3


def test_latencies_are_those_of_the_measurements() -> None:
    for name in TABLES.latency_ms:
        if name != "rekognition:GetFaceLivenessSessionResults":
            assert TABLES.latency_ms[name] == latency_ms(name, LATENCIES_MS)


@pytest.mark.parametrize("flow", BASELINE.flows)
@pytest.mark.parametrize("execution", Execution)
def test_every_call_of_every_path_has_a_price_and_a_latency(flow: str, execution: Execution) -> None:
    planned = plan(flow, execution)
    for path in paths(planned, execution):
        made = calls_of(path, planned, BASELINE.faces)
        assert TABLES.price(made) is not None
        assert set(made) <= set(TABLES.latency_ms)


def test_what_waits_for_what() -> None:
    """Milliseconds that tell by their digits which calls were waited for."""
    told = {"rekognition:DetectFaces": 1, "rekognition:SearchFacesByImage": 10, "rekognition:CompareFaces": 100}
    told |= {"textract:AnalyzeID": 1000, "rekognition:IndexFaces": 10_000, "rekognition:SearchFaces": 100_000}

    def ms(flow: str, execution: Execution, title: str) -> float:
        planned = plan(flow, execution)
        path = next(path for path in paths(planned, execution) if path.title == title)
        return p50_ms(path, planned, execution, told)

    card = "register_with_id_card"
    assert ms(card, Execution.FASTEST, "denied at pose") == 1
    assert ms(card, Execution.FASTEST, "denied at duplicate_face") == 100
    assert ms(card, Execution.FASTEST, "denied at minimum_age") == 1000
    assert ms(card, Execution.CHEAPEST, "denied at pose") == 1
    assert ms(card, Execution.CHEAPEST, "denied at duplicate_face") == 111
    assert ms(card, Execution.CHEAPEST, "denied at minimum_age") == 1111
    assert ms(card, Execution.CHEAPEST, "approved") == 111_111
    assert ms(card, Execution.SPECULATIVE, "approved") == 110_000
    assert ms(card, Execution.SPECULATIVE, "denied at minimum_age") == 110_000
    assert ms("authenticate", Execution.CHEAPEST, "approved") == 101
    assert ms("authenticate", Execution.CHEAPEST, "denied at face_match") == 111


def test_each_value_with_the_place_where_it_was_written() -> None:
    rows = list(resolved_rows(load_with_places("acme", PolicyFolder(POLICIES).read, PLUGINS), PLUGINS))
    lines = {name: (POLICIES / f"{name}.yaml").read_text().splitlines() for name in ("acme", "baseline")}
    found = {line.strip().removeprefix("- "): where for line, where in rows}
    assert found["max_brightness: 98"] == "default"
    for value, file in (("max_yaw_deg: 25", "acme"), ("max_pitch_deg: 45", "baseline"), ("check: name_match", "acme")):
        name, _, line = found[value].partition(".yaml:")
        assert name == file
        assert value in lines[file][int(line) - 1]
    for line, where in rows:
        if where not in ("", "default"):
            name, _, number = where.partition(".yaml:")
            key = line.strip().removeprefix("- ").partition(":")[0]
            assert key in lines[name][int(number) - 1], (line, where)


@pytest.mark.parametrize("tenant", PolicyFolder(POLICIES).tenants())
def test_every_shipped_policy_can_be_explained(tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    shown = run("policy", "explain", tenant)
    assert shown.exit_code == 0
    assert shown.output.count("\napproved ") == len(load_policy(tenant, PolicyFolder(POLICIES).read, PLUGINS).flows)


@pytest.mark.parametrize("flow", BASELINE.flows)
def test_the_picture_shows_every_signal_step_and_effect(flow: str) -> None:
    root = ET.fromstring(svg(plan(flow)))  # noqa: S314 - our own
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in (*plan(flow).signals, *(step.id for step in BASELINE.flows[flow].steps), *BASELINE.flows[flow].effects):
        assert name in texts
    boxes = [element for element in root.iter("{http://www.w3.org/2000/svg}rect") if "x" in element.attrib]
    places = [(box.attrib["x"], box.attrib["y"]) for box in boxes]
    assert len(places) == len(set(places)), "no box lies on another"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").symlink_to(POLICIES)
    return tmp_path


def test_the_load_against_the_quotas(folder: Path) -> None:
    shown = run("policy", "explain", "baseline", "--flow", "register", "--load", "30").output
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("rekognition:")}
    assert rows["rekognition:DetectFaces"] == ["30", "50", "50", "decisions", "a", "second"]
    assert rows["rekognition:SearchFaces"] == ["30", "50", "50", "decisions", "a", "second"]
    shown = run("policy", "explain", "acme", "--flow", "register", "--load", "30").output
    assert "rekognition:SearchFacesByImage  90               50     ask AWS for 90" in shown


def test_own_tables_and_a_picture(folder: Path) -> None:
    own = SHIPPED.read_text().replace('"rekognition:DetectFaces" = 250', '"rekognition:DetectFaces" = 7250')
    (folder / "own.toml").write_text(own.replace("[regions.us-west-2]", "[regions.eu-central-1]"))
    options = ("--tables", "own.toml", "--region", "eu-central-1", "--flow", "register", "--svg", "plan.svg")
    shown = run("policy", "explain", "policies/baseline.yaml", *options)
    assert (shown.exit_code, "7,274 ms" in shown.output) == (0, True)
    assert (folder / "plan.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("nobody",), "There is no policy policies/nobody.yaml"),
        (("acme", "--flow", "registr"), "Did you mean register?"),
        (("acme", "--svg", "x.svg"), "--flow"),
        (("acme", "--region", "mars-1"), "has no region 'mars-1', only us-east-1, us-west-2"),
        (("acme", "--tables", "none.toml"), "Cannot read none.toml"),
    ],
)
def test_wrong_usage(folder: Path, options: tuple[str, ...], told: str) -> None:
    shown = run("policy", "explain", *options)
    assert (shown.exit_code, told in shown.output) == (2, True), shown.output
