"""Terraform, run for one environment: initialised, planned, asked about, applied."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.errors import CliError
from cli.local.processes import PROJECT

Confirm = Callable[[str], bool]

_NOT_INSTALLED = "Terraform is not installed: https://developer.hashicorp.com/terraform/install"


def environments(folder: Path) -> list[str]:
    """Those that have variables."""
    return sorted(path.stem for path in (folder / "environments").glob("*.tfvars"))


def deploy(
    environment: str, confirm: Confirm, plugin_dir: str | None = None, folder: Path = PROJECT / "terraform"
) -> None:
    """Plan the environment and, if `confirm` says so, apply exactly what was planned.

    `plugin_dir`: a filesystem mirror of providers, instead of the registry. Raises CliError that says what is missing.
    """
    if environment not in environments(folder):
        raise CliError(f"There is no environment {environment!r}, only {', '.join(environments(folder))}.")
    if shutil.which("terraform") is None:
        raise CliError(_NOT_INSTALLED)
    backend = Path("environments") / f"{environment}.s3.tfbackend"
    if not (folder / backend).is_file():
        raise CliError(
            f"Where is the state of {environment}? Copy terraform/{backend}.example to terraform/{backend} and name "
            "your bucket in it."
        )
    mirror = [f"-plugin-dir={plugin_dir}"] if plugin_dir else []
    plan = f"{environment}.tfplan"
    _terraform(folder, "init", "-input=false", "-reconfigure", f"-backend-config={backend}", *mirror)
    _terraform(folder, "plan", "-input=false", f"-var-file=environments/{environment}.tfvars", f"-out={plan}")
    if not confirm(f"Apply this plan to {environment}?"):
        raise CliError("Nothing was applied.")
    _terraform(folder, "apply", "-input=false", plan)


def _terraform(folder: Path, *arguments: str) -> None:
    """With the user's own terminal, environment and AWS credentials."""
    command: Sequence[str] = ("terraform", f"-chdir={folder}", *arguments)
    if code := subprocess.run(command, check=False).returncode:
        raise CliError(f"terraform {arguments[0]} failed with exit code {code}; it says why above.")
