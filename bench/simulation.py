"""A discrete-event simulation of a region under load.

People arrive by chance, each flow makes the calls of its plan in the plan's order, each operation takes a token of the
region's quota, and a call that finds none is made again with full jitter, as often as the app makes it. Each request
has one of Lambda's environments for itself.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.dag import Node
from bench.latencies import LAMBDA_HOP_MS, LATENCIES_MS, latency_ms
from bench.sharing import Buckets, Limit, NoLimit
from chalicelib.retries import MOST_TRIES
from chalicelib.wiring.sharing import Watch

# Calls a second of one region, as Rekognition and Textract grant them at first: most are raised on request.
QUOTAS: Mapping[str, float] = {
    "rekognition:DetectFaces": 50,
    "rekognition:SearchFacesByImage": 50,
    "rekognition:SearchFaces": 50,
    "rekognition:CompareFaces": 50,
    "rekognition:IndexFaces": 50,
    "textract:AnalyzeID": 5,
}
_TIMES_MS = {**LATENCIES_MS, "hop:*": LAMBDA_HOP_MS}
_NO_LIMIT = NoLimit()
_DEADLINE_S = 14.0  # of a request's calls; what undoes them has four seconds more


@dataclass(frozen=True, slots=True)
class Load:
    """One tenant's people: how many a second, of which flow."""

    tenant: str
    flow: str
    per_s: float


@dataclass(slots=True)
class Outcome:
    """What one tenant got. `busy_s` is the time that functions were held, all together."""

    latencies_ms: list[float] = field(default_factory=list)
    failed: int = 0
    refused: int = 0
    busy_s: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def served(self) -> int:
        return len(self.latencies_ms)


def simulate(
    loads: Sequence[Load],
    flows: Mapping[str, Sequence[Node]],
    duration_s: float,
    quotas: Mapping[str, float] = QUOTAS,
    limit: Limit = _NO_LIMIT,
    seed: int = 1,
) -> tuple[dict[str, Outcome], int]:
    """What each tenant got, and the most requests that were under way at once."""
    chance, region, order = random.Random(seed), Buckets(quotas, 1.0), itertools.count()  # noqa: S311 - repeatable
    idle: list[Watch] = []  # of Lambda's environments; the one that was used last is used next
    outcomes: dict[str, Outcome] = {load.tenant: Outcome() for load in loads}
    events: list[tuple[float, int, Iterator[float]]] = []
    now_s, running = 0.0, Counter[str]()

    def request(load: Load, began_s: float) -> Iterator[float]:
        outcome, watch = outcomes[load.tenant], idle.pop() if idle else Watch()
        running["now"] += 1
        running["most"] = max(running["most"], running["now"])
        waiting = {node.name: node for node in flows[load.flow]}
        wait_s = limit.before(watch, load.tenant, {call for node in waiting.values() for call in node.calls}, now_s)
        if wait_s:
            yield now_s + wait_s
        done: set[str] = set()
        under_way: list[tuple[float, str, list[str], int]] = []  # when, node, calls left, tries of the first
        while wait_s is not None and (waiting or under_way):
            for name in [name for name, node in waiting.items() if done.issuperset(node.after)]:
                heapq.heappush(under_way, (now_s, name, list(waiting.pop(name).calls), 0))
            at_s, name, calls, tries = heapq.heappop(under_way)
            yield at_s
            if not calls:
                done.add(name)
            elif region.take(calls[0], now_s):
                outcome.calls[calls[0]] += 1
                took_s = latency_ms(calls[0], _TIMES_MS) / 1000 * chance.lognormvariate(0, 0.15)
                heapq.heappush(under_way, (now_s + took_s, name, calls[1:], 0))
            elif tries == MOST_TRIES - 1 or now_s - began_s > _DEADLINE_S:
                outcome.failed += 1
                break
            elif (wait_s := limit.after_throttling(watch, load.tenant, calls[0], now_s)) is not None:
                pause_s = wait_s + chance.uniform(0, min(2.0, 0.1 * 2**tries))
                heapq.heappush(under_way, (now_s + pause_s, name, calls, tries + 1))
        else:
            if wait_s is None:
                outcome.refused += 1
            else:
                outcome.latencies_ms.append((now_s - began_s) * 1000)
        outcome.busy_s += now_s - began_s
        running["now"] -= 1
        idle.append(watch)

    for load in loads:
        at_s = chance.expovariate(load.per_s)
        while at_s < duration_s:
            heapq.heappush(events, (at_s, next(order), request(load, at_s)))
            at_s += chance.expovariate(load.per_s)
    while events:
        now_s, _, process = heapq.heappop(events)
        if (next_s := next(process, None)) is not None:
            heapq.heappush(events, (next_s, next(order), process))
    return outcomes, running["most"]
