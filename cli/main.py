"""The `countersign` command."""

from __future__ import annotations

import sys

import click

from chalicelib.errors import CountersignError
from cli.commands.block import block
from cli.commands.bulk import bulk_import
from cli.commands.decisions import decisions
from cli.commands.doctor import doctor
from cli.commands.keys import keys
from cli.commands.policy import policy
from cli.commands.receipts import receipts, verify_receipt
from cli.commands.recover import recover
from cli.commands.retention import retention
from cli.commands.review import review
from cli.commands.users import user
from cli.commands.verify import verification_commands
from cli.errors import CliError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="countersign")
def commands() -> None:
    """Verify that people are who they say they are, by your tenant's policy.

    The service's address and your key come from --url and --key, from COUNTERSIGN_URL and COUNTERSIGN_KEY, or, for the
    local service of `make serve`, by --tenant alone.

    Exit codes: 0 approved or done, 1 denied or review, 2 wrong usage or an error.

    \b
    Examples:
      countersign register --tenant acme --user ada --selfie ada.jpg --consent 2026-01
      countersign auth --tenant acme --user ada --selfie now.jpg --json
      countersign bulk-import photos/ --tenant acme --consent 2026-01
      countersign keys create --tenant acme
      countersign policy
      countersign recover
    """


OPERATING = (
    bulk_import,
    user,
    review,
    block,
    keys,
    doctor,
    recover,
    policy,
    decisions,
    receipts,
    verify_receipt,
    retention,
)
for command in (*verification_commands(), *OPERATING):
    commands.add_command(command)


def main() -> None:
    """Run the command line; errors become one line on stderr and exit code 2."""
    try:
        commands()
    except (CliError, CountersignError) as error:
        click.secho(f"error: {error}", fg="red", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
