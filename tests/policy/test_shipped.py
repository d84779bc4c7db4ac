"""The policies and pages that the project ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from chalicelib.model.policy import AnyOf, Execution, Policy
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from cli.local.policies import policy_files
from cli.reference import DOCS, main, pages

POLICIES = DOCS.parent / "policies"
PLUGINS = Services({}).plugins


def shipped(name: str) -> Policy:
    return load_policy(name, lambda each: (POLICIES / f"{each}.yaml").read_text(encoding="utf-8"), PLUGINS)


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_up_to_date(name: str) -> None:
    current = (DOCS / name).read_text(encoding="utf-8")
    assert current == pages()[name], "run python -m cli.reference"


def test_the_command_says_when_a_page_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.reference.DOCS", tmp_path)
    stale = CliRunner().invoke(main, ["--check"])
    assert (stale.exit_code, "policy-reference.md" in stale.output) == (1, True)
    assert CliRunner().invoke(main, []).exit_code == 0
    assert CliRunner().invoke(main, ["--check"]).exit_code == 0


@pytest.mark.parametrize("name", [name for name in pages() if name.endswith(".json")])
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(pages()[name]))


def test_every_check_with_all_that_it_has_is_in_the_reference() -> None:
    page = pages()["policy-reference.md"]
    for check in PLUGINS.checks.values():
        section = page.partition(f"\n### {check.name}\n")[2].partition("\n##")[0]
        assert check.summary in section
        assert check.reads in section
        for name in (*(each.name for each in check.parameters), *check.reasons):
            assert f"| `{name}` |" in section


@pytest.mark.parametrize("path", policy_files(POLICIES), ids=lambda path: path.stem)
def test_shipped_policies_are_valid_and_begin_with_the_modeline(path: Path) -> None:
    assert shipped(path.stem).flows
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../docs/policy.schema.json"


def test_the_baseline_has_the_four_flows_with_their_effects() -> None:
    flows = shipped("baseline").flows
    assert {name: flow.effects for name, flow in flows.items()} == {
        "register": ("store_images", "index_face", "save_user"),
        "register_with_id_card": ("store_images", "index_face", "save_user"),
        "authenticate": ("touch_user",),
        "update": ("store_images", "index_face", "save_user", "retire_faces"),
    }


@pytest.mark.parametrize("name", ["baseline", "acme", "globex"])
def test_nobody_authenticates_below_99(name: str) -> None:
    matches = [
        step
        for flow in ("authenticate", "update")
        for each in shipped(name).flows[flow].steps
        for step in (each.branches if isinstance(each, AnyOf) else (each,))
        if step.check in ("stored_face_match", "collection_match")
    ]
    assert matches
    for step in matches:
        asked = [getattr(step.parameters, parameter.name) for parameter in PLUGINS.checks[step.check].parameters]
        assert min(asked) >= 99


def test_the_age_gate_looks_at_a_card_only_and_writes_nothing() -> None:
    policy = shipped("globex")
    gate = policy.flows["age_gate"]
    needs = {need for step in gate.steps if not isinstance(step, AnyOf) for need in PLUGINS.checks[step.check].needs}
    assert needs == {"document_facts"}
    assert (gate.effects, policy.execution) == ((), Execution.CHEAPEST)


def test_acme_asks_for_consent_and_spreads_its_faces() -> None:
    policy = shipped("acme")
    assert (policy.consent_required, policy.faces.shards) == (True, 2)
