"""A sandbox in a process of its own, as tests see it: AWS through boto3, and the sandbox's own endpoints."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import urllib3
from botocore.config import Config

from cli.local.processes import Server, running

REGION = "eu-west-1"
READY_WITHIN_S = 60


class RunningSandbox:
    """url: where it listens, "http://127.0.0.1:PORT"."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(retries=False, timeout=60)
        self._session: Any = boto3.Session("sandbox", "sandbox", region_name=REGION)

    def client(self, service: str, region: str = REGION) -> Any:
        """A client without retries, so that one call is one call."""
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=32, read_timeout=60)
        return self._session.client(service, region_name=region, endpoint_url=self.url, config=config)

    def control(self, method: str, path: str, request: object = None) -> tuple[int, Any]:
        """One of the sandbox's own endpoints, e.g. ("GET", "health"): the status and the answer."""
        body = None if request is None else json.dumps(request)
        answer = self._http.request(method, f"{self.url}/sandbox/{path}", body=body)
        return answer.status, json.loads(answer.data)

    @cached_property
    def faults(self) -> Faults:
        return Faults(self)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self)

    def play_liveness(self, session_id: str, images: Sequence[bytes] = (), **request: Any) -> tuple[int, Any]:
        """Play a session's result: `outcome`, `confidence`."""
        encoded = [base64.b64encode(image).decode() for image in images]
        return self.control("POST", f"liveness/{session_id}", {"images": encoded, **request})


class Faults:
    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox

    def set(self, *rules: dict[str, Any], seed: int = 0) -> None:
        """Replace the rules, e.g. {"operation": "dynamodb:*", "kind": "throttle", "times": 1}."""
        status, answer = self._sandbox.control("PUT", "faults", {"rules": rules, "seed": seed})
        assert status == 200, answer

    def clear(self) -> None:
        self._sandbox.control("DELETE", "faults")


class Calls:
    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox

    def of(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls seen of "service:Operation", or all: operation, started_s, duration_ms, status, error, faults."""
        calls: list[dict[str, Any]] = self._sandbox.control("GET", "calls")[1]["calls"]
        return [call for call in calls if operation in (None, call["operation"])]

    def clear(self) -> None:
        self._sandbox.control("DELETE", "calls")


@contextmanager
def running_sandbox(home: Path, *arguments: str) -> Iterator[RunningSandbox]:
    """`python -m sandbox` with these arguments, stopped on leaving; its port and log are in `home`."""
    server = Server("sandbox", "sandbox", arguments, "/sandbox/health", READY_WITHIN_S)
    with running(server, os.environ, 0, home) as url:
        yield RunningSandbox(url)
