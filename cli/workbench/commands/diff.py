"""policy diff: what changes between two versions of policies, in words."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chalicelib.model.plugins import Plugins
from chalicelib.policy.load import Loaded, load_with_places
from cli.workbench.diffing.bearings import Bearing, Change
from cli.workbench.diffing.changes import compare
from cli.workbench.diffing.pages import PAGES, Changes, loosens
from cli.workbench.diffing.versions import Version, find_version
from cli.workbench.folder import installed_plugins, policies_option
from cli.workbench.output import show


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@policies_option
@click.option("--format", "format_", type=click.Choice(list(PAGES)), default="text", show_default=True)
@click.option("--fail-on-loosening", is_flag=True, help="Exit with 1 when a change loosens, or may.")
def diff(old: str, new: str | None, folder: Path, format_: str, fail_on_loosening: bool) -> None:
    """Tell what changes from OLD to NEW, flow by flow, and whether it becomes stricter or looser.

    Each is a policy file, a folder of policies, or a git revision (main, HEAD~1, v2:policies/acme.yaml). Without NEW:
    the folder of --policies as it is now. What is compared is what holds after `extends`, not the lines.

    Stricter and looser are about who is approved: each parameter says which way it is stricter.

    \b
    Examples:
      countersign policy diff main
      countersign policy diff main --format markdown --fail-on-loosening
      countersign policy diff policies/acme.yaml drafts/acme.yaml
    """
    changes = _changes(find_version(old, folder), find_version(new or str(folder), folder), installed_plugins())
    show(*PAGES[format_](changes))
    sys.exit(fail_on_loosening and any(map(loosens, changes.values())))


def _changes(old: Version, new: Version, plugins: Plugins) -> Changes:
    found = {
        mine: _one(_load(old, other, plugins), _load(new, mine, plugins), plugins) for other, mine in _pairs(old, new)
    }
    return {tenant: changes for tenant, changes in found.items() if changes}


def _pairs(old: Version, new: Version) -> list[tuple[str, str]]:
    """The policies to compare. Two files may be called differently; a file and a folder share the file's name."""
    if old.one_file and new.one_file:
        return [(old.tenants[0], new.tenants[0])]
    named = next((version.tenants for version in (old, new) if version.one_file), None)
    return [(name, name) for name in named or dict.fromkeys((*old.tenants, *new.tenants))]


def _load(version: Version, tenant: str, plugins: Plugins) -> Loaded | None:
    return load_with_places(tenant, version.read, plugins) if tenant in version.tenants else None


def _one(old: Loaded | None, new: Loaded | None, plugins: Plugins) -> list[Change]:
    if old is not None and new is not None:
        return compare(old, new, plugins)
    if new is None:
        return [Change("", "the policy is gone: its tenant can verify nobody", Bearing.STRICTER)]
    return [Change("", f"a new policy, with the flows {', '.join(new.policy.flows)}", Bearing.LOOSER)]
