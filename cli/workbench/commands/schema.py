"""policy schema: what can be written in a policy, readable."""

from __future__ import annotations

import json

import click

from chalicelib.policy.problems import nearest
from chalicelib.policy.schema import schema as policy_schema
from cli.errors import CliError
from cli.workbench.folder import installed_plugins
from cli.workbench.output import show
from cli.workbench.schema_pages import check_page, overview


@click.command()
@click.argument("check", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema itself, for an editor or another tool.")
def schema(check: str | None, as_json: bool) -> None:
    """Show what a policy can say: its keys, checks and effects; or all about one CHECK.

    \b
    Examples:
      countersign policy schema
      countersign policy schema duplicate_face
    """
    plugins = installed_plugins()
    if check is not None and check not in plugins.checks:
        meant = nearest(check, plugins.checks)
        hint = f"Did you mean {meant!r}?" if meant else "`countersign policy schema` lists them."
        raise CliError(f"There is no check {check!r}. {hint}")
    rules = policy_schema(plugins)
    if as_json:
        click.echo(json.dumps(rules["$defs"][f"with_{check}"] if check else rules, indent=2))
        return
    show(check_page(plugins.checks[check], plugins) if check else overview(rules, plugins))
