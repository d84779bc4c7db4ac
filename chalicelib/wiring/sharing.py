"""One tenant's share of AWS's calls per second: waited for before a verification begins and before a call's next try.

While nothing is throttled, this costs nothing: an operation's paces are asked for only where this process has lately
seen it throttled, or somebody limited at it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from chalicelib.aws import THROTTLING
from chalicelib.errors import AwsError, AwsUnavailableError, ShareUsedUpError
from chalicelib.store.paces import Paces

_SHARED = {"rekognition", "textract"}  # whose quotas are a region's, and small
_WATCHED_S = 60.0

_log = logging.getLogger(__name__)


class Watch:
    """The operations at which somebody was limited lately, as far as this process knows. Thread-safe."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def notice(self, operation: str, now_s: float) -> None:
        self._until_s[operation] = now_s + _WATCHED_S

    def among(self, operations: Collection[str], now_s: float) -> tuple[str, ...]:
        return tuple(name for name in operations if self._until_s.get(name, 0.0) > now_s)


class Share:
    """A tenant's. `clock_s` tells the time that all processes have in common."""

    def __init__(
        self,
        paces: Paces,
        watch: Watch,
        clock_s: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._paces = paces
        self._watch = watch
        self._clock_s = clock_s
        self._sleep = sleep

    def wait(self, operations: Collection[str]) -> None:
        """Wait until what makes calls of all these operations may begin, for a second at most.

        Raises ShareUsedUpError when that is not soon enough: nothing was begun.
        """
        now_s = self._clock_s()
        watched = self._watch.among(operations, now_s)
        if not watched:
            return
        begins_s = self._paces.take(watched, now_s)
        for operation in begins_s:
            self._watch.notice(operation, now_s)
        if (wait_s := max(begins_s.values(), default=now_s) - self._clock_s()) > 0:
            self._sleep(wait_s)

    def turn_s(self, error: AwsUnavailableError) -> float:
        """In how many seconds the call that failed so may be made again, as far as the tenant's share is concerned.

        Raises ShareUsedUpError when too many others are waiting for that already.
        """
        service, _, _ = error.operation.partition(":")
        if error.code not in THROTTLING or service not in _SHARED:
            return 0.0
        now_s = self._clock_s()
        self._watch.notice(error.operation, now_s)
        try:
            return max(0.0, self._paces.slow_down(error.operation, now_s) - self._clock_s())
        except ShareUsedUpError:
            raise
        except AwsError as unknown:
            _log.warning("a pace could not be kept: %s %s", unknown.operation, unknown.code)
            return 0.0
