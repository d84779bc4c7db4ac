"""Where the workbench finds policies and the plugins they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from chalicelib.checks import all_checks
from chalicelib.effects import built_in_effects
from chalicelib.model.plugins import Plugins
from chalicelib.signals import built_in_signals
from cli.errors import CliError
from cli.local.policies import policy_files

Command = Callable[..., object]

TEST_SUFFIX = ".test"  # acme.test.yaml holds the tests of acme.yaml

POLICY_ARGUMENT = "A policy is named by its tenant (acme, in the folder of --policies) or by its file."


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """A folder of `<tenant>.yaml` files."""

    path: Path

    def read(self, name: str) -> str | None:
        """The text of `<name>.yaml`; None when there is none. Raises CliError when it cannot be read as text."""
        try:
            return self.file(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CliError(f"Cannot read {self.file(name)}: {error}.") from error

    def file(self, name: str) -> Path:
        return self.path / f"{name}.yaml"

    def tenants(self) -> tuple[str, ...]:
        return tuple(path.stem for path in policy_files(self.path))


def installed_plugins() -> Plugins:
    """Everything policies can name here, the checks of installed packages included."""
    return Plugins(all_checks(), built_in_signals(), built_in_effects())


def policies_option(command: Command) -> Command:
    """--policies: the folder in which tenants are looked up."""
    return click.option(
        "--policies",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("policies"),
        show_default=True,
        help="The folder of policies.",
    )(command)


def find_policy(policy: str, folder: Path) -> tuple[PolicyFolder, str]:
    """The folder and tenant meant by `acme` or `policies/acme.yaml`. Raises CliError when there is no such file."""
    path = Path(policy)
    if path.suffix == ".yaml":
        found, tenant = PolicyFolder(path.parent), path.stem
    else:
        found, tenant = PolicyFolder(folder), policy
    if not found.file(tenant).is_file():
        known = ", ".join(found.tenants()) if found.path.is_dir() else "none: there is no such folder"
        raise CliError(f"There is no policy {found.file(tenant)}. {found.path} has {known}.")
    return found, tenant
