"""`python -m cli.demo`: exit code 0 when every decision was the expected one, else 1."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from cli.demo import show
from cli.demo.play import Player
from cli.errors import CliError
from cli.local.processes import PROJECT
from cli.local.stack import StackOptions, local_stack


def main() -> int:
    console = Console(width=None if sys.stdout.isatty() else 110)
    started_s = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    try:
        with tempfile.TemporaryDirectory(prefix="countersign-demo-") as home:
            policies = Path(home) / "policies"  # a copy: the demo edits one of them
            shutil.copytree(PROJECT / "policies", policies)
            options = StackOptions(policies, Path(home))
            with local_stack(options, lambda line: console.print(line, style="dim", highlight=False)) as stack:
                results = Player(stack, console).play_all(policies)
    except CliError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("stopped", style="dim")
        return 2
    show.summary(console, results, time.monotonic() - started_s)
    show.how_to_try(console)
    return 0 if all(fits for _, _, fits in results) else 1


if __name__ == "__main__":
    sys.exit(main())
