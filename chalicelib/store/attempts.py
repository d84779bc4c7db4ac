"""Tries of a user at a flow, and the lockout that follows too many failures (NIST SP 800-63B, 5.2.2).

A place is reserved before anything biometric is asked, and settled by the outcome: failures and places together never
exceed the limit, so requests side by side cannot learn more than one after the other could. A place whose request
died lapses by itself and counts for nothing, since nobody got its answer; so an AWS that is down locks nobody out.

Users that nobody knows are counted in the same way, with the same calls: the answer must not tell who is known.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.aws import Aws
from chalicelib.errors import (
    AttemptsUnderWayError,
    AwsConditionFailedError,
    AwsError,
    AwsUnavailableError,
    LockedOutError,
)
from chalicelib.model.attempt import Attempt
from chalicelib.store.items import Item, Table, epoch_s, key, stamp

LAPSES_AFTER = timedelta(seconds=60)  # an API function is stopped long before
_TRIES = 12
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was tried of one user in one flow. `under_way` are places by attempt id. Moments are `stamp` texts."""

    failed_at: tuple[str, ...] = ()
    under_way: Mapping[str, str] = field(default_factory=dict)
    locked_until: str | None = None

    def as_of(self, now: datetime, window: timedelta) -> Tally:
        """Without what has lapsed by now."""
        since, alive = stamp(now - window), stamp(now - LAPSES_AFTER)
        return Tally(
            tuple(moment for moment in self.failed_at if moment > since),
            {attempt: moment for attempt, moment in self.under_way.items() if moment > alive},
            self.locked_until if self.locked_until and self.locked_until > stamp(now) else None,
        )

    def without(self, attempt_id: str) -> Tally:
        return replace(self, under_way={name: at for name, at in self.under_way.items() if name != attempt_id})


def reserved(tally: Tally, attempt: Attempt) -> Tally:
    """With a place for the attempt. Raises LockedOutError, or AttemptsUnderWayError when others have all places."""
    if tally.locked_until:
        left_s = math.ceil((datetime.fromisoformat(tally.locked_until) - attempt.started_at).total_seconds())
        raise LockedOutError(f"Too many failed attempts; try again in {left_s} seconds.", left_s)
    if attempt.id in tally.under_way:  # our own write, sent again because its answer was lost
        return tally
    if len(tally.failed_at) + len(tally.under_way) >= attempt.limits.max_failures:
        raise AttemptsUnderWayError("Other attempts for this user are still being decided; try again in a moment.", 2)
    return replace(tally, under_way={**tally.under_way, attempt.id: stamp(attempt.started_at)})


def failed(tally: Tally, attempt: Attempt) -> Tally:
    """With one failure more; the `max_failures`th locks the user out of the flow and counting begins anew."""
    failed_at = stamp(attempt.started_at)
    locked_until = stamp(attempt.started_at + timedelta(minutes=attempt.limits.lockout_minutes))
    is_counted = failed_at in tally.failed_at or locked_until == tally.locked_until
    if is_counted and attempt.id not in tally.under_way:  # our own write, sent again because its answer was lost
        return tally
    failures, rest = (*tally.failed_at, failed_at), tally.without(attempt.id)
    if len(failures) < attempt.limits.max_failures:
        return replace(rest, failed_at=failures)
    return replace(rest, failed_at=(), locked_until=locked_until)


class Attempts:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def reserve(self, attempt: Attempt) -> None:
        """Take a place among the attempts that the limits allow. Most often one write.

        Raises LockedOutError; AttemptsUnderWayError when others under way have all places.
        """
        self._change(attempt, lambda tally: reserved(tally, attempt), Tally())

    def fail(self, attempt: Attempt) -> None:
        """Settle a denial. No answer may leave before it is counted."""
        mine = reserved(Tally(), attempt)
        self._change(attempt, lambda tally: failed(tally, attempt), mine)

    def succeed(self, attempt: Attempt) -> None:
        """Settle an approval: failures before it are forgotten."""
        mine = reserved(Tally(), attempt)
        self._quietly(attempt, lambda tally: replace(tally.without(attempt.id), failed_at=()), mine)

    def release(self, attempt: Attempt) -> None:
        """Give the place back: nothing was decided, or a person will."""
        mine = reserved(Tally(), attempt)
        self._quietly(attempt, lambda tally: tally.without(attempt.id), mine)

    def _quietly(self, attempt: Attempt, change: Callable[[Tally], Tally], expected: Tally) -> None:
        """A place that cannot be given back lapses by itself, so nobody's answer depends on it."""
        try:
            self._change(attempt, change, expected)
        except AwsError as error:
            _log.warning("an attempt was left to lapse: %s %s", error.operation, error.code)

    def _change(self, attempt: Attempt, change: Callable[[Tally], Tally], expected: Tally) -> None:
        """Write the changed tally if nobody else has written meanwhile; else look at what they wrote and try again.

        `expected` is what is most often there; it spares the first look.
        """
        where = key(self._tenant, "U", attempt.user_key, f"ATTEMPTS#{attempt.flow}")
        window = timedelta(minutes=attempt.limits.window_minutes)
        seen = expected
        for tried in range(_TRIES):
            try:
                return self._write(where, seen, change(seen.as_of(attempt.started_at, window)), attempt)
            except AwsConditionFailedError:
                time.sleep(random.uniform(0, 0.01 * tried))  # noqa: S311 - rivals must not stay in step
            seen = _tally_of(self._table.get(where))
        raise AwsUnavailableError(
            "dynamodb:PutItem", "ConditionalCheckFailedException", "attempts changed all the time"
        )

    def _write(self, where: dict[str, str], seen: Tally, new: Tally, attempt: Attempt) -> None:
        """No item is an empty tally, so that whoever has not failed leaves nothing behind."""
        if new == seen:
            return
        condition = "#tally = :seen" if seen != Tally() else "attribute_not_exists(pk)"
        values = {"seen": _tally_item(seen)} if seen != Tally() else {}
        if new == Tally():
            self._table.delete(where, condition, **values)
            return
        limits = attempt.limits
        kept = timedelta(minutes=limits.window_minutes + limits.lockout_minutes)
        item = {**where, "tally": _tally_item(new), "expires_at": epoch_s(attempt.started_at + kept)}
        self._table.put(item, condition, **values)


def _tally_item(tally: Tally) -> Item:
    return {
        "failed_at": list(tally.failed_at),
        "under_way": dict(tally.under_way),
        "locked_until": tally.locked_until,
    }


def _tally_of(item: Item | None) -> Tally:
    if item is None:
        return Tally()
    kept = item["tally"]
    return Tally(tuple(kept["failed_at"]), kept["under_way"], kept["locked_until"])
