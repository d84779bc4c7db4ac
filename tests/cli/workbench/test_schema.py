from __future__ import annotations

import json

import pytest

from cli.commands.policy import WORKFLOW
from cli.workbench.folder import installed_plugins
from tests.cli.workbench.running import run

PLUGINS = installed_plugins()


def test_without_a_command_the_workflow_names_every_command() -> None:
    shown = run("policy")
    assert shown.exit_code == 0
    for stage in WORKFLOW:
        for command in stage.commands:
            assert f"countersign policy {command.name} " in shown.output


def test_the_overview_names_every_key_check_and_effect() -> None:
    shown = run("policy", "schema").output
    for name in ("limits.max_failures", "insert", *PLUGINS.checks, *PLUGINS.effects):
        assert f"\n{name} " in shown


@pytest.mark.parametrize("name", PLUGINS.checks)
def test_the_page_of_a_check_has_all_its_parameters_and_reasons(name: str) -> None:
    check, shown = PLUGINS.checks[name], run("policy", "schema", name).output
    assert check.summary in shown
    for wanted in (*(f"{parameter.name} " for parameter in check.parameters), *(f"{code} " for code in check.reasons)):
        assert f"\n{wanted}" in shown


def test_piped_output_has_neither_colour_nor_trailing_blanks() -> None:
    shown = run("policy", "schema", "pose").output
    assert "\x1b" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_the_schema_itself_as_json() -> None:
    assert json.loads(run("policy", "schema", "--json").output)["title"] == "Countersign policy"
    assert "max_yaw_deg" in json.loads(run("policy", "schema", "pose", "--json").output)["properties"]


def test_a_check_that_is_not_there() -> None:
    shown = run("policy", "schema", "posee")
    assert (shown.exit_code, "Did you mean 'pose'?" in shown.output) == (2, True)
