"""When keys were last used: written beside a request, never before its answer, and at most every few minutes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from chalicelib.errors import AwsError
from chalicelib.store.credentials import Credentials

EVERY = timedelta(minutes=5)
_log = logging.getLogger(__name__)


class KeyUses:
    """`beside(call)` runs a call without waiting for it. Thread-safe.

    A write that Lambda freezes with its process goes on at the next request; one that is lost is made up for by the
    key's next use.
    """

    def __init__(self, credentials: Credentials, beside: Callable[[Callable[[], None]], object]) -> None:
        self._credentials = credentials
        self._beside = beside
        self._noted: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def note(self, tenant: str, key_id: str, now: datetime) -> None:
        with self._lock:
            before = self._noted.get(key_id)
            if before is not None and now - before < EVERY:
                return
            self._noted[key_id] = now
        self._beside(partial(self._write, tenant, key_id, now))

    def _write(self, tenant: str, key_id: str, now: datetime) -> None:
        try:
            self._credentials.used(tenant, key_id, now, EVERY)
        except AwsError as error:
            _log.warning("the use of a key was not noted: %s %s", error.operation, error.code)
