"""Terraform's own gates: format, validity, and the tests with a mocked provider (terraform/tests/)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.local.processes import PROJECT
from tests.terraform.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Workspace:
    return Workspace.copied(tmp_path_factory.mktemp("module") / "project", package, {})


def test_the_files_are_formatted(workspace: Workspace) -> None:
    assert workspace.run("fmt", "-check", "-recursive", str(PROJECT / "terraform")) == ""


def test_the_module_is_valid_without_a_warning(workspace: Workspace) -> None:
    told = json.loads(workspace.run("validate", "-json"))

    assert told["valid"]
    assert told["diagnostics"] == []


def test_the_modules_own_tests_pass(workspace: Workspace) -> None:
    last_line = workspace.run("test").strip().splitlines()[-1]

    assert last_line.startswith("Success!"), last_line
    assert last_line.endswith("0 failed."), last_line


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_environment_has_its_variables_and_says_where_its_state_is(environment: str) -> None:
    folder = PROJECT / "terraform" / "environments"

    assert re.search(rf'^environment += "{environment}"$', (folder / f"{environment}.tfvars").read_text(), re.MULTILINE)
    assert f"countersign/{environment}.tfstate" in (folder / f"{environment}.s3.tfbackend.example").read_text()
