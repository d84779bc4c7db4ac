"""Running the tools that packaging is made of: pip, Chalice, compileall."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.errors import CliError

_SHOWN_LINES = 25


def run(what: str, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> str:
    """The tool's output. Raises CliError with its end when it fails: `what` is what could not be done."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-_SHOWN_LINES:])
        raise CliError(f"{what} failed with exit code {done.returncode}:\n{end}")
    return done.stdout
