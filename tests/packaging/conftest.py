"""One Lambda package for the tests of its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.packaging.build import build
from cli.packaging.interpreters import Interpreter


@pytest.fixture(scope="session")
def arm_package(tmp_path_factory: pytest.TempPathFactory, lambda_python: Interpreter) -> Path:
    output = tmp_path_factory.mktemp("arm") / "package"
    build(lambda_python, "arm64", output, print)
    return output
