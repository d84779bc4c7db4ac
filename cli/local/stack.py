"""The local service as one thing: enter it, use it, leave it, and nothing runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from cli.local.bootstrap import Bootstrap, app_environment, sandbox_environment
from cli.local.policies import PolicyWatcher
from cli.local.processes import Server, running, working

_SANDBOX_READY_WITHIN_S = 120  # its first start compiles and loads the models
_APP_READY_WITHIN_S = 60
_SANDBOX = Server("sandbox", "sandbox", (), "/sandbox/health", _SANDBOX_READY_WITHIN_S)
APP = Server("app", "cli.local.app_server", (), "/healthz", _APP_READY_WITHIN_S)


@dataclass(frozen=True, slots=True)
class StackOptions:
    """`policies` is the folder to publish and watch; `home` takes logs. Port 0 is any free one.

    `scripted`: pictures say what they show (`sandbox.scripted`), so that many can be looked at in a short time.
    """

    policies: Path
    home: Path
    port: int = 0
    sandbox_port: int = 0
    app_output: IO[bytes] | None = None
    scripted: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """`environment` is that of the app's processes."""

    url: str
    sandbox_url: str
    bootstrap: Bootstrap
    environment: Mapping[str, str]

    def key(self, tenant: str) -> str:
        return self.bootstrap.keys[tenant]


@contextmanager
def local_stack(options: StackOptions, say: Callable[[str], None]) -> Iterator[Stack]:
    """The sandbox, then the policies in it, then the app and the worker of its queue.

    `say` is told of each step and each published policy. Raises CliError when a part does not start.
    """
    options.home.mkdir(parents=True, exist_ok=True)
    say("starting the sandbox (a stand-in for AWS that looks at pictures) ...")
    sandbox = replace(_SANDBOX, arguments=("--scripted",)) if options.scripted else _SANDBOX
    with running(sandbox, sandbox_environment(), options.sandbox_port, options.home) as sandbox_url:
        bootstrap = Bootstrap(sandbox_url, say)
        with PolicyWatcher(options.policies, bootstrap.publish):
            say("starting the app ...")
            environment = app_environment(sandbox_url, bootstrap.queue_url)
            with (
                working("worker", "cli.local.worker", environment, options.home, options.app_output),
                running(APP, environment, options.port, options.home, options.app_output) as url,
            ):
                yield Stack(url, sandbox_url, bootstrap, environment)
