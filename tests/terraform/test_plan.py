"""What stops a plan, and the words in which it is told.

Most plans here are of the resource alone that stops them: `-target` leaves out what AWS would be asked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terraform.workspace import TerraformError, Workspace

CHECKED = "-target=terraform_data.checked"


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory, package: Path, terraform_environment: dict[str, str]) -> Path:
    return Workspace.copied(tmp_path_factory.mktemp("plan") / "project", package, terraform_environment).root


@pytest.fixture
def workspace(initialised: Path, tmp_path: Path, terraform_environment: dict[str, str]) -> Iterator[Workspace]:
    """The same for each test: what one changes is put back."""
    kept = tmp_path / "kept"
    shutil.copytree(initialised, kept, symlinks=True)
    yield Workspace(initialised, terraform_environment)
    for name in ("policies", "build", "chalicelib", "terraform/environments"):
        shutil.rmtree(initialised / name)
        shutil.copytree(kept / name, initialised / name)


def _refusal(workspace: Workspace, *arguments: str, variables: str = "dev") -> str:
    with pytest.raises(TerraformError) as error:
        workspace.plan(*arguments, variables=variables)
    return str(error.value)


def _add_invalid(folder: Path) -> None:
    (folder / "initech.yaml").write_text("policy: initech\nextends: baseline\nlimits: {max_failurs: 3}\n")


def test_a_sound_project_can_be_planned(workspace: Workspace) -> None:
    changes = workspace.plan()

    assert changes['aws_s3_object.policy["acme.yaml"]'] == ["create"]
    assert changes["module.app.aws_lambda_function.api_handler"] == ["create"]
    assert 'aws_api_gateway_usage_plan.tenant["baseline"]' not in changes


def test_an_invalid_policy_stops_the_whole_plan_with_the_validators_words(workspace: Workspace) -> None:
    _add_invalid(workspace.policies)
    workspace.check_policies()

    refusal = _refusal(workspace)

    assert "These policies are not valid:" in refusal
    assert "initech.yaml:3:10 limits.max_failurs unknown key 'max_failurs'" in refusal
    assert "did you mean 'max_failures'?" in refusal
    assert refusal.count("Error:") == 1


def test_a_policy_whose_file_has_another_name_stops_the_plan(workspace: Workspace) -> None:
    (workspace.policies / "acme.yaml").rename(workspace.policies / "initech.yaml")
    workspace.check_policies()

    assert "the file is initech.yaml but its policy 'acme'" in _refusal(workspace, CHECKED)


def test_a_policy_that_was_not_checked_stops_the_plan(workspace: Workspace) -> None:
    (workspace.policies / "acme.yaml").open("a").write("# changed\n")
    _add_invalid(workspace.policies)

    assert "Changed since the policies were checked: acme.yaml, initech.yaml. Run `make policies`." in _refusal(
        workspace, CHECKED
    )


def test_policies_that_were_never_checked_stop_the_plan(workspace: Workspace) -> None:
    (workspace.root / "build/policies.json").unlink()

    assert "The policies have not been checked: run `make policies`." in _refusal(workspace, CHECKED)


def test_tenants_that_would_share_a_collection_stop_the_plan(workspace: Workspace) -> None:
    manifest = workspace.root / "build/policies.json"
    content = json.loads(manifest.read_text())
    content["policies"]["globex.yaml"]["collections"] = ["acme-1"]
    manifest.write_text(json.dumps(content))

    assert "Several tenants would share a collection: acme-1. Rename one of their policies." in _refusal(
        workspace, CHECKED
    )


def test_an_old_zip_stops_the_plan(workspace: Workspace) -> None:
    (workspace.root / "chalicelib/errors.py").open("a").write("# changed\n")
    (workspace.root / "chalicelib/new.py").touch()
    workspace.check_policies()

    refusal = _refusal(workspace, CHECKED)

    assert (
        "The package is older than the app; changed since: chalicelib/errors.py, chalicelib/new.py. Run `make package`."
        in refusal
    )
    assert "The policies were checked by another version of the app than the packaged one." in refusal


def test_a_module_that_is_gone_makes_an_old_zip_too(workspace: Workspace) -> None:
    (workspace.root / "chalicelib/jobs.py").unlink()

    assert "changed since: chalicelib/jobs.py. Run `make package`." in _refusal(workspace, CHECKED)


def test_another_zip_than_the_packaged_one_stops_the_plan(workspace: Workspace) -> None:
    (workspace.root / "build/package/deployment.zip").write_bytes(b"of last year")

    assert "build/package/deployment.zip is not the one that was packaged." in _refusal(workspace, CHECKED)


def test_a_tfvars_of_an_unknown_environment_stops_the_plan(workspace: Workspace) -> None:
    variables = workspace.root / "terraform/environments"
    (variables / "live.tfvars").write_text((variables / "prod.tfvars").read_text().replace('"prod"', '"live"'))

    assert 'The environment must be dev, staging or prod, not "live".' in _refusal(workspace, variables="live")
