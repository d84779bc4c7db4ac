"""`python -m tests.crash.soak`: many people at once while AWS fails now and then; then recovery, then the invariants.

Every call of AWS meets each kind of fault with the same small probability, together 5%. People register, also twice,
also under a second id, authenticate, update and are erased. Exit code 1 when an invariant was violated.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chalicelib.errors import AwsError, CountersignError
from chalicelib.model.deadline import Deadline
from chalicelib.model.submission import user_key
from chalicelib.model.user import UserStatus
from chalicelib.wiring import Services, Tenant
from chalicelib.wiring.erasing import erase, request_erasure
from chalicelib.wiring.shared import REQUEST_BUDGET_S
from cli.doctor.examine import survey
from cli.doctor.visit import estate_of, rules_of
from tests.crash.progress import Track, tracked, untracked
from tests.crash.recovery import LATER, recover_all, undelayed
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import running_sandbox

TENANT = "soak"
POLICY = f"policy: {TENANT}\nextends: baseline\nfaces: {{max_per_user: 2, shards: 2}}\nlimits: {{max_failures: 100}}\n"
SHARE = 0.05
_SERVICES = ("dynamodb", "s3", "sqs", "kms", "rekognition", "textract")
_KINDS = ("throttle", "error500", "timeout", "lost_answer", "access_denied", "missing", "latency")
_AT_ONCE = 8
_SHOWN = 20


@dataclass
class Soak:
    """What came of it: answers by flow, and the faults that struck the calls of AWS, by kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    violations: list[str] = field(default_factory=list)


def soak(environment: OwnEnvironment, requests: int, seed: int, track: Track = untracked) -> Soak:
    """Send so many requests, several at a time, with faults; recover without; check."""
    services = environment.services
    services.aws, aws_until = undelayed(services.aws), services.aws_until
    services.aws_until = lambda *given: undelayed(aws_until(*given))
    services.tenant(TENANT).policy()  # a tenant whose policy was never read is not what is tried here
    environment.sandbox.calls.clear()
    environment.sandbox.faults.set(*_rules(), seed=seed)
    result = Soak()
    people = max(4, requests // 12)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        chances = (random.Random(f"{seed}-{number}") for number in range(requests))  # noqa: S311 - repeatable
        sent = [pool.submit(_one, services, people, chance) for chance in chances]
        for outcome in track("requests", sent):
            result.outcomes[outcome.result()] += 1
    for call in environment.sandbox.calls.of():
        result.calls += 1
        result.faults.update(call["faults"])
    environment.sandbox.faults.clear()
    order = random.Random(seed)  # noqa: S311 - repeatable
    for _ in track("recovery", [order]):
        result.violations += [f"dead letter: {body}" for body in recover_all(services, order)]
    for _ in track("invariants", [services]):
        result.violations += _violations(services)
    return result


def _rules() -> list[dict[str, object]]:
    share = SHARE / len(_KINDS)
    rules: list[dict[str, object]] = [
        {"operation": f"{service}:*", "kind": kind, "probability": share, "latency_ms": 50}
        for service in _SERVICES
        for kind in _KINDS
    ]
    return [*rules, {"operation": "rekognition:DeleteFaces", "kind": "partial_delete", "probability": SHARE}]


def _one(services: Services, people: int, chance: random.Random) -> str:
    """One person's request, and in a word what came of it."""
    person = f"person-{chance.randrange(people)}"
    user_id = f"{person}-again" if chance.random() < 0.15 else person
    tenant = services.tenant(TENANT, Deadline.after(REQUEST_BUDGET_S))
    flow = chance.choices(("register", "register_with_id_card", "authenticate", "update", "erase"), (5, 2, 4, 4, 2))[0]
    act: Callable[[], str] = partial(_verify, tenant, flow, user_id, person)
    if flow == "erase":
        act = partial(_erase, tenant, user_id)
    try:
        return f"{flow}: {act()}"
    except AwsError as error:
        return f"{flow}: {type(error).__name__}"
    except CountersignError as error:
        return f"{flow}: {getattr(error, 'code', type(error).__name__)}"


def _verify(tenant: Tenant, flow: str, user_id: str, person: str) -> str:
    return tenant.verify(submission(TENANT, flow, user_id, person)).verdict.value


def _erase(tenant: Tenant, user_id: str) -> str:
    now = datetime.now(UTC)
    erasure = request_erasure(tenant, user_key(TENANT, user_id), now)
    if erasure is None:
        return "nobody"
    try:
        erase(tenant, erasure.erasure_id, now)
    except CountersignError:  # the sweep goes on with it
        return "later"
    return "erased"


def _violations(services: Services) -> Iterable[str]:
    """What the doctor finds; records that are not at rest; faces that two active users share."""
    estate, policy = estate_of(services, TENANT), services.tenant(TENANT).policy()
    for case in survey(estate, rules_of(policy, estate, (), datetime.now(UTC) + LATER), lambda *_: None):
        yield from (f"{finding.kind.value}: {finding.user_key[:12]} {finding.subject}" for finding in case.findings)
    records = [estate.roster.record(item) for _, page in estate.roster.pages(0, 1) for item in page]
    for record in records:
        if record.user.status in (UserStatus.PENDING, UserStatus.ERASING):
            yield f"{record.user.user_id} is still {record.user.status.value}"
    active = Counter(
        record.user.user_id.removesuffix("-again") for record in records if record.user.status is UserStatus.ACTIVE
    )
    yield from (f"{person} is registered under {count} ids" for person, count in active.items() if count > 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=5000, metavar="N", help="how many (5000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="who asks for what, and which calls fail (1)")
    arguments = parser.parse_args()
    logging.disable()  # what goes wrong on purpose is not worth a line each
    started_s, console = time.monotonic(), Console()
    with tempfile.TemporaryDirectory() as home, running_sandbox(Path(home), "--scripted") as sandbox:
        environment = own_environment(sandbox, {TENANT: POLICY})
        result = soak(environment, arguments.requests, arguments.seed, tracked(console))
    _show(result, console, time.monotonic() - started_s)
    sys.exit(bool(result.violations))


def _show(result: Soak, console: Console, took_s: float) -> None:
    table = Table("what came of it", "requests")
    for outcome, count in sorted(result.outcomes.items()):
        table.add_row(outcome, f"{count:,}")
    console.print(table)
    faults = ", ".join(f"{count:,} {kind}" for kind, count in result.faults.most_common())
    share = result.faults.total() / max(1, result.calls)
    console.print(f"{result.calls:,} calls of AWS seen, {share:.1%} of them with a fault: {faults}")
    for violation in result.violations[:_SHOWN]:
        console.print(violation, style="red", markup=False)
    console.print(f"{result.outcomes.total():,} requests, {len(result.violations)} violations, {took_s:.0f} s")


if __name__ == "__main__":
    main()
