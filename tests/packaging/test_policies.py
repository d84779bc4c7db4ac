"""The checked policies: what Terraform is told of valid and of invalid files."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.errors import CliError
from cli.packaging.__main__ import commands
from cli.packaging.policies import POLICIES, check_policies


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLICIES, tmp_path / "policies"))


def test_a_valid_policy_is_told_with_what_terraform_makes_of_it(folder: Path) -> None:
    acme = check_policies(folder)["acme.yaml"]

    assert acme.problems == ()
    assert acme.sha256 == hashlib.sha256((folder / "acme.yaml").read_bytes()).hexdigest()
    assert (acme.tenant, acme.collections, acme.images_days) == ("acme", ("acme-0", "acme-1"), 90)


def test_tests_of_policies_are_left_out(folder: Path) -> None:
    (folder / "acme.test.yaml").write_text("cases: []")

    assert "acme.test.yaml" not in check_policies(folder)


def test_an_invalid_policy_is_written_down_with_the_validators_words(folder: Path, tmp_path: Path) -> None:
    (folder / "initech.yaml").write_text("policy: initech\nextends: baseline\nlimits: {max_failurs: 3}\n")
    output = tmp_path / "policies.json"

    with pytest.raises(CliError, match="cannot be deployed") as told:
        CliRunner().invoke(
            commands, ["policies", "--policies", str(folder), "--output", str(output)], catch_exceptions=False
        )

    (problem,) = json.loads(output.read_text())["policies"]["initech.yaml"]["problems"]
    assert problem.startswith("initech.yaml:3:10  limits.max_failurs  unknown key 'max_failurs'")
    assert problem in str(told.value)


def test_a_file_whose_name_is_another_than_its_policys_is_invalid(folder: Path) -> None:
    shutil.copy(folder / "acme.yaml", folder / "initech.yaml")

    (problem,) = check_policies(folder)["initech.yaml"].problems
    assert "the file is initech.yaml but its policy 'acme'" in problem
