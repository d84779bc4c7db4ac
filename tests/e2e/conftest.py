"""One running stack for all end-to-end tests: the sandbox and the app as `make serve` starts them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.demo.pictures import DemoPictures
from cli.local.processes import PROJECT
from cli.local.stack import Stack, StackOptions, local_stack
from tests.e2e.world import World


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process, even with several workers: they share the stack."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's policies, which tests may edit."""
    return Path(shutil.copytree(PROJECT / "policies", tmp_path_factory.mktemp("e2e") / "policies"))


@pytest.fixture(scope="session")
def stack(policies: Path) -> Iterator[Stack]:
    with local_stack(StackOptions(policies, policies.parent), print) as running:
        yield running


@pytest.fixture(scope="session")
def world(stack: Stack) -> World:
    return World(stack)


@pytest.fixture(scope="module")
def own_tenant(request: pytest.FixtureRequest, stack: Stack, policies: Path) -> str:
    """A tenant that the test module has to itself, so that no other module's people are in the way.

    Its policy is the module's POLICY, or the baseline unchanged.
    """
    tenant: str = request.module.__name__.rpartition(".")[2].replace("_", "-")
    text = getattr(request.module, "POLICY", "extends: baseline\n")
    (policies / f"{tenant}.yaml").write_text(f"policy: {tenant}\n{text}")
    deadline_s = time.monotonic() + 20
    while tenant not in stack.bootstrap.keys:
        assert time.monotonic() < deadline_s, "the policy was not published"
        time.sleep(0.1)
    return tenant


@pytest.fixture(scope="session")
def pictures() -> DemoPictures:
    return DemoPictures()
