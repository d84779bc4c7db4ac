"""Schemathesis against the app as it really runs, over a scripted sandbox: `python -m fuzz.api --requests 100000`.

Every answer must be one that the OpenAPI document describes, in status, type, headers and form, and none a 5xx. It
goes from each operation alone to chains of them: what one answers becomes another's parameter. Several clients send at
once, each of a tenant of its own. Requests are counted by their answers, and the table at the end tells which answers
each operation gave.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chalicelib.routes.openapi import document
from cli.local.processes import PROJECT
from cli.local.stack import Stack, StackOptions, local_stack
from fuzz.hooks import SANDBOX_URL, TALLY
from fuzz.tally import Tally

_TENANT = """\
policy: {tenant}
extends: baseline
limits: {{max_failures: 100, window_minutes: 1, lockout_minutes: 1}}
{own}
flows:
  register:
    on_fail: {{duplicate_face: review, pose: review}}
  check_in:
    steps: [{{check: liveness}}, {{check: face_count}}]
    effects: []
  refer:
    steps: [{{check: face_count, on_fail: review}}]
    effects: [store_images, index_face, save_user]
"""
POLICIES: Mapping[str, str] = {
    tenant: _TENANT.format(tenant=tenant, own=own)
    for tenant, own in {
        "fuzzed-one": "disclose: full",
        "fuzzed-two": "consent: required\ndisclose: codes\nexecution: speculative",
        "fuzzed-three": "disclose: none\nexecution: cheapest",
    }.items()
}
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "use_after_free",
)
_WELL_FORMED = {"fuzzed-one"}  # this client sends only what the description allows, and so gets further
_EXAMPLES = 60  # of each operation and of chains, again and again until the round's time is up
# Other methods never get as far as the app: the server that plays API Gateway here answers them with a 501 of its own.
# With a database of examples Hypothesis spends its time on making them smaller, though nothing is wrong with them.
_CONFIG = """\
[phases.coverage]
unexpected-methods = ["PUT", "PATCH"]

[generation]
database = "none"
"""
_ROUND_S = 600  # Schemathesis takes seconds to start, and remembers what it sent
_LEAST_S = 5
_PROGRESS_EVERY_S = 10
_ERRORS_TOLD = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """The run ends with whichever is used up first; `seconds` None: with the requests."""

    requests: int
    seconds: float | None = None
    seed: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=100_000, help="at least so many")
    parser.add_argument("--seconds", type=int, help="but stop after about so long")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeat a run")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and with it what was started
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "policies").mkdir()
        texts = {**POLICIES, "baseline": (PROJECT / "policies" / "baseline.yaml").read_text()}
        for tenant, text in texts.items():
            (home / "policies" / f"{tenant}.yaml").write_text(text)
        with local_stack(StackOptions(home / "policies", home, scripted=True), print) as stack:
            return run(stack, home, Budget(arguments.requests, arguments.seconds, arguments.seed))


def run(stack: Stack, home: Path, budget: Budget, tenants: Iterable[str] = POLICIES) -> int:
    """1 if anything was found or too few requests were sent; what was found is printed as Schemathesis tells it.

    Each of `tenants` is a client.
    """
    (home / "schemathesis.toml").write_text(_CONFIG)
    rounds = Rounds(stack, home, budget)
    with ThreadPoolExecutor() as clients, _progress(rounds):
        found = any(list(clients.map(rounds.keep_sending, tenants)))
    tally = rounds.tally()
    if found:
        _tell_errors(home)
    print(tally.table(document()["paths"]))
    print(f"seed {budget.seed}: {tally.total:,} requests answered, {'DEFECTS FOUND' if found else 'nothing found'}")
    least = budget.requests if budget.seconds is None else 1
    return 1 if found or tally.total < least else 0


def _tell_errors(home: Path) -> None:
    """The last errors that the sandbox and the app logged: the folder goes with the run."""
    for log in sorted(home.glob("*.log")):
        errors = [line for line in log.read_text(errors="replace").splitlines() if "Error" in line]
        print(f"{log.name}: {len(errors)} errors logged", *errors[-_ERRORS_TOLD:], sep="\n")


class Rounds:
    """Runs of Schemathesis, one after the other for each client, until the budget is used up or something is found."""

    def __init__(self, stack: Stack, home: Path, budget: Budget) -> None:
        self.budget = budget
        self._stack = stack
        self._home = home
        self._started_s = time.monotonic()
        self._found = threading.Event()

    def tally(self) -> Tally:
        return Tally.read(self._home.glob("*.tally"))

    def keep_sending(self, tenant: str) -> bool:
        """Whether this client found something."""
        first_seed = self.budget.seed + 10_000 * list(POLICIES).index(tenant)
        for seed in itertools.count(first_seed):
            left_s = self._left_s()
            if self._found.is_set() or left_s <= 0:
                break
            if not self._passes(tenant, seed, max(_LEAST_S, left_s)):
                self._found.set()
        return self._found.is_set()

    def _left_s(self) -> float:
        """How long the next round may take: until the time is up, or all requests are sent if they go on as so far."""
        past_s, sent = time.monotonic() - self._started_s, self.tally().total
        needed_s = past_s * (self.budget.requests - sent) / sent if sent else _ROUND_S
        left_s = math.inf if self.budget.seconds is None else self.budget.seconds - past_s
        return min(_ROUND_S, needed_s, left_s)

    def _passes(self, tenant: str, seed: int, seconds: float) -> bool:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{self._stack.url}/openapi.json",
            f"--header=Authorization:Bearer {self._stack.key(tenant)}",
            f"--checks={','.join(_CHECKS)}",
            f"--mode={'positive' if tenant in _WELL_FORMED else 'all'}",
            f"--max-examples={_EXAMPLES}",
            f"--max-time={math.ceil(seconds)}",
            f"--seed={seed}",
            "--suppress-health-check=all",
            "--continue-on-failure",
            "--workers=1",  # CPython 3.11's ast.parse, which Hypothesis uses, breaks with several threads
            "--request-timeout=30",
        ]
        hooks = {
            "SCHEMATHESIS_HOOKS": "fuzz.hooks",
            "PYTHONPATH": str(PROJECT),
            SANDBOX_URL: self._stack.sandbox_url,
            TALLY: str(self._home / f"{tenant}.tally"),
        }
        ended = subprocess.run(
            command, cwd=self._home, env={**os.environ, **hooks}, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            print(f"{tenant}, seed {seed}:", ended.stdout, ended.stderr, sep="\n", flush=True)
        return ended.returncode == 0


@contextmanager
def _progress(rounds: Rounds) -> Iterator[None]:
    done = threading.Event()

    def tell() -> None:
        started_s = time.monotonic()
        while not done.wait(_PROGRESS_EVERY_S):
            total = rounds.tally().total
            rate = total / (time.monotonic() - started_s)
            print(f"{total:10,} requests answered, {rate:.0f} a second", flush=True)

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


if __name__ == "__main__":
    raise SystemExit(main())
