"""Child processes: start one, wait until it answers if it serves, stop it whatever happens."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import urllib3

from cli.errors import CliError

HOST = "127.0.0.1"  # an address, not a name: boto3 then keeps the bucket out of the host name
PROJECT = Path(__file__).resolve().parents[2]
_STOP_WITHIN_S = 5


@dataclass(frozen=True, slots=True)
class Server:
    """A module that serves HTTP. It takes --port (0: any free one) and --port-file, in which it writes the real one."""

    name: str
    module: str
    arguments: Sequence[str]
    health_path: str
    ready_within_s: float


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    process_id: int


@contextmanager
def running(
    server: Server, environment: Mapping[str, str], port: int, home: Path, output: IO[bytes] | None = None
) -> Iterator[str]:
    """Yield the server's URL once it answers; it is stopped on leaving. Without `output` it logs into `home`.

    Raises CliError when it does not start, with the end of its log.
    """
    with running_process(server, environment, port, home, output) as started:
        yield started.url


@contextmanager
def running_process(
    server: Server, environment: Mapping[str, str], port: int, home: Path, output: IO[bytes] | None = None
) -> Iterator[Running]:
    """As `running`, for whoever looks at the process too."""
    port_file = home / f"{server.name}.port"
    port_file.unlink(missing_ok=True)
    arguments = ["--port", str(port), "--port-file", str(port_file), *server.arguments]
    with _process(server.name, [server.module, *arguments], environment, home, output) as process:
        yield Running(_wait_until_ready(server, process, port_file, home / f"{server.name}.log"), process.pid)


@contextmanager
def working(
    name: str, module: str, environment: Mapping[str, str], home: Path, output: IO[bytes] | None = None
) -> Iterator[None]:
    """Keep a module running that serves nobody; it is stopped on leaving. Without `output` it logs into `home`."""
    with _process(name, [module], environment, home, output):
        yield


@contextmanager
def _process(
    name: str, module: Sequence[str], environment: Mapping[str, str], home: Path, output: IO[bytes] | None
) -> Iterator[subprocess.Popen[bytes]]:
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output or log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to handle; we then stop it
        )
        try:
            yield process
        finally:
            _stop(process)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], port_file: Path, log_file: Path) -> str:
    deadline_s = time.monotonic() + server.ready_within_s
    with urllib3.PoolManager(retries=False, timeout=2) as http:
        while time.monotonic() < deadline_s:
            if process.poll() is not None:
                raise CliError(f"The {server.name} stopped while it was starting.\n{_end_of(log_file)}")
            port = _read_port(port_file)
            with suppress(urllib3.exceptions.HTTPError):
                if port and http.request("GET", f"http://{HOST}:{port}{server.health_path}").status == 200:
                    return f"http://{HOST}:{port}"
            time.sleep(0.1)
    raise CliError(f"The {server.name} did not answer within {server.ready_within_s:.0f} seconds.\n{_end_of(log_file)}")


def _read_port(port_file: Path) -> int | None:
    try:
        return int(port_file.read_text())
    except (FileNotFoundError, ValueError):  # not yet there, or not yet wholly written
        return None


def _end_of(log_file: Path, lines: int = 15) -> str:
    return "\n".join(log_file.read_text(errors="replace").splitlines()[-lines:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
