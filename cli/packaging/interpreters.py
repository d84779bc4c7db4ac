"""The Python that Lambda will run: bytecode is made by it, and wheels are chosen for it.

Version managers put commands on the PATH that do nothing but fail, so each candidate is really run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CliError

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html; the AWS provider 5.100 knows none later.
RUNTIMES = ("3.13", "3.12")
_ASK = "import json, platform, sys; print(json.dumps([sys.executable, platform.python_version()]))"
_ANSWERS_WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Interpreter:
    path: str
    version: str  # "3.13.0"

    @property
    def series(self) -> str:
        return self.version.rpartition(".")[0]


def lambda_interpreter(chosen: str | None) -> Interpreter:
    """`chosen`, or the newest runtime of Lambda that is on this machine. Raises CliError that says what to do."""
    if chosen is not None:
        answer = _ask(chosen)
        if answer is None or answer.series not in RUNTIMES:
            what = "does not run" if answer is None else f"is Python {answer.version}"
            raise CliError(f"{chosen} {what}; the Lambda runtimes are Python {' and '.join(RUNTIMES)}.")
        return answer
    found = {interpreter.series: interpreter for interpreter in _working(_candidates())}
    for series in RUNTIMES:
        if series in found:
            return found[series]
    raise CliError(
        f"Packaging needs Python {' or '.join(RUNTIMES)}, which Lambda runs, and none was found. Install one (with "
        "your system's packages, pyenv or uv), or say where it is: make package LAMBDA_PYTHON=/path/to/python3.13"
    )


def _candidates() -> Iterator[str]:
    yield sys.executable
    for series in RUNTIMES:
        if path := shutil.which(f"python{series}"):
            yield path
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for series in RUNTIMES:
        yield from (str(path) for path in sorted(pyenv.glob(f"versions/{series}.*/bin/python{series}")))


def _working(candidates: Iterable[str]) -> Iterator[Interpreter]:
    return (found for found in map(_ask, candidates) if found is not None)


def _ask(path: str) -> Interpreter | None:
    """What an interpreter says of itself; None when it does not run."""
    try:
        answer = subprocess.run([path, "-c", _ASK], capture_output=True, check=True, timeout=_ANSWERS_WITHIN_S)
        return Interpreter(*json.loads(answer.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None
