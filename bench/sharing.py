"""What may stand between a noisy tenant and everybody's quota, to be simulated: nothing, usage plans, fair shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Protocol

from bench.latencies import LATENCIES_MS, latency_ms
from chalicelib.model.pace import Pace, throttled, turns
from chalicelib.wiring.sharing import Watch

_GET_S = _WRITE_S = latency_ms("dynamodb:*", LATENCIES_MS) / 1000


class Buckets:
    """Buckets of tokens by name, full at first: `per_s` come in each second, and `saved_s` seconds' can be saved up."""

    def __init__(self, per_s: Mapping[str, float], saved_s: float) -> None:
        self._per_s = per_s
        self._most = {name: rate * saved_s for name, rate in per_s.items()}
        self._left = dict(self._most)
        self._seen_s: defaultdict[str, float] = defaultdict(float)

    def take(self, name: str, now_s: float) -> bool:
        """A token; what has no bucket has no limit."""
        if name not in self._per_s:
            return True
        left = self._left[name] + (now_s - self._seen_s[name]) * self._per_s[name]
        self._left[name], self._seen_s[name] = min(self._most[name], left), now_s
        if self._left[name] < 1:
            return False
        self._left[name] -= 1
        return True


class Limit(Protocol):
    """What keeps a tenant from taking everybody's quota. `watch` is what the process of one Lambda environment knows.

    Both say how long to wait for a turn, or None: refused.
    """

    def before(self, watch: Watch, tenant: str, operations: Collection[str], now_s: float) -> float | None:
        """Before a request whose plan has these operations."""

    def after_throttling(self, watch: Watch, tenant: str, operation: str, now_s: float) -> float | None:
        """After a call of it was throttled."""


class NoLimit:
    def before(self, _watch: Watch, _tenant: str, _operations: Collection[str], _now_s: float) -> float | None:
        return 0.0

    def after_throttling(self, _watch: Watch, _tenant: str, _operation: str, _now_s: float) -> float | None:
        return 0.0


class UsagePlans:
    """API Gateway's: a bucket for each tenant, in front of everything; nobody's is another's."""

    def __init__(self, per_s: Mapping[str, float]) -> None:
        self._buckets = Buckets(per_s, 2.0)

    def before(self, _watch: Watch, tenant: str, _operations: Collection[str], now_s: float) -> float | None:
        return 0.0 if self._buckets.take(tenant, now_s) else None

    def after_throttling(self, _watch: Watch, _tenant: str, _operation: str, _now_s: float) -> float | None:
        return 0.0


class FairShares:
    """The app's own, by the same code: paces that all processes share, asked for by those that know of throttling."""

    def __init__(self) -> None:
        self._paces: defaultdict[str, dict[str, Pace]] = defaultdict(dict)

    def before(self, watch: Watch, tenant: str, operations: Collection[str], now_s: float) -> float | None:
        watched = watch.among(operations, now_s)
        if not watched:
            return 0.0
        return self._taken(watch, tenant, watched, now_s)

    def after_throttling(self, watch: Watch, tenant: str, operation: str, now_s: float) -> float | None:
        watch.notice(operation, now_s)
        self._paces[tenant][operation] = throttled(self._paces[tenant].get(operation), now_s)
        return self._taken(watch, tenant, (operation,), now_s)

    def _taken(self, watch: Watch, tenant: str, operations: Collection[str], now_s: float) -> float | None:
        paces = self._paces[tenant]
        begins_s = now_s + _GET_S
        for operation, pace in turns({name: paces[name] for name in operations if name in paces}, now_s).items():
            if pace is None:
                return None
            watch.notice(operation, now_s)
            begins_s = max(begins_s + _WRITE_S, pace.next_s - 1 / pace.per_s(now_s))
            paces[operation] = pace
        return begins_s - now_s
