"""The sandbox in scripted mode, with injected latencies, and the app's own services talking to it over the wire."""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import urllib3

from bench.latencies import rules
from chalicelib.model.images import Image
from chalicelib.model.policy import Execution
from chalicelib.model.submission import Submission
from chalicelib.wiring import Services, Tenant
from cli.local.bootstrap import Bootstrap, app_environment, sandbox_environment
from cli.local.processes import PROJECT, Server, running_process

_SANDBOX = Server("sandbox", "sandbox", ("--scripted",), "/sandbox/health", ready_within_s=120)
_POLICY = """\
policy: {name}
extends: baseline
execution: {execution}
limits: {{max_failures: 100, window_minutes: 1, lockout_minutes: 1}}
"""


@dataclass(frozen=True, slots=True)
class Call:
    """Of AWS: "service:Operation", and from when to when, in seconds since the epoch."""

    operation: str
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class World:
    """A running sandbox with one tenant for each execution mode, all with the flows of `policies/baseline.yaml`."""

    sandbox_url: str
    sandbox_process: int
    services: Services
    bootstrap: Bootstrap
    http: urllib3.PoolManager

    def tenant(self, execution: Execution) -> Tenant:
        return self.services.tenant(tenant_name(execution))

    def collection(self, execution: Execution) -> str:
        return f"{self.services.setting('COLLECTION_PREFIX')}-{tenant_name(execution)}-0"

    def delay(self, latencies: Mapping[str, float]) -> None:
        """From now on AWS takes this long; an empty table is no delay at all."""
        self._control("PUT", "faults", {"rules": rules(latencies), "seed": 0})

    def journal(self) -> list[Call]:
        """The calls of AWS since `forget_calls`, in the order in which they ended."""
        seen = json.loads(self._control("GET", "calls"))["calls"]
        return [Call(one["operation"], one["started_s"], one["started_s"] + one["duration_ms"] / 1000) for one in seen]

    def calls(self) -> Counter[str]:
        """How often each "service:Operation" was called since `forget_calls`."""
        return Counter(call.operation for call in self.journal())

    def forget_calls(self) -> None:
        self._control("DELETE", "calls")

    def _control(self, method: str, path: str, request: object = None) -> bytes:
        body = None if request is None else json.dumps(request)
        answer = self.http.request(method, f"{self.sandbox_url}/sandbox/{path}", body=body)
        if answer.status != 200:
            raise RuntimeError(f"the sandbox refused {method} {path}: {answer.data.decode()}")
        return answer.data


def tenant_name(execution: Execution) -> str:
    return f"bench-{execution.value}"


def submission(
    tenant: Tenant, flow: str, user_id: str, selfie: Image | None = None, id_card: Image | None = None
) -> Submission:
    return Submission(
        verification_id=uuid.uuid4().hex,
        tenant=tenant.name,
        flow=flow,
        user_id=user_id,
        received_at=datetime.now(UTC),
        selfie=selfie,
        id_card=id_card,
    )


@contextmanager
def running_world() -> Iterator[World]:
    """Start the sandbox and publish the tenants. botocore reads this process's environment, so it is changed."""
    with (
        tempfile.TemporaryDirectory() as home,
        running_process(_SANDBOX, sandbox_environment(), 0, Path(home)) as sandbox,
    ):
        url = sandbox.url
        bootstrap = Bootstrap(url, lambda _: None)
        environment = app_environment(url, bootstrap.queue_url) | {"COUNTERSIGN_POLICY_REFRESH_S": "3600"}
        os.environ.clear()
        os.environ.update(environment)
        for path in _policies(Path(home)):
            bootstrap.publish(path)
        with urllib3.PoolManager(timeout=60) as http:
            yield World(url, sandbox.process_id, Services(environment), bootstrap, http)


def _policies(folder: Path) -> Iterator[Path]:
    baseline = folder / "baseline.yaml"
    baseline.write_text((PROJECT / "policies" / "baseline.yaml").read_text())
    yield baseline
    for execution in Execution:
        path = folder / f"{tenant_name(execution)}.yaml"
        path.write_text(_POLICY.format(name=path.stem, execution=execution.value))
        yield path
