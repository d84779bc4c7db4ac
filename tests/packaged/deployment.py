"""The package unpacked and its functions running, as Lambda runs them, in an environment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CliError
from cli.local.functions import RunningFunction, running_function
from cli.packaging.unpacked import local_architecture, unpack
from tests.packaged.gateway import Gateway


@dataclass(frozen=True)
class Deployment:
    gateway: Gateway
    functions: Mapping[str, RunningFunction]


def architecture() -> str:
    try:
        return local_architecture()
    except CliError as error:
        pytest.skip(str(error))


@contextmanager
def deployed(
    package: Path, python: Path, environment: Mapping[str, str], usage_keys: Collection[str], home: Path
) -> Iterator[Deployment]:
    """All functions of the package (its folder, as `make package` leaves it), each in a process."""
    home.mkdir(parents=True, exist_ok=True)
    unpack(package, home / "task")
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
