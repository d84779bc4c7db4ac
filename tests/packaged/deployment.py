"""The package unpacked and its functions running, as Lambda runs them, in an environment."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from cli.local.processes import PROJECT
from cli.packaging.interpreters import Interpreter
from tests.packaged.gateway import Gateway
from tests.packaged.lambda_runtime import PackagedFunction, running_function


@dataclass(frozen=True)
class Deployment:
    gateway: Gateway
    functions: Mapping[str, PackagedFunction]


def architecture() -> str:
    """What a package must be for to run here: its compiled modules are for Linux, as Lambda is."""
    if sys.platform != "linux":
        pytest.skip("The packaged functions run on Linux alone, as in Lambda.")
    return "arm64" if platform.machine() == "aarch64" else "x86_64"


def runtime(interpreter: Interpreter, home: Path) -> Path:
    """A Python with what Lambda's runtime has: AWS's runtime client and boto3, from the lock."""
    subprocess.run([interpreter.path, "-m", "venv", home / "runtime"], check=True, timeout=120)
    python = home / "runtime" / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([python, *install, "-r", PROJECT / "requirements-runtime.txt"], check=True, timeout=400)
    return python


@contextmanager
def deployed(
    package: Path, python: Path, environment: Mapping[str, str], usage_keys: Collection[str], home: Path
) -> Iterator[Deployment]:
    """All functions of the package (its folder, as `make package` leaves it), each in a process."""
    home.mkdir(parents=True, exist_ok=True)
    with ZipFile(package / "deployment.zip") as archive:
        archive.extractall(home / "task")
    module: dict[str, Any] = json.loads((package / "main.tf.json").read_text())
    handlers = {name: function["handler"] for name, function in module["resource"]["aws_lambda_function"].items()}
    with ExitStack() as stack:
        functions = {
            name: stack.enter_context(running_function(python, home / "task", handler, environment, home))
            for name, handler in handlers.items()
        }
        swagger = json.loads(module["locals"]["swagger"])
        gateway = Gateway(swagger, functions["api_handler"], functions["tenant_auth"], usage_keys)
        yield Deployment(gateway, functions)
