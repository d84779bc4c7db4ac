"""One running stack for the security tests: the app as `make serve` starts it, over a sandbox in scripted mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local.processes import PROJECT
from cli.local.stack import Stack, StackOptions, local_stack
from fuzz.api import POLICIES
from tests.e2e.world import World

OWNER, STRANGER = "owner", "stranger"  # tenants of the same policy
_TWINS = """\
policy: {tenant}
extends: baseline
flows:
  check_in:
    steps: [{{check: liveness}}, {{check: face_count}}]
    effects: []
  refer:
    steps: [{{check: face_count, on_fail: review}}]
    effects: [store_images, index_face, save_user]
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process, even with several workers: they share the stack."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("security"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all processes of the stack write what they have to say: *.log."""
    return tmp_path_factory.mktemp("security")


@pytest.fixture(scope="session")
def stack(home: Path) -> Iterator[Stack]:
    texts = {tenant: _TWINS.format(tenant=tenant) for tenant in (OWNER, STRANGER)}
    texts |= {**POLICIES, "baseline": (PROJECT / "policies" / "baseline.yaml").read_text()}
    (home / "policies").mkdir()
    for tenant, text in texts.items():
        (home / "policies" / f"{tenant}.yaml").write_text(text)
    with local_stack(StackOptions(home / "policies", home, scripted=True), print) as running:
        yield running


@pytest.fixture(scope="session")
def world(stack: Stack) -> World:
    return World(stack)
