"""Policies in force: cached, refreshed, and never replaced by an invalid one."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chalicelib.errors import NotFoundError, PolicyError
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy
from chalicelib.policy.load import load_policy

_log = logging.getLogger(__name__)
_MAX_STEPS_BACK = 50


class PolicyFiles(Protocol):
    """Where policy files are. Names are without `.yaml`."""

    def version(self, name: str, known: str | None) -> tuple[str, str | None] | None:
        """The version in place and its text (None: still `known`); None when there is no such file."""

    def history(self, names: tuple[str, ...]) -> list[Callable[[str], str | None]]:
        """How the files read at each earlier moment at which one of them changed, the latest first."""


@dataclass(frozen=True, slots=True)
class _InForce:
    policy: Policy
    files: dict[str, tuple[str, str]]  # name -> version, text
    looked_at_s: float


class PolicySource:
    """Thread-safe. A change is seen within `refresh_s`."""

    def __init__(
        self, files: PolicyFiles, plugins: Plugins, refresh_s: float, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._files = files
        self._plugins = plugins
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._in_force: dict[str, _InForce] = {}
        self._lock = threading.Lock()

    def policy(self, tenant: str) -> Policy:
        """The policy in force.

        Raises:
            NotFoundError: the tenant has none, or never had a valid one.
        """
        now_s = self._clock_s()
        current = self._in_force.get(tenant)
        if current and now_s - current.looked_at_s < self._refresh_s:
            return current.policy
        with self._lock:
            current = self._in_force.get(tenant)
            if not current or now_s - current.looked_at_s >= self._refresh_s:
                current = self._look(tenant, current, now_s)
                self._in_force[tenant] = current
        return current.policy

    def _look(self, tenant: str, current: _InForce | None, now_s: float) -> _InForce:
        known = current.files if current else {}
        found: dict[str, tuple[str, str]] = {}

        def read(name: str) -> str | None:
            before = known.get(name)
            answer = self._files.version(name, before[0] if before else None)
            if answer is None:
                return None
            version, text = answer
            found[name] = (version, text if text is not None else before[1] if before else "")
            return found[name][1]

        if read(tenant) is None:
            raise NotFoundError("This tenant has no policy.")
        if current and all(read(name) == known[name][1] for name in known):
            return _InForce(current.policy, found, now_s)
        try:
            policy = load_policy(tenant, read, self._plugins)
        except PolicyError as error:
            _tell_invalid(tenant, error)
            policy = current.policy if current else self._last_good(tenant, tuple(found))
        return _InForce(policy, found, now_s)

    def _last_good(self, tenant: str, names: tuple[str, ...]) -> Policy:
        """Go back in time to the last moment at which the tenant's files made a valid policy."""
        for read in self._files.history(names)[:_MAX_STEPS_BACK]:
            try:
                return load_policy(tenant, read, self._plugins)
            except PolicyError:
                continue
        raise NotFoundError("This tenant has no valid policy.")


def _tell_invalid(tenant: str, error: PolicyError) -> None:
    """One log line that is also a metric (CloudWatch's embedded metric format)."""
    metric = {
        "Namespace": "Countersign",
        "Dimensions": [["tenant"]],
        "Metrics": [{"Name": "InvalidPolicy", "Unit": "Count"}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
        "event": "policy_invalid",
        "tenant": tenant,
        "InvalidPolicy": 1,
        "problems": len(error.problems),
        "first_problem": str(error.problems[0]),
    }
    _log.error("%s", json.dumps(line))
