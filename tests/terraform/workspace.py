"""A copy of the project as Terraform sees it, which a test may change; and Terraform run in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.local.processes import PROJECT
from cli.packaging.manifest import source_files
from cli.packaging.policies import check_policies, write_manifest

TERRAFORM_TIMEOUT_S = 300
_QUIET = {"TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color", "CHECKPOINT_DISABLE": "1"}
_FAST = {"GOGC": "400"}  # Go collects garbage less often: a fifth less work for the provider with its large schemas
_LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'


class TerraformError(AssertionError):
    """What Terraform wrote, without its frames and line breaks."""


@dataclass(frozen=True)
class Workspace:
    """`environment` is Terraform's, beyond what it needs in any case."""

    root: Path
    environment: Mapping[str, str]

    @classmethod
    def copied(cls, root: Path, package: Path, environment: Mapping[str, str]) -> Workspace:
        """The project's parts, with a package that has been built from them; initialised."""
        for name in source_files(PROJECT):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, root / name)
        shutil.copytree(PROJECT / "policies", root / "policies")
        leave_out = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan")
        shutil.copytree(PROJECT / "terraform", root / "terraform", ignore=leave_out)
        shutil.copytree(package, root / "build" / "package")
        (root / "terraform" / "backend_override.tf").write_text(_LOCAL_STATE)
        workspace = cls(root, environment)
        workspace.check_policies()
        mirror = os.environ.get("TF_PLUGIN_DIR")
        workspace.run("init", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))
        return workspace

    @property
    def policies(self) -> Path:
        return self.root / "policies"

    def check_policies(self) -> None:
        """`make policies`, of this copy."""
        write_manifest(check_policies(self.policies), self.root / "build" / "policies.json", self.root)

    def run(self, *arguments: str) -> str:
        """Terraform's output. Raises TerraformError when it fails."""
        command = ["terraform", f"-chdir={self.root / 'terraform'}", *arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        environment = kept | _QUIET | _FAST | dict(self.environment)
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TERRAFORM_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise TerraformError(unframed("\n".join(map(_plain, done.stdout.splitlines())) + done.stderr))
        return done.stdout

    def plan(self, *arguments: str, variables: str = "dev") -> dict[str, list[str]]:
        """What a plan would do: actions by resource address; only those that are to change."""
        var_file = f"-var-file=environments/{variables}.tfvars"
        told = self.run("plan", "-json", "-input=false", var_file, "-out=plan", *arguments)
        changes = [event["change"] for event in map(json.loads, told.splitlines()) if event["type"] == "planned_change"]
        actions = {change["resource"]["addr"]: [change["action"]] for change in changes}
        return {address: action for address, action in actions.items() if action not in (["noop"], ["read"])}

    def apply(self) -> None:
        """Apply what was planned last."""
        self.run("apply", "-input=false", "plan")

    def outputs(self) -> dict[str, Any]:
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}


def _plain(line: str) -> str:
    """A diagnostic in JSON as text; any other line as it is."""
    if not line.startswith("{"):
        return line
    diagnostic = json.loads(line).get("diagnostic")
    return f"{diagnostic['severity'].title()}: {diagnostic['summary']} {diagnostic['detail']}" if diagnostic else ""


def unframed(text: str) -> str:
    return " ".join(text.translate(dict.fromkeys(map(ord, "╷│╵"), " ")).split())
