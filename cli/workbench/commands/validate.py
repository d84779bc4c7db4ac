"""policy validate: everything that is wrong with policies, for people, for CI and for GitHub."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.text import Text

from cli.workbench.diagnostics import Level, counted, plural
from cli.workbench.folder import installed_plugins
from cli.workbench.lints import LINTS
from cli.workbench.output import plain_table, show
from cli.workbench.reports import REPORTS
from cli.workbench.validation import targets
from cli.workbench.validation import validate as all_diagnostics


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--list-lints", is_flag=True, help="Show the lints and what each is for, and do nothing else.")
def validate(paths: tuple[Path, ...], format_: str, strict: bool, list_lints: bool) -> None:
    """Tell everything that is wrong with policies: files or folders, by default the folder policies.

    Beyond what makes a policy invalid, lints tell what is allowed and probably a mistake. A policy keeps one silent,
    for a time, with: silence: [{lint: NAME, reason: ..., until: 2026-12-31}]

    Exit code: 0 nothing wrong, 1 errors (with --strict warnings too), 2 wrong usage.

    \b
    Examples:
      countersign policy validate
      countersign policy validate policies/acme.yaml --strict --format github
    """
    if list_lints:
        show(plain_table(("lint", "level", "why"), ((each.name, each.level.value, each.summary) for each in LINTS)))
        return
    policies = targets(paths or (Path("policies"),))
    found = all_diagnostics(policies, installed_plugins(), datetime.now(UTC).date())
    show(*REPORTS[format_](found))
    if format_ == "text":
        words = counted(found)
        style = "green" if not words else ""
        show(Text(f"{plural(len(policies), 'policy')}: {words or 'nothing wrong'}", style=style))
    failing = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    sys.exit(any(each.level in failing for each in found))
