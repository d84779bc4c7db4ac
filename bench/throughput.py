"""How many requests a second `make serve`'s app answers, over HTTP, while AWS takes no time; and whose processor time.

App, sandbox and client share this machine, so requests a second say less than the app's own processor time for each.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import urllib3

from bench.people import selfie
from bench.report import Row, Section
from bench.world import World, tenant_name
from chalicelib.model.policy import Execution
from cli.local.processes import running_process
from cli.local.stack import APP

_MODE = Execution.FASTEST
LEVELS = (1, 2, 4, 8, 16, 32)  # requests at once
_TEXT = """\
Over HTTP, keep-alive, the authorizer's look at the key included (the local gateway keeps nothing of it). AWS is the \
sandbox without delays, on the same {processors} processors as app and client: requests a second and percentiles are \
those of all three together. The milliseconds behind them are each one's time on a processor for a request; "app \
alone" is what one processor would serve if the app had it to itself."""

Ask = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Processor:
    """Seconds on a processor so far, of three processes."""

    app: float
    sandbox: float
    client: float


@dataclass(frozen=True, slots=True)
class Served:
    at_once: int
    times_ms: list[float]
    duration_s: float
    used: Processor

    @property
    def per_s(self) -> float:
        return len(self.times_ms) / self.duration_s


def sections(
    world: World, seconds: float, say: Callable[[str], None], levels: Sequence[int] = LEVELS
) -> Iterator[Section]:
    """`seconds` for each level of concurrency of each kind of request."""
    world.delay({})
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as home, running_process(APP, os.environ, 0, Path(home)) as app:
        processor = partial(_processor, app.process_id, world.sandbox_process)
        many = max(levels)
        kinds = {
            "GET /healthz": _health(app.url, many),
            "POST /v1/verifications": _authentications(world, app.url, many),
        }
        for kind, asks in kinds.items():
            served = []
            for at_once in levels:
                served.append(_serve(asks[:at_once], seconds, processor))
                say(f"{kind}, {at_once} at once: {served[-1].per_s:.0f} requests a second")
            rows += [_row(kind, one, served[0]) for one in served]
    header = ("request", "at once", "a second", "of one at once", "p50 ms", "p95 ms")
    whose = ("app, ms", "sandbox, ms", "client, ms", "app alone, a second")
    yield Section("Throughput", _TEXT.format(processors=os.cpu_count()), (*header, *whose), rows)


def _serve(asks: list[Ask], seconds: float, processor: Callable[[], Processor]) -> Served:
    """Each asks again as soon as it is answered. What raises ends it."""
    for ask in asks:  # connections, and what is made at first use
        ask()
    before, began_s = processor(), time.perf_counter()
    until_s = began_s + seconds
    with ThreadPoolExecutor(len(asks)) as pool:
        times_ms = [ms for part in pool.map(partial(_ask_until, until_s), asks) for ms in part]
    after, duration_s = processor(), time.perf_counter() - began_s
    used = Processor(after.app - before.app, after.sandbox - before.sandbox, after.client - before.client)
    return Served(len(asks), times_ms, duration_s, used)


def _ask_until(until_s: float, ask: Ask) -> list[float]:
    """Twice at least: from one time alone there are no percentiles."""
    times_ms: list[float] = []
    while (began_s := time.perf_counter()) < until_s or len(times_ms) < 2:
        ask()
        times_ms.append((time.perf_counter() - began_s) * 1000)
    return times_ms


def _health(url: str, many: int) -> list[Ask]:
    return [partial(_expect, urllib3.PoolManager(timeout=60), "GET", f"{url}/healthz") for _ in range(many)]


def _authentications(world: World, url: str, many: int) -> list[Ask]:
    """Of a registered user each, so that none waits for another's attempt."""
    token = world.bootstrap.keys[tenant_name(_MODE)]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asks: list[Ask] = []
    for number in range(many):
        http, name = urllib3.PoolManager(timeout=60), f"served-{number}"
        picture = base64.b64encode(selfie(name).content).decode()

        def ask(flow: str, http: urllib3.PoolManager = http, name: str = name, picture: str = picture) -> None:
            body = json.dumps({"flow": flow, "user_id": name, "selfie": picture})
            _expect(http, "POST", f"{url}/v1/verifications", body, headers, "approved")

        ask("register")
        asks.append(partial(ask, "authenticate"))
    return asks


def _expect(
    http: urllib3.PoolManager,
    method: str,
    url: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    told: str = "ok",
) -> None:
    answer = http.request(method, url, body=body, headers=headers)
    if answer.status != 200 or told not in answer.data.decode():
        raise RuntimeError(f"{told!r} was expected: {answer.status} {answer.data.decode()}")


def _processor(app: int, sandbox: int) -> Processor:
    return Processor(_processor_s(app), _processor_s(sandbox), time.process_time())


def _processor_s(process_id: int) -> float:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15, behind the name in brackets."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _row(kind: str, served: Served, one: Served) -> Row:
    count, cuts = len(served.times_ms), statistics.quantiles(served.times_ms, n=20)
    each_ms = [1000 * used / count for used in (served.used.app, served.used.sandbox, served.used.client)]
    return (
        kind,
        str(served.at_once),
        f"{served.per_s:.0f}",
        f"{served.per_s / one.per_s:.2f}x",
        f"{cuts[9]:.1f}",
        f"{cuts[18]:.1f}",
        *(f"{ms:.1f}" for ms in each_ms),
        f"{1000 / each_ms[0]:.0f}" if each_ms[0] else "",  # it is counted in hundredths of a second
    )
