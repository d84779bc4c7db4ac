"""Run the command line in this process, as `main` does."""

from __future__ import annotations

from dataclasses import dataclass

from click.testing import CliRunner

from chalicelib.errors import CountersignError
from cli.errors import CliError
from cli.main import commands


@dataclass(frozen=True)
class Ran:
    exit_code: int
    output: str


def run(*arguments: object) -> Ran:
    """What it printed and its exit code; an error of ours is code 2 with its message, as in `main`."""
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    if isinstance(result.exception, CliError | CountersignError):
        return Ran(2, f"{result.output}error: {result.exception}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.output)
