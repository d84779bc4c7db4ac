"""Memory of one process of the app after many requests, through its Lambda handler.

Routes, engine, stores and clients are the real ones. AWS answers from memory (bench/replayed.py): 100,000 requests
would else take hours.
"""

from __future__ import annotations

import argparse
import base64
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Any

from bench.people import selfie
from bench.replayed import Replay
from bench.report import Row, Section, verdict
from bench.world import World, tenant_name
from chalicelib.model.policy import Execution
from cli.local.events import api_event
from cli.local.processes import PROJECT

_PARTS = (0.01, 0.1, 0.5, 1.0)  # of all requests: when memory is looked at
_MOST_GROWTH = 1.02  # from the second look to the last
_OF_A_HUNDRED = {"registration": 4, "authentication": 4, "denial": 2, "bad request": 5, "policy": 5, "health": 80}
_SERVICES = ("s3", "dynamodb", "rekognition", "kms", "sqs")
_TEXT = """\
One process of the app, called through its Lambda handler: of a hundred requests {mix}. Routes, engine, stores and \
boto3's clients are the real ones; AWS's answers are recorded from the sandbox and given again at botocore's edge, so \
connections are not part of it. Blocks are what Python's allocator holds. The ratio is to the look at a tenth of the \
requests."""

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """At a process after so many requests."""

    requests: int
    resident_mb: float
    blocks: int


def sections(world: World, requests: int, say: Callable[[str], None]) -> Iterator[Section]:
    """Starts a process of its own, so that nothing but the app is in it."""
    world.delay({})
    looks = []
    for look in _looks(world, requests):
        say(f"{look.requests:,} of {requests:,} requests: {look.resident_mb:.1f} MB")
        looks.append(look)
    base = looks[1]
    mix = ", ".join(f"{share} of {name}" for name, share in _OF_A_HUNDRED.items())
    header = ("requests", "resident, MB", "ratio", "blocks", "ratio", "target", "met")
    yield Section("Memory", _TEXT.format(mix=mix), header, [_row(look, base) for look in looks])


def _row(look: Look, base: Look) -> Row:
    ratios = (look.resident_mb / base.resident_mb, look.blocks / base.blocks)
    cells = (f"{look.requests:,}", f"{look.resident_mb:.1f}", f"{ratios[0]:.3f}x", f"{look.blocks:,}")
    told = (f"{_MOST_GROWTH:g}x", verdict(max(ratios), _MOST_GROWTH)) if look.requests > base.requests else ("", "")
    return (*cells, f"{ratios[1]:.3f}x", *told)


def _looks(world: World, requests: int) -> Iterator[Look]:
    tenant = tenant_name(Execution.FASTEST)
    key_id = world.bootstrap.keys[tenant].split("_")[1]
    command = [sys.executable, "-m", "bench.memory", "--requests", str(requests), "--tenant", tenant, "--key", key_id]
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        for line in process.stdout:
            yield Look(**json.loads(line))
    if process.returncode:
        raise RuntimeError(f"the process that was measured ended with {process.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description="The measured process itself.")
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--key", required=True, help="the id of one of its keys")
    given = parser.parse_args()
    caller = {"tenant": given.tenant, "key_id": given.key, "scopes": "verify read"}
    for look in _requested(given.requests, caller):
        print(json.dumps(asdict(look)), flush=True)


def _requested(requests: int, caller: Event) -> Iterator[Look]:
    from app import app  # noqa: PLC0415 - it reads the environment
    from chalicelib.wiring import services  # noqa: PLC0415

    replay = Replay(services().client(name) for name in _SERVICES)
    kinds = _kinds(caller)
    for kind in kinds.values():
        _expect(kind, app)
    replay.begin()
    order = cycle([kinds[name] for name in _spread(_OF_A_HUNDRED)])
    sent = 0
    for part in _PARTS:
        until = max(1, int(requests * part))
        for kind in islice(order, until - sent):
            _expect(kind, app)
        sent = until
        yield _look(sent)


@dataclass(frozen=True, slots=True)
class _Kind:
    event: Event
    status: int
    told: str  # is in the answer


def _kinds(caller: Event) -> dict[str, _Kind]:
    def verification(flow: str, user: str, person: str) -> Event:
        picture = base64.b64encode(selfie(person).content).decode()
        return api_event("POST", "/v1/verifications", {"flow": flow, "user_id": user, "selfie": picture}, caller)

    return {
        "registration": _Kind(verification("register", "ada", "ada"), 200, '"approved"'),
        "authentication": _Kind(verification("authenticate", "ada", "ada"), 200, '"approved"'),
        "denial": _Kind(verification("authenticate", "ada", "mallory"), 200, '"denied"'),
        "bad request": _Kind(api_event("POST", "/v1/verifications", {"flow": 3}, caller), 400, "wrong-type"),
        "policy": _Kind(api_event("GET", "/v1/policy", None, caller), 200, caller["tenant"]),
        "health": _Kind(api_event("GET", "/healthz", None, {}), 200, "ok"),
    }


def _expect(kind: _Kind, app: Callable[[Event, None], Event]) -> None:
    answer = app(kind.event, None)
    if answer["statusCode"] != kind.status or kind.told not in answer["body"]:
        raise RuntimeError(f"{kind.status} with {kind.told} was expected: {answer['statusCode']} {answer['body']}")


def _spread(shares: dict[str, int]) -> list[str]:
    """Each as often as its share, evenly."""
    places = [((number + 0.5) / share, name) for name, share in shares.items() for number in range(share)]
    return [name for _, name in sorted(places)]


def _look(requests: int) -> Look:
    gc.collect()
    return Look(requests, _resident_mb(), sys.getallocatedblocks())


def _resident_mb() -> float:
    """https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html"""
    with open("/proc/self/statm") as status:  # noqa: PTH123 - /proc
        return int(status.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


if __name__ == "__main__":
    main()
