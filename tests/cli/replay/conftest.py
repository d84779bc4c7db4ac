from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.policy.load import load_policy
from cli.replay.sample import write_log
from cli.workbench.folder import PolicyFolder, installed_plugins

POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four thousand decisions of acme's, in Parquet."""
    folder = tmp_path_factory.mktemp("replay") / "log"
    plugins = installed_plugins()
    write_log(load_policy("acme", PolicyFolder(POLICIES).read, plugins), plugins, 4_000, folder, days=6)
    return folder


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """The shipped policies, and acme-next: acme with other limits."""
    for path in POLICIES.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "acme-next.yaml").write_text(
        "policy: acme-next\n"
        "extends: acme\n"
        "flows:\n"
        "  register:\n"
        "    adjust: {pose: {max_yaw_deg: 20}}\n"
        "    on_fail: {brightness: warn}\n"
        "  register_with_id_card:\n"
        "    adjust: {blocklist: {FaceMatchThreshold: 90}}\n"
    )
    return tmp_path
