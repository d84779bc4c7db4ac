"""Fixtures for all tests: the sandbox. One process per mode and per worker, started when first asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.errors import CliError
from cli.packaging.interpreters import Interpreter, lambda_interpreter
from tests.running_sandbox import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def seeing_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture(scope="session")
def scripted_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("scripted"), "--scripted") as started:
        yield started


@pytest.fixture
def sandbox(seeing_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """A sandbox that looks at pictures, at first without faults and calls; what is stored stays between tests."""
    seeing_sandbox.calls.clear()
    yield seeing_sandbox
    seeing_sandbox.faults.clear()


@pytest.fixture
def scripted(scripted_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """The same in scripted mode: the pictures of `sandbox.scripted.picture` say what they show."""
    scripted_sandbox.calls.clear()
    yield scripted_sandbox
    scripted_sandbox.faults.clear()


@pytest.fixture(scope="session")
def lambda_python() -> Interpreter:
    """The Python of Lambda's runtime, with which the package is made and run."""
    try:
        return lambda_interpreter(None)
    except CliError as error:
        pytest.skip(str(error))
