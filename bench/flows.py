"""Each flow in each mode against the limit and against the reference's order, with what it calls and pays."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count

from bench.capacity import flows_of
from bench.dag import critical_path_ms
from bench.latencies import LAMBDA_HOP_MS
from bench.limit import CHAINS, Limit, longest_chain
from bench.people import passport, selfie
from bench.prices import dollars
from bench.reference import Reference
from bench.world import World, submission
from chalicelib.model.decision import Verdict
from chalicelib.model.policy import Execution
from chalicelib.wiring import Tenant

FLOWS = tuple(CHAINS)
_numbers = count()


@dataclass(frozen=True, slots=True)
class Measured:
    """One flow in one mode: the median time, and the calls of one run."""

    flow: str
    mode: str
    median_ms: float
    calls: Counter[str]

    @property
    def dollars(self) -> float:
        return dollars(self.calls)


def path_ms(flow: str, mode: str, latencies: Mapping[str, float]) -> float:
    """The critical path of the flow's own plan in this mode."""
    return critical_path_ms(flows_of(Execution(mode))[flow], latencies)


def measure_flow(world: World, flow: str, execution: Execution, latencies: Mapping[str, float], runs: int) -> Measured:
    """Approvals alone, each of a person of its own: an answer that is not "approved" raises."""
    tenant = world.tenant(execution)
    return _measured(world, flow, execution.value, latencies, runs, lambda: _prepared(tenant, flow))


def measure_denial(world: World, execution: Execution, latencies: Mapping[str, float], runs: int) -> Measured:
    """A registration in sunglasses: what the mode pays for a denial that DetectFaces alone can tell."""
    tenant = world.tenant(execution)

    def prepared() -> Callable[[], object]:
        sent = submission(tenant, "register", _person(), selfie(_person(), sunglasses=99))
        return lambda: _expect(tenant.verify(sent).verdict, Verdict.DENIED)

    return _measured(world, "register, denied", execution.value, latencies, runs, prepared)


def measure_limit(world: World, flow: str, latencies: Mapping[str, float], runs: int) -> Measured:
    table, chain = world.services.setting("TABLE"), longest_chain(flow, latencies)

    def prepared() -> Callable[[], object]:
        person = _person()
        limit = Limit(
            world.services.aws, _collection(world), table, person, selfie(person).content, passport(person).content
        )
        return lambda: limit.run(chain)

    return _measured(world, flow, "the limit itself", latencies, runs, prepared)


def measure_reference(world: World, flow: str, hops: bool, latencies: Mapping[str, float], runs: int) -> Measured:
    services, collection = world.services, _collection(world)
    bucket, table = services.setting("IMAGES_BUCKET"), services.setting("TABLE")

    def prepared() -> Callable[[], object]:
        person = _person()
        picture, card = selfie(person).content, passport(person).content
        stored_key = f"reference/{person}-before.bin"
        services.aws("s3", "put_object", {"Bucket": bucket, "Key": stored_key, "Body": picture})
        reference = Reference(services.aws, collection, bucket, table, person)
        return lambda: reference.run(flow, picture, card, stored_key, LAMBDA_HOP_MS if hops else 0)

    return _measured(world, flow, "reference, hops" if hops else "reference", latencies, runs, prepared)


def _measured(
    world: World,
    flow: str,
    mode: str,
    latencies: Mapping[str, float],
    runs: int,
    prepare: Callable[[], Callable[[], object]],
) -> Measured:
    """Everything is prepared without delays; the first run warms connections up and is not counted."""
    times_ms: list[float] = []
    calls: Counter[str] = Counter()
    for number in range(runs + 1):
        world.delay({})
        run = prepare()
        world.delay(latencies)
        world.forget_calls()
        started_s = time.perf_counter()
        run()
        if number:
            times_ms.append((time.perf_counter() - started_s) * 1000)
        calls = world.calls()
    return Measured(flow, mode, statistics.median(times_ms), calls)


def _prepared(tenant: Tenant, flow: str) -> Callable[[], object]:
    person = _person()
    sent = submission(tenant, flow, person, selfie(person))
    if flow == "register_with_id_card":
        sent = replace(sent, id_card=passport(person))
    if flow in ("authenticate", "update"):
        registered = tenant.verify(submission(tenant, "register", person, selfie(person)))
        _expect(registered.verdict, Verdict.APPROVED)
    return lambda: _expect(tenant.verify(sent).verdict, Verdict.APPROVED)


def _collection(world: World) -> str:
    return f"{world.services.setting('COLLECTION_PREFIX')}-{world.tenant(Execution.FASTEST).name}-0"


def _person() -> str:
    return f"person-{next(_numbers)}"


def _expect(verdict: Verdict, wanted: Verdict) -> None:
    if verdict is not wanted:
        raise RuntimeError(f"the measured decision was {verdict}, not {wanted}: the measurement would mean nothing")
