"""`python -m cli.packaging`: what `make package` and `make policies` run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.errors import CliError
from cli.local.processes import PROJECT
from cli.packaging.build import OUTPUT, build
from cli.packaging.deploy import deploy as run_deployment
from cli.packaging.interpreters import lambda_interpreter
from cli.packaging.module import ARCHITECTURES
from cli.packaging.policies import OUTPUT as POLICIES_OUTPUT
from cli.packaging.policies import POLICIES, check_policies, problems, write_manifest


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Make what Terraform applies."""


@commands.command()
@click.option("--python", help="The Python of Lambda's runtime; by default the newest suitable one that is found.")
@click.option(
    "--architecture",
    type=click.Choice(list(ARCHITECTURES)),
    default="arm64",
    show_default=True,
    help="The processors that Lambda is to run on.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUTPUT,
    help="Where to put the module; what is there is replaced. [default: build/package]",
)
def package(python: str | None, architecture: str, output: Path) -> None:
    """Build the Lambda zip and the Terraform module around it."""
    build(lambda_interpreter(python), architecture, output.absolute(), click.echo)
    size_mb = (output / "deployment.zip").stat().st_size / 1e6
    click.echo(f"{_relative(output)}: deployment.zip has {size_mb:.1f} MB")


@commands.command()
@click.option(
    "--policies",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=POLICIES,
    help="The folder of policies. [default: policies]",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=POLICIES_OUTPUT,
    help="Where to write what was found. [default: build/policies.json]",
)
def policies(folder: Path, output: Path) -> None:
    """Check the policies and write down, for Terraform, which files are valid.

    Exit codes: 0 all are valid, 2 some are not; Terraform then refuses to plan, with the same messages.
    """
    checked = check_policies(folder)
    write_manifest(checked, output)
    if found := problems(checked.values()):
        raise CliError("\n".join([f"{_relative(folder)} cannot be deployed:", *found]))
    click.echo(f"{_relative(folder)}: {len(checked)} policies are valid")


@commands.command()
@click.argument("environment")
@click.option("--yes", is_flag=True, help="Apply without asking.")
@click.option("--plugin-dir", envvar="TF_PLUGIN_DIR", help="A mirror of Terraform's providers [env: TF_PLUGIN_DIR].")
def deploy(environment: str, yes: bool, plugin_dir: str | None) -> None:
    """Plan ENVIRONMENT with Terraform, ask, and apply: what `make deploy` does last."""
    run_deployment(environment, lambda question: yes or click.confirm(question), plugin_dir)


def _relative(path: Path) -> Path:
    absolute = path.absolute()
    return absolute.relative_to(PROJECT) if absolute.is_relative_to(PROJECT) else path


def main() -> None:
    try:
        commands(prog_name="python -m cli.packaging")
    except CliError as error:
        click.secho(f"error: {error}", fg="red", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
