"""Cold starts of the package under awslambdaric: from starting the process to its first answer.

The other side is a bare Chalice + boto3 app (bench/bare), started in the same way. A verification is compared with the
same operations of AWS, side by side where ours overlapped, so that the ratio is our own share.
"""

from __future__ import annotations

import base64
import json
import math
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.people import selfie
from bench.report import Row, Section, verdict
from bench.starts import Milliseconds, Start, Starter, Took
from bench.world import Call, World, tenant_name
from chalicelib.model.policy import Execution
from cli.local.events import api_event
from cli.local.processes import PROJECT
from cli.packaging.build import build, precompile
from cli.packaging.interpreters import Interpreter, lambda_interpreter
from cli.packaging.unpacked import lambda_runtime, local_architecture, unpack

TARGET = 1.3
_MODE = Execution.FASTEST
_BESIDE = "dynamodb:UpdateItem"  # a key's use is noted: no answer waits for it
_STARTS = 5
_SLOW_IMPORTS = 12
_TEXT = """\
The zip, unpacked, under awslambdaric with a local Runtime API, in a Python {version} that has what Lambda's has; \
the quickest of {starts} rounds, in each of which all are started once. The bare app is Chalice with boto3: for \
/healthz it makes one client and calls nothing; for a verification it makes the clients of the same {calls} calls of \
AWS at import and makes those calls, side by side where ours overlapped, and nothing else. The last row is no like \
for like: a bare app that calls nothing at all."""

Latencies = Mapping[str, float]
Say = Callable[[str], None]
Functions = tuple[Starter, Path, Path]  # and the folders of the two: what is in the zip, and the bare app made like it


def sections(world: World, latencies: Latencies, say: Say) -> Iterator[Section]:
    interpreter = lambda_interpreter(None)
    with _functions(interpreter, say) as functions:
        yield _cold_start(world, latencies, interpreter.series, functions, say)
        starter, own, _ = functions
        say("importing ...")
        yield _imports(*(starter.imports_ms(Start(own, event)) for event in (_health, _verification(world))))


def _cold_start(world: World, latencies: Latencies, version: str, functions: Functions, say: Say) -> Section:
    starter, own, bare = functions
    health = [Start(folder, _health) for folder in (own, bare)]
    verification = _verification(world)
    collection = {"BARE_COLLECTION": world.collection(_MODE)}
    ours, idle = Start(own, verification), Start(bare, verification, collection)
    world.delay(latencies)
    stages = stages_of(_calls_of(world, starter, ours))
    same = Start(bare, verification, collection | {"BARE_STAGES": json.dumps(stages)})
    _expect_same_calls(stages, _calls_of(world, starter, same))
    say(f"{_STARTS} starts of each, first /healthz ...")
    rows = [_row("GET /healthz", starter.best(health, _STARTS), TARGET)]
    say("a verification ...")
    rows.append(_row("POST /v1/verifications", starter.best([ours, same], _STARTS), TARGET))
    say("the same while AWS answers at once ...")
    world.delay({})
    own_took, same_took, idle_took = starter.best([ours, same, idle], _STARTS)
    rows.append(_row("the same, AWS answers at once", [own_took, same_took], TARGET))
    rows.append(_row("the same, against no calls", [own_took, idle_took], None))
    text = _TEXT.format(version=version, starts=_STARTS, calls=sum(map(len, stages)))
    header = ("first request", "ms", "init", "processor", "bare, ms", "init", "processor", "ratio", "target", "met")
    return Section("Cold start", text, header, rows)


@contextmanager
def _functions(interpreter: Interpreter, say: Say) -> Iterator[Functions]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build(interpreter, local_architecture(), home / "package", say)
        unpack(home / "package", home / "own")
        shutil.copytree(home / "own" / "chalice", home / "bare" / "chalice")
        shutil.copyfile(PROJECT / "bench" / "bare" / "app.py", home / "bare" / "app.py")
        precompile(home / "bare", interpreter)
        say("making a Python as Lambda has it ...")
        yield Starter(lambda_runtime(interpreter, home / "runtime"), home, os.environ), home / "own", home / "bare"


def _health() -> Mapping[str, Any]:
    return api_event("GET", "/healthz", None, {})


def _verification(world: World) -> Callable[[], Mapping[str, Any]]:
    """Events of registrations, each of a person of its own."""
    tenant = tenant_name(_MODE)
    key_id = world.bootstrap.keys[tenant].split("_")[1]
    caller = {"tenant": tenant, "key_id": key_id, "scopes": "verify"}

    def event() -> Mapping[str, Any]:
        name = uuid.uuid4().hex
        body = {"flow": "register", "user_id": name, "selfie": base64.b64encode(selfie(name).content).decode()}
        return api_event("POST", "/v1/verifications", body, caller)

    return event


def _calls_of(world: World, starter: Starter, start: Start) -> list[Call]:
    world.forget_calls()
    starter.once(start)
    return world.journal()


def stages_of(calls: Sequence[Call]) -> list[list[str]]:
    """The operations, those together that overlapped; what no answer waits for goes with what follows it."""
    stages: list[list[str]] = []
    over_s = -math.inf
    for call in sorted(calls, key=lambda call: call.started_s):
        if call.started_s >= over_s and not (stages and stages[-1] == [_BESIDE]):
            stages.append([])
        stages[-1].append(call.operation)
        over_s = max(over_s, call.ended_s)
    return stages


def _expect_same_calls(stages: list[list[str]], calls: list[Call]) -> None:
    ours, theirs = Counter(name for stage in stages for name in stage), Counter(call.operation for call in calls)
    if ours != theirs:
        raise RuntimeError(f"the bare app made other calls: {theirs} in place of {ours}")


def _row(name: str, took: Sequence[Took], target: float | None) -> Row:
    own, bare = took
    ratio = own.total_ms / bare.total_ms
    told = (f"{target:g}x", verdict(ratio, target)) if target else ("", "")
    return (name, *_cells(own), *_cells(bare), f"{ratio:.2f}x", *told)


def _cells(took: Took) -> tuple[str, str, str]:
    return f"{took.total_ms:.0f}", f"{took.init_ms:.0f}", f"{took.processor_ms:.0f}"


def _imports(health: Milliseconds, verification: Milliseconds) -> Section:
    slowest = sorted(verification, key=lambda name: -verification[name])
    shown, rest = slowest[:_SLOW_IMPORTS], slowest[_SLOW_IMPORTS:]
    both = (health, verification)
    rows: list[Row] = [(name, *(f"{part.get(name, 0):.0f}" for part in both)) for name in shown]
    rows.append(("all others", *(f"{sum(part.get(name, 0) for name in rest):.0f}" for part in both)))
    rows.append(("together", *(f"{sum(part.values()):.0f}" for part in both)))
    text = (
        "Of the zip, with Lambda's runtime client, by `python -X importtime`, which itself slows importing down: each "
        "package's own modules until the first answer."
    )
    return Section("Imports", text, ("package", "GET /healthz, ms", "POST /v1/verifications, ms"), rows)
