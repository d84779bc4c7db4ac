"""The policies, checked before they can land: what the validator said of each file, for Terraform to look at.

Terraform cannot run the validator, so it compares each file with the digest that was checked, and refuses a plan with
the words that are written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from chalicelib.errors import PolicyError
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import collection_names
from chalicelib.policy.load import load_policy
from cli.local.policies import policy_files
from cli.local.processes import PROJECT
from cli.packaging.manifest import sources_digest
from cli.workbench.folder import PolicyFolder, installed_plugins

POLICIES = PROJECT / "policies"
OUTPUT = PROJECT / "build" / "policies.json"


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """One file as it was checked. Of an invalid one only its digest and its problems are known.

    `tenant` is the file's name, `collections` are without the environment's prefix.
    """

    tenant: str
    sha256: str
    problems: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    images_days: int = 0


def check_policies(folder: Path) -> dict[str, CheckedPolicy]:
    """Each policy of the folder, by its file's name."""
    plugins = installed_plugins()
    return {path.name: _check(path, plugins) for path in policy_files(folder)}


def write_manifest(checked: dict[str, CheckedPolicy], output: Path, project: Path = PROJECT) -> None:
    """`validated_by` names the version of the app whose validator it was."""
    content = {
        "validated_by": sources_digest(project),
        "policies": {name: asdict(policy) for name, policy in checked.items()},
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def problems(checked: Iterable[CheckedPolicy]) -> list[str]:
    """Each once: a mistake in a file that others extend is told by all of them."""
    return sorted({problem for policy in checked for problem in policy.problems})


def _check(path: Path, plugins: Plugins) -> CheckedPolicy:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        policy = load_policy(path.stem, PolicyFolder(path.parent).read, plugins)
    except PolicyError as error:
        return CheckedPolicy(path.stem, digest, tuple(str(problem) for problem in error.problems))
    return CheckedPolicy(
        tenant=path.stem,
        sha256=digest,
        collections=collection_names(path.stem, policy.faces.shards),
        images_days=policy.retention.images_days,
    )
