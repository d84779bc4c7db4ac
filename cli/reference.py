"""`python -m cli.reference`: writes the policy reference and the schemas, all made from the plugins."""

from __future__ import annotations

from pathlib import Path

import click

from chalicelib.checks import built_in_checks
from chalicelib.effects import built_in_effects
from chalicelib.model.plugins import Plugins
from chalicelib.policy.reference import reference, schema_text
from chalicelib.signals import built_in_signals
from cli.workbench.testing.form import test_schema_text

DOCS = Path(__file__).parent.parent / "docs"


def pages() -> dict[str, str]:
    """The generated files by name. Checks of installed packages are left out: they are not the project's."""
    plugins = Plugins(built_in_checks(), built_in_signals(), built_in_effects())
    return {
        "policy-reference.md": reference(plugins),
        "policy.schema.json": schema_text(plugins),
        "policy-test.schema.json": test_schema_text(),
    }


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when a file is not up to date.")
def main(check: bool) -> None:
    """Write docs/policy-reference.md, docs/policy.schema.json and docs/policy-test.schema.json.

    Run it after a check, signal or effect has changed; editors complete policies and their tests by the schemas.
    """
    stale = [name for name, text in pages().items() if _current(name) != text]
    if check and stale:
        raise click.ClickException(f"not up to date: {', '.join(stale)}; run python -m cli.reference")
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
    click.echo(f"wrote {', '.join(stale)}" if stale else "everything is up to date")


def _current(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    main()
