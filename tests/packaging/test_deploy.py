"""Deploying: what is missing is said before anything runs, and what was planned is what is applied."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.errors import CliError
from cli.local.processes import PROJECT
from cli.packaging.deploy import deploy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root module with one environment."""
    made = tmp_path / "terraform" / "environments"
    made.mkdir(parents=True)
    (made / "dev.tfvars").touch()
    (made / "dev.s3.tfbackend").touch()
    return made.parent


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Terraform that writes down what it is asked, and fails at what is in FAILS."""
    commands, calls = tmp_path / "bin", tmp_path / "calls"
    commands.mkdir()
    calls.touch()
    script = commands / "terraform"
    script.write_text(f'#!/bin/sh\nshift\necho "$@" >> {calls}\n[ "$1" != "$FAILS" ]\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(commands))
    return calls


def _asked(calls: Path) -> list[str]:
    return [line.partition(" ")[0] for line in calls.read_text().splitlines()]


def test_what_was_planned_is_applied(folder: Path, calls: Path) -> None:
    deploy("dev", lambda _question: True, "/mirror", folder)

    init, plan, apply = calls.read_text().splitlines()
    assert init.startswith("init") and "-plugin-dir=/mirror" in init
    assert "environments/dev.s3.tfbackend" in init
    assert "-var-file=environments/dev.tfvars" in plan and plan.endswith("-out=dev.tfplan")
    assert apply == "apply -input=false dev.tfplan"


def test_nothing_is_applied_without_a_yes(folder: Path, calls: Path) -> None:
    with pytest.raises(CliError, match="Nothing was applied"):
        deploy("dev", lambda _question: False, None, folder)

    assert _asked(calls) == ["init", "plan"]


def test_a_failed_plan_is_not_applied(folder: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "plan")

    with pytest.raises(CliError, match="terraform plan failed with exit code 1"):
        deploy("dev", lambda _question: True, None, folder)

    assert _asked(calls) == ["init", "plan"]


def test_an_unknown_environment_is_told_with_those_that_there_are(folder: Path, calls: Path) -> None:
    with pytest.raises(CliError, match="no environment 'live', only dev"):
        deploy("live", lambda _question: True, None, folder)


def test_without_a_place_for_the_state_it_is_said_how_to_make_one(folder: Path, calls: Path) -> None:
    (folder / "environments/dev.s3.tfbackend").unlink()

    with pytest.raises(CliError, match=r"Copy terraform/environments/dev\.s3\.tfbackend\.example"):
        deploy("dev", lambda _question: True, None, folder)

    assert _asked(calls) == []


def test_without_terraform_it_is_said_where_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(CliError, match="Terraform is not installed"):
        deploy("dev", lambda _question: True, None, folder)


def test_make_deploy_checks_tests_packages_and_then_plans() -> None:
    steps = subprocess.run(
        ["make", "--dry-run", "deploy", "ENV=dev"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout

    order = [steps.index(step) for step in ("packaging policies", "pytest", "packaging package", "packaging deploy")]
    assert order == sorted(order)
