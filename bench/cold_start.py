"""Cold starts under awslambdaric, as in Lambda: from starting the process to its first answer.

The other side is a bare Chalice app that makes one boto3 client, which is the least that such an app can do.
"""

from __future__ import annotations

import json
import math
import queue
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cli.local.processes import HOST

_ANSWER_WITHIN_S = 60
_BARE = """\
import base64

import boto3
from chalice.app import Chalice

app = Chalice(app_name="bare")
rekognition = boto3.client("rekognition")


@app.route("/healthz")
def healthz():
    return {"status": "ok"}


@app.route("/v1/verifications", methods=["POST"])
def verify():
    selfie = base64.b64decode(app.current_request.json_body["selfie"])
    return {"faces": len(rekognition.detect_faces(Image={"Bytes": selfie})["FaceDetails"])}
"""


class RuntimeApi:
    """The Runtime API that a Lambda function asks for events and gives its answers to.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    def __init__(self) -> None:
        self._events: queue.Queue[Mapping[str, Any]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, bytes, float]] = queue.Queue()
        self._server = _Server((HOST, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_port}"

    def invoke(self, event: Mapping[str, Any]) -> tuple[Any, float]:
        """The function's answer and when it came. Raises RuntimeError when the function failed."""
        self._events.put(event)
        kind, body, came_s = self._answers.get(timeout=_ANSWER_WITHIN_S)
        if kind != "response":
            raise RuntimeError(f"the function failed: {body.decode()[:500]}")
        return json.loads(body), came_s

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        events, answers = self._events, self._answers

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer would take a false 40 ms
            wbufsize = -1

            def do_GET(self) -> None:
                body = json.dumps(events.get()).encode()
                deadline_ms = int(time.time() * 1000) + 29_000
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline_ms))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:f")
                self.send_header("Content-Type", "application/json")  # without it awslambdaric's client crashes
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answers.put((self.path.rpartition("/")[2], body, time.perf_counter()))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A function that is stopped hangs up while it waits for its next event."""


@contextmanager
def function(folder: Path, environment: Mapping[str, str]) -> Iterator[RuntimeApi]:
    """A function `app.app` of this folder, in a process of its own."""
    api = RuntimeApi()
    settings = {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "LAMBDA_TASK_ROOT": str(folder),
        "PYTHONPATH": str(folder),
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "_HANDLER": "app.app",
    }
    command = [sys.executable, "-m", "awslambdaric", "app.app"]
    process = subprocess.Popen(
        command, cwd=folder, env={**environment, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield api
    finally:
        process.kill()
        process.wait()
        api.close()


@dataclass(frozen=True, slots=True)
class Start:
    """A function to start: its folder, and the event it is sent first."""

    folder: Path
    event: Callable[[], Mapping[str, Any]]


def first_answers_ms(starts: Sequence[Start], environment: Mapping[str, str], times: int) -> list[float]:
    """The best time of each, started in turns so that the machine's other work weighs on all alike.

    Raises RuntimeError when an answer is not 200.
    """
    best_ms = [math.inf] * len(starts)
    for _ in range(times):
        for number, start in enumerate(starts):
            event = start.event()
            started_s = time.perf_counter()
            with function(start.folder, environment) as api:
                answer, came_s = api.invoke(event)
            if answer["statusCode"] != 200:
                raise RuntimeError(f"the first answer was {answer['statusCode']}: {answer['body']}")
            best_ms[number] = min(best_ms[number], (came_s - started_s) * 1000)
    return best_ms


@contextmanager
def bare_app() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "app.py").write_text(_BARE)
        yield Path(home)


def api_event(method: str, path: str, body: object = None, tenant: str = "") -> dict[str, Any]:
    """What API Gateway sends to the function behind a REST API, after its authorizer has found the tenant."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"content-type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": path,
            "authorizer": {"tenant": tenant, "key_id": "bench", "scopes": "verify"},
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def slow_imports_ms(folder: Path, environment: Mapping[str, str], most: int = 8) -> list[tuple[str, float]]:
    """The packages whose own modules take longest to import: `python -X importtime`."""
    command = [sys.executable, "-X", "importtime", "-c", "import app"]
    run = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=True)
    found = [line.removeprefix("import time:").split("|") for line in run.stderr.splitlines() if "|" in line][1:]
    own_ms: dict[str, float] = {}
    for own_us, _, name in found:
        package = name.strip().partition(".")[0]
        own_ms[package] = own_ms.get(package, 0) + int(own_us) / 1000
    return sorted(own_ms.items(), key=lambda one: -one[1])[:most]
