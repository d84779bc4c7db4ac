"""The package on this machine: what it must be made for, its files, and a Python that has what Lambda's has."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from zipfile import ZipFile

from cli.errors import CliError
from cli.local.processes import PROJECT
from cli.packaging.interpreters import Interpreter
from cli.packaging.steps import run


def local_architecture() -> str:
    """What a package must be for to run here. Raises CliError elsewhere than on Linux."""
    if sys.platform != "linux":
        raise CliError("The packaged functions run on Linux alone, as in Lambda: their compiled modules are for it.")
    return "arm64" if platform.machine() == "aarch64" else "x86_64"


def unpack(package: Path, folder: Path) -> None:
    """The files of a package (its folder, as `make package` leaves it)."""
    with ZipFile(package / "deployment.zip") as archive:
        archive.extractall(folder)


def lambda_runtime(interpreter: Interpreter, folder: Path) -> Path:
    """A Python with what Lambda's runtime has: AWS's runtime client and boto3, from the lock. Raises CliError."""
    make = [interpreter.path, "-m", "venv", str(folder)]
    run("Making a Python as Lambda has it", make, cwd=PROJECT, environment=os.environ)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    lock = ["--requirement", str(PROJECT / "requirements-runtime.txt")]
    run("Installing what Lambda's runtime has", [*install, *lock], cwd=PROJECT, environment=os.environ)
    return python
