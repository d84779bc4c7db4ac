"""Lambda on this machine: a Runtime API, and functions under AWS's own runtime client (awslambdaric).

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cli.local.processes import HOST

ANSWERS_WITHIN_S = 120  # generous: nothing here is about speed
_TIMEOUT_MS = 29_000


class FunctionFailedError(Exception):
    """The function raised, or did not start; what the runtime client reported."""


@dataclass(frozen=True)
class Outcome:
    kind: str  # "response" or "error"
    content: Any


class _RuntimeApi(ThreadingHTTPServer):
    """Hands out events one after the other, and takes what becomes of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        self.ready_s: float | None = None

    def handle_error(self, *_: object) -> None:
        """A function that is stopped hangs up while it waits for its next event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer would take a false 40 ms
    wbufsize = -1
    server: _RuntimeApi

    def do_GET(self) -> None:
        if self.server.ready_s is None:
            self.server.ready_s = time.perf_counter()
        request_id, event = self.server.events.get()
        content = json.dumps(event).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + _TIMEOUT_MS))
        self.send_header(
            "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:packaged:live"
        )
        self.send_header("Content-Type", "application/json")  # without it awslambdaric's client crashes
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.outcomes.put(Outcome(self.path.rpartition("/")[2], json.loads(content) if content else None))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class RunningFunction:
    def __init__(self, api: _RuntimeApi, process: subprocess.Popen[bytes], log: Path) -> None:
        self._api = api
        self._process = process
        self._log = log
        self._one_at_a_time = threading.Lock()

    @property
    def ready_s(self) -> float | None:
        """When it first asked for an event, by `time.perf_counter`: its initialisation was over then."""
        return self._api.ready_s

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """What the function answers to the event. Raises FunctionFailedError."""
        with self._one_at_a_time:
            self._api.events.put((str(uuid.uuid4()), dict(event)))
            outcome = self._outcome()
        if outcome.kind != "response":
            raise FunctionFailedError(json.dumps(outcome.content, indent=2))
        return outcome.content

    def _outcome(self) -> Outcome:
        deadline_s = time.monotonic() + ANSWERS_WITHIN_S
        while time.monotonic() < deadline_s:
            try:
                return self._api.outcomes.get(timeout=0.2)
            except queue.Empty:
                if self._process.poll() is not None:
                    break
        raise FunctionFailedError(f"no answer; its log ends:\n{self._log.read_text(errors='replace')[-3000:]}")


@contextmanager
def running_function(
    python: Path, package: Path, handler: str, environment: Mapping[str, str], home: Path
) -> Iterator[RunningFunction]:
    """The function in a process of its own, as in an execution environment that is kept warm."""
    api = _RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    log = home / f"{handler}.log"
    settings = {
        **environment,
        "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{api.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "packaged",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "LAMBDA_TASK_ROOT": str(package),
        "PYTHONPATH": str(package),
        "_HANDLER": handler,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), "-m", "awslambdaric", handler], cwd=package, env=settings, stdout=output, stderr=output
        )
    try:
        yield RunningFunction(api, process, log)
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()
