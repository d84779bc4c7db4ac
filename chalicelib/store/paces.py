"""A tenant's paces at AWS's operations, in one item, which exists only while some of its calls are throttled.

A turn is one write, and turns that are taken side by side add up: nobody has to look again because another was faster.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, fields

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ShareUsedUpError
from chalicelib.model.pace import FIRST_PER_S, LONGEST_WAIT_S, RESTED_S, Pace, throttled, turns
from chalicelib.store.items import Item, Table, tenant_name

_TRIES = 5
_KEPT_S = 3600  # long after every pace is over

Change = Callable[[Mapping[str, Pace]], Mapping[str, Pace | None]]


class Paces:
    """Operations are named "service:Operation". `first_per_s` are AWS's quotas where they are not the usual ones."""

    def __init__(self, aws: Aws, table: str, tenant: str, first_per_s: Mapping[str, float]) -> None:
        self._table = Table(aws, table)
        self._where = {"pk": f"T#{tenant_name(tenant)}#PACES", "sk": "PACES"}
        self._first_per_s = first_per_s

    def take(self, operations: Collection[str], now_s: float) -> dict[str, float]:
        """Take a turn at each of the operations that has a pace; when each begins, at most LONGEST_WAIT_S from now.

        Raises ShareUsedUpError, and has taken none, when one would be later.
        """
        return self._change(operations, now_s, lambda paces: turns(paces, now_s))

    def slow_down(self, operation: str, now_s: float) -> float:
        """After a call was throttled: shrink the pace, and take a turn for the next try; when that begins.

        Raises ShareUsedUpError when it would be more than LONGEST_WAIT_S from now.
        """
        first_per_s = self._first_per_s.get(operation, FIRST_PER_S)
        shrunk: Change = lambda paces: {operation: throttled(paces.get(operation), now_s, first_per_s)}  # noqa: E731
        self._change((operation,), now_s, shrunk)
        return self.take((operation,), now_s).get(operation, now_s)

    def _change(self, operations: Collection[str], now_s: float, change: Change) -> dict[str, float]:
        """Write the paces that `change` changes; by operation, when the turn begins that it may have taken."""
        for _ in range(_TRIES):
            seen = _paces_of(self._table.get(self._where) or {}, operations)
            new: dict[str, Pace] = {}
            for name, pace in change(seen).items():
                if pace is None:
                    raise ShareUsedUpError(name, math.ceil(seen[name].next_s - now_s))
                if pace != seen.get(name):
                    new[name] = pace
            if not new:
                return {}
            try:
                item = self._write(seen, new, now_s)
            except AwsConditionFailedError:
                continue
            return {name: item[_attribute(name, "next_s")] - 1 / pace.per_s(now_s) for name, pace in new.items()}
        raise ShareUsedUpError(next(iter(operations)), math.ceil(LONGEST_WAIT_S))

    def _write(self, seen: Mapping[str, Pace], new: Mapping[str, Pace], now_s: float) -> Item:
        """Raises AwsConditionFailedError when somebody else has written what does not go together with it."""
        sets: dict[str, float] = {"expires_at": math.ceil(now_s + _KEPT_S)}
        adds: dict[str, float] = {}
        limits = {"latest": now_s + LONGEST_WAIT_S, "rested": now_s - RESTED_S}
        conditions: list[str] = []
        for operation, pace in new.items():
            known, turn = seen.get(operation), _attribute(operation, "next_s")
            if known is None:
                sets |= _item(operation, pace)
                conditions.append(f"attribute_not_exists(#{turn})")
            elif pace.throttled_at_s != known.throttled_at_s:
                sets |= _item(operation, pace)
                throttled_at = _attribute(operation, "throttled_at_s")
                conditions.append(f"#{throttled_at} = :{throttled_at}_seen")
                limits[f"{throttled_at}_seen"] = known.throttled_at_s
            elif known.has_rested(now_s):
                sets[turn] = pace.next_s
                conditions.append(f"#{turn} < :rested")
            else:
                adds[turn] = pace.next_s - known.next_s
                conditions.append(f"#{turn} <= :latest")
        condition = " AND ".join(conditions)
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        added = ", ".join(f"#{name} :{name}" for name in adds)
        return self._table.update(
            self._where,
            f"SET {assigned}" + (f" ADD {added}" if adds else ""),
            condition,
            **sets,
            **adds,
            **{name: value for name, value in limits.items() if f":{name}" in condition},
        )


def _item(operation: str, pace: Pace) -> dict[str, float]:
    return {_attribute(operation, part): value for part, value in asdict(pace).items()}


def _attribute(operation: str, part: str) -> str:
    return f"{operation.partition(':')[2]}_{part}"


def _paces_of(item: Item, operations: Collection[str]) -> dict[str, Pace]:
    return {
        operation: Pace(**{part.name: float(item[_attribute(operation, part.name)]) for part in fields(Pace)})
        for operation in operations
        if _attribute(operation, "next_s") in item
    }
