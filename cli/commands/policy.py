"""The policy workbench: the group, and the table of its commands in the order in which one works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
from rich.text import Text

from cli.workbench.commands.calibrate import calibrate
from cli.workbench.commands.diff import diff
from cli.workbench.commands.explain import explain
from cli.workbench.commands.prove import prove
from cli.workbench.commands.replay import replay
from cli.workbench.commands.schema import schema
from cli.workbench.commands.shadow_report import shadow_report
from cli.workbench.commands.test import test
from cli.workbench.commands.validate import validate
from cli.workbench.output import plain_table, show


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the work on a policy, with its commands."""

    title: str
    commands: tuple[click.Command, ...]


WORKFLOW = (
    Stage("Write", (schema,)),
    Stage("Check", (validate, test, prove)),
    Stage("Understand", (explain,)),
    Stage("Compare", (diff, replay, shadow_report)),
    Stage("Tune", (calibrate,)),
)


@click.group(invoke_without_command=True)
@click.pass_context
def policy(context: click.Context) -> None:
    """Write, check, test and compare policies, and see what they cost. Without a command: the workflow."""
    if context.invoked_subcommand is None:
        show(
            Text("How one works on a policy; each command explains itself with --help.\n"),
            plain_table((), _workflow_rows()),
            Text("\ndocs/policies.md walks through it.", style="dim"),
        )


for stage in WORKFLOW:
    for command in stage.commands:
        policy.add_command(command)


def _workflow_rows() -> Iterator[tuple[Text, Text, str]]:
    for stage in WORKFLOW:
        for index, command in enumerate(stage.commands):
            title = stage.title if index == 0 else ""
            yield Text(title, style="bold"), Text(f"countersign policy {command.name}"), command.get_short_help_str(90)
