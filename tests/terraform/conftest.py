"""Without Terraform, or a Python of Lambda's for the package, these tests are skipped, and say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local.bootstrap import sandbox_environment
from cli.packaging.build import build
from cli.packaging.interpreters import Interpreter
from tests.packaged.deployment import architecture
from tests.running_sandbox import RunningSandbox, running_sandbox


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests in one process: they share what was initialised or applied."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(f"terraform-{item.path.stem}"))


@pytest.fixture(scope="session", autouse=True)
def terraform() -> str:
    path = shutil.which("terraform")
    if path is None:
        pytest.skip("Terraform is not installed (https://developer.hashicorp.com/terraform/install); it is not tested.")
    return path


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, terraform: str, lambda_python: Interpreter) -> Path:
    output = tmp_path_factory.mktemp("terraform") / "package"
    build(lambda_python, architecture(), output, print)
    return output


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, terraform: str) -> Iterator[RunningSandbox]:
    """A sandbox of its own: Terraform makes everything that is in it."""
    with running_sandbox(tmp_path_factory.mktemp("cloud"), "--scripted") as started:
        yield started


@pytest.fixture(scope="session")
def terraform_environment(cloud: RunningSandbox) -> dict[str, str]:
    """AWS is the sandbox. Few tries: what it does not know would else be asked for minutes."""
    return sandbox_environment(cloud.url) | {"AWS_MAX_ATTEMPTS": "2"}
