"""One package, one sandbox and one set of running functions for all tests of the artefact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.wiring import Services
from cli.local.bootstrap import NAMES, Bootstrap, app_environment
from cli.local.processes import PROJECT
from cli.packaging.build import build
from cli.packaging.interpreters import Interpreter
from cli.packaging.unpacked import lambda_runtime
from tests.packaged.deployment import Deployment, architecture, deployed
from tests.running_sandbox import RunningSandbox, running_sandbox


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process: they share the functions."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("packaged"))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory, lambda_python: Interpreter) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("aws"), "--scripted") as started:
        yield started


@pytest.fixture(scope="session")
def bootstrap(aws: RunningSandbox) -> Bootstrap:
    made = Bootstrap(aws.url, print)
    for policy in ("acme", "baseline"):
        made.publish(PROJECT / "policies" / f"{policy}.yaml")
    return made


@pytest.fixture(scope="session")
def deployment(
    aws: RunningSandbox, bootstrap: Bootstrap, lambda_python: Interpreter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("packaged")
    build(lambda_python, architecture(), home / "package", print)
    environment = app_environment(aws.url, bootstrap.queue_url)
    usage_keys = {Services(NAMES.environment(bootstrap.queue_url)).usage_key("acme")}
    python = lambda_runtime(lambda_python, home / "runtime")
    with deployed(home / "package", python, environment, usage_keys, home) as running:
        yield running
