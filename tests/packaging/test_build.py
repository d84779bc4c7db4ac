"""The Lambda package: what is in it, what is not, and that nothing of it depends on when it was made."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from cli.errors import CliError
from cli.local.processes import PROJECT
from cli.packaging.archive import MAX_ZIP_BYTES, write_archive
from cli.packaging.build import build
from cli.packaging.interpreters import Interpreter
from cli.packaging.manifest import source_files


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sources that are packaged."""
    copy = tmp_path / "project"
    for name in source_files(PROJECT):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, copy / name)
    return copy


def _names(package: Path) -> set[str]:
    with ZipFile(package / "deployment.zip") as archive:
        return set(archive.namelist())


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_sources_give_the_same_bytes(
    arm_package: Path, project: Path, tmp_path: Path, lambda_python: Interpreter
) -> None:
    build(lambda_python, "arm64", tmp_path / "again", print, project)

    assert _files(tmp_path / "again") == _files(arm_package)


def test_the_app_is_in_it_whole_and_precompiled(arm_package: Path, lambda_python: Interpreter) -> None:
    names = _names(arm_package)
    tag = "cpython-" + lambda_python.series.replace(".", "")
    modules = {name for name in source_files(PROJECT) if name.endswith(".py")}
    compiled = {str(Path(name).parent / "__pycache__" / f"{Path(name).stem}.{tag}.pyc") for name in modules}

    assert modules <= names
    assert compiled <= names


def test_nothing_else_of_the_project_is_in_it(arm_package: Path) -> None:
    tops = {name.partition("/")[0] for name in _names(arm_package)}

    assert not tops & {"cli", "sandbox", "tests", "policies", "terraform", "boto3", "botocore", "moto"}
    assert not [name for name in _names(arm_package) if "/tests/" in name]


def test_it_is_small(arm_package: Path) -> None:
    assert (arm_package / "deployment.zip").stat().st_size < MAX_ZIP_BYTES


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_compiled_dependencies_are_for_lambdas_processors(
    architecture: str, machine: str, arm_package: Path, tmp_path: Path, lambda_python: Interpreter
) -> None:
    package = arm_package
    if architecture != "arm64":
        package = tmp_path / "package"
        build(lambda_python, architecture, package, print)

    libraries = [name for name in _names(package) if name.endswith(".so")]
    module = json.loads((package / "main.tf.json").read_text())

    assert len(libraries) >= 2  # PyYAML's and rpds-py's
    assert all(f"{machine}-linux-gnu" in name for name in libraries)
    for function in module["resource"]["aws_lambda_function"].values():
        assert function["architectures"] == [architecture]
        assert function["runtime"] == f"python{lambda_python.series}"


def test_the_manifest_tells_the_sources_and_the_zip(arm_package: Path) -> None:
    manifest = json.loads((arm_package / "package.json").read_text())
    archive = (arm_package / "deployment.zip").read_bytes()

    assert manifest["zip_sha256"] == hashlib.sha256(archive).hexdigest()
    assert manifest["sources"]["app.py"] == hashlib.sha256((PROJECT / "app.py").read_bytes()).hexdigest()


def test_a_dependency_that_cannot_be_installed_fails_the_build_and_leaves_what_was_there(
    project: Path, tmp_path: Path, lambda_python: Interpreter
) -> None:
    output = tmp_path / "package"
    output.mkdir()
    (output / "deployment.zip").write_text("of yesterday")
    requirements = project / "requirements.txt"
    requirements.write_text(requirements.read_text().replace("PyYAML==", "pyyaml==").replace("pyyaml==6", "pyyaml==66"))

    with pytest.raises(CliError, match=r"(?s)Installing the dependencies failed.*pyyaml==66"):
        build(lambda_python, "arm64", output, print, project)

    assert (output / "deployment.zip").read_text() == "of yesterday"


def test_an_app_that_cannot_be_imported_fails_the_build(
    project: Path, tmp_path: Path, lambda_python: Interpreter
) -> None:
    (project / "app.py").write_text("raise RuntimeError('broken app')")

    with pytest.raises(CliError, match=r"(?s)chalice package failed.*broken app"):
        build(lambda_python, "arm64", tmp_path / "package", print, project)


def test_what_belongs_to_the_development_machine_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tree/sandbox").mkdir(parents=True)
    (tmp_path / "tree/sandbox/__init__.py").touch()

    with pytest.raises(CliError, match="do not belong into the Lambda package: sandbox"):
        write_archive(tmp_path / "tree", tmp_path / "deployment.zip")
