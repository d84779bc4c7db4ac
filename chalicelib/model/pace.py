"""How fast a tenant may begin what needs one operation of AWS, learned from that operation's throttling.

Of tenants that want more than there is each comes to the same share; who wants less than that is not held back; what
nobody wants is lent. Nothing is counted in advance: a rate shrinks when a call of the tenant is throttled and grows
back as TCP CUBIC's window does (RFC 9438, 4.2), as in botocore's adaptive mode; but it is the tenant's at one
operation, whichever process makes the calls, and not a client's. docs/decisions/0026-fair-shares.md says why.

All times are seconds since the epoch, since processes share them. Nothing here waits, reads a clock or keeps anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

FIRST_PER_S = 50.0  # AWS's own first quota of most operations where Rekognition is largest
LONGEST_WAIT_S = 1.0
_LEAST_PER_S = 0.5
_SHRINK = 0.7  # RFC 9438's, and botocore's
_GROWTH = 0.02  # a twentieth of theirs: what is throttled by the second is measured in tens, and is told a second late
_ONE_EVENT_S = 0.5
_OVER = 4.0
_SAVED_UP_S = 1.0
RESTED_S = 2 * _SAVED_UP_S


@dataclass(frozen=True, slots=True)
class Pace:
    """`ceiling_per_s` is the rate that was too much at `throttled_at_s`. The next turn begins at `next_s`."""

    throttled_at_s: float
    ceiling_per_s: float
    next_s: float

    def per_s(self, now_s: float) -> float:
        """The rate: first 0.7 of the ceiling, soon nearly all of it, long about that, then more and more."""
        back_after_s = math.cbrt(self.ceiling_per_s * (1 - _SHRINK) / _GROWTH)
        since_s = max(0.0, now_s - self.throttled_at_s)
        return max(_LEAST_PER_S, self.ceiling_per_s + _GROWTH * (since_s - back_after_s) ** 3)

    def is_over(self, now_s: float) -> bool:
        """Whether the rate has grown so far that there is nothing left to be shared."""
        return self.per_s(now_s) > _OVER * self.ceiling_per_s

    def with_turn(self, now_s: float) -> Pace | None:
        """With a turn taken, which begins at this pace's `next_s`; None when that is more than LONGEST_WAIT_S away.

        It is the generic cell rate algorithm: a bucket of tokens, told by when the next is there. Unused turns are
        saved up for one second, which is seen to only once it is two, so that turns side by side are mere additions.
        """
        begins_s = now_s - _SAVED_UP_S if self.has_rested(now_s) else self.next_s
        if begins_s > now_s + LONGEST_WAIT_S:
            return None
        return replace(self, next_s=begins_s + 1 / self.per_s(now_s))

    def has_rested(self, now_s: float) -> bool:
        """Whether more turns are unused than are saved up."""
        return self.next_s < now_s - RESTED_S


def turns(paces: Mapping[str, Pace], now_s: float) -> dict[str, Pace | None]:
    """The paces that still hold, with a turn of each taken; None for one at which too many wait already."""
    return {name: pace.with_turn(now_s) for name, pace in paces.items() if not pace.is_over(now_s)}


def throttled(pace: Pace | None, now_s: float, first_per_s: float = FIRST_PER_S) -> Pace:
    """The pace after a call of the tenant was throttled: as it was, if it has shrunk for that just now.

    `first_per_s` is what somebody is taken to have had whose pace was not known or is over.
    """
    if pace is None or pace.is_over(now_s):
        return Pace(now_s, first_per_s, now_s)
    if now_s < pace.throttled_at_s + _ONE_EVENT_S:
        return pace
    return Pace(now_s, pace.per_s(now_s), max(pace.next_s, now_s))
