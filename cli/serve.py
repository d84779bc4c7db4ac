"""`python -m cli.serve`: the sandbox and the app, kept running; the policies folder is watched."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from cli.connection import LOCAL_FILE, Local
from cli.errors import CliError
from cli.local.bootstrap import NAMES
from cli.local.policies import policy_files
from cli.local.processes import HOST
from cli.local.stack import Stack, StackOptions, local_stack


@click.command()
@click.option("--port", default=8000, show_default=True, help="The app's port; 0 takes any free one.")
@click.option("--sandbox-port", default=0, show_default=True, help="The sandbox's port; 0 takes any free one.")
@click.option(
    "--policies",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default="policies",
    show_default=True,
    help="The folder of policies; saving a file in it is enough to change what the app does.",
)
def main(port: int, sandbox_port: int, policies: Path) -> None:
    """Run Countersign on this machine, until Ctrl-C. All that it stores is gone afterwards."""
    console = Console()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        _check_ports(port, sandbox_port)
        if not policy_files(policies):
            raise CliError(f"There is no policy in {policies}: put a <tenant>.yaml there.")
        options = StackOptions(policies, LOCAL_FILE.parent, port, sandbox_port, sys.stdout.buffer)
        with local_stack(options, lambda line: console.print(line, style="dim", highlight=False)) as stack:
            Local(stack.url, stack.sandbox_url, NAMES.table, stack.bootstrap.keys).save()
            console.print(_how_to_try(stack, policies), highlight=False, soft_wrap=True)
            _wait_for_interrupt()
    except CliError as error:
        console.print(str(error), style="red", markup=False)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        console.print("stopped", style="dim")


def _check_ports(*ports: int) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CliError(f"Port {port} is taken. Choose another: make serve PORT=8080.") from error


def _wait_for_interrupt() -> None:
    while True:
        signal.pause()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _how_to_try(stack: Stack, policies: Path) -> str:
    tenants = ", ".join(sorted(stack.bootstrap.keys))
    return f"""
[bold green]Countersign is running at {stack.url}[/] for the tenants {tenants}.
AWS is played by the sandbox at {stack.sandbox_url}. Keys are in {LOCAL_FILE}.

In another terminal:
  .venv/bin/countersign register    --tenant acme --user you --selfie you.jpg --consent 2026-01
  .venv/bin/countersign auth        --tenant acme --user you --selfie you-again.jpg
  .venv/bin/countersign register-id --tenant acme --user you2 --selfie you.jpg --id-card passport.jpg --consent 2026-01
  .venv/bin/countersign bulk-import photos/ --tenant acme --consent 2026-01

Edit a file in {policies}/ and save it: the next verification is decided by it. Ctrl-C stops everything.
"""


if __name__ == "__main__":
    main()
