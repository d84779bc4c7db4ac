"""Policies in force: cached, refreshed, and never replaced by an invalid one."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from chalicelib.errors import AwsError, NotFoundError, PolicyError
from chalicelib.logs import carried
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy
from chalicelib.policy.load import Loader

MAX_STEPS_BACK = 50

_log = logging.getLogger(__name__)

Earlier = tuple[datetime, Callable[[], str | None]]


class PolicyFiles(Protocol):
    """Where policy files are. Names are without `.yaml`."""

    def version(self, name: str, known: str | None) -> tuple[str, str | None] | None:
        """The version in place and its text (None: still `known`); None when there is no such file."""

    def history(self, name: str) -> Sequence[Earlier]:
        """The file's versions, the latest first: since when, and how to read its text (None: it was deleted)."""


@dataclass(slots=True)
class _Tenant:
    """What is known of one tenant. `files` are the versions and texts that were last looked at."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    policy: Policy | None = None
    files: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    looked_at_s: float | None = None


def _in_a_thread(run: Callable[[], None]) -> None:
    threading.Thread(target=carried(run), name="policy-refresh", daemon=True).start()


class PolicySource:
    """Thread-safe. A change, a deletion too, is seen within twice `refresh_s`.

    Up to `refresh_s` a policy is fresh. Up to twice that it still answers, while a look beside the request renews it;
    beyond, the request waits for the look. So a busy process never waits, and an idle one never acts on an old policy.

    The clock is the wall's: a monotonic one may stand still while Lambda keeps a process frozen.
    """

    def __init__(
        self,
        files: PolicyFiles,
        plugins: Plugins,
        refresh_s: float = 30,
        clock_s: Callable[[], float] = time.time,
        beside: Callable[[Callable[[], None]], None] = _in_a_thread,
    ) -> None:
        """`beside` runs something without waiting for it."""
        self._files = files
        self._loader = Loader(plugins)
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._beside = beside
        self._tenants: dict[str, _Tenant] = {}

    def prepare(self) -> None:
        """Make ready what the first policy of a process needs; it takes longer than reading it."""
        self._loader.prepare()

    def policy(self, tenant: str) -> Policy:
        """The policy in force.

        Raises:
            NotFoundError: the tenant has no policy, or never had a valid one (the log says what is wrong with it).
            AwsError: it could not be read, and none is known from before.
        """
        state = self._tenants.setdefault(tenant, _Tenant())
        policy = state.policy
        if policy is not None and self._younger(state, 2 * self._refresh_s):
            if not self._younger(state, self._refresh_s) and state.lock.acquire(blocking=False):
                self._beside(partial(self._renew, tenant, state))
            return policy
        with state.lock:
            if not self._younger(state, self._refresh_s):
                self._look_now(tenant, state)
            if state.policy is None:
                raise NotFoundError("This tenant has no valid policy.")
            return state.policy

    def _younger(self, state: _Tenant, age_s: float) -> bool:
        return state.looked_at_s is not None and 0 <= self._clock_s() - state.looked_at_s < age_s

    def _renew(self, tenant: str, state: _Tenant) -> None:
        """Beside a request that holds the lock for us. A policy that is gone is told to the next request."""
        try:
            self._look_now(tenant, state)
        except NotFoundError:
            return
        finally:
            state.lock.release()

    def _look_now(self, tenant: str, state: _Tenant) -> None:
        now_s = self._clock_s()
        self._look(tenant, state)
        state.looked_at_s = now_s

    def _look(self, tenant: str, state: _Tenant) -> None:
        try:
            files, changed = self._changed_files(tenant, state.files)
            if changed:
                self._load(tenant, state, files)
        except AwsError as error:
            if state.policy is None:
                raise
            _log.warning("%s", json.dumps({"event": "policy_not_refreshed", "tenant": tenant, "error": str(error)}))

    def _changed_files(
        self, tenant: str, known: dict[str, tuple[str, str] | None]
    ) -> tuple[dict[str, tuple[str, str] | None], bool]:
        """The files of last time as they are now, and whether one is another."""
        files = {name: self._now(name, known.get(name)) for name in (known or {tenant: None})}
        if files[tenant] is None:
            self._tenants.pop(tenant, None)
            raise NotFoundError("This tenant has no policy.")
        return files, files != known

    def _now(self, name: str, known: tuple[str, str] | None) -> tuple[str, str] | None:
        answer = self._files.version(name, known[0] if known else None)
        if answer is None:
            return None
        version, text = answer
        if text is None:
            return known
        return version, text

    def _load(self, tenant: str, state: _Tenant, files: dict[str, tuple[str, str] | None]) -> None:
        read_now: dict[str, tuple[str, str] | None] = {}

        def read(name: str) -> str | None:
            read_now[name] = files[name] if name in files else self._now(name, None)
            found = read_now[name]
            return found[1] if found else None

        try:
            state.policy = self._loader.load(tenant, read).policy
        except PolicyError as error:
            _tell_invalid(tenant, error, self._clock_s())
            state.policy = state.policy or self._last_good(tenant)
        state.files = read_now

    def _last_good(self, tenant: str) -> Policy | None:
        """Go back to the last moment at which the tenant's file, and those it then extended, made a valid policy."""
        histories: dict[str, Sequence[Earlier]] = {}

        def versions(name: str) -> Sequence[Earlier]:
            if name not in histories:
                histories[name] = self._files.history(name)
            return histories[name]

        def read_at(moment: datetime, name: str) -> str | None:
            return next((text() for since, text in versions(name) if since <= moment), None)

        moment = datetime.max.replace(tzinfo=UTC) if versions(tenant) else None
        for _ in range(MAX_STEPS_BACK):
            if moment is None or read_at(moment, tenant) is None:  # what was deleted on purpose does not come back
                return None
            try:
                return self._loader.load(tenant, partial(read_at, moment)).policy
            except PolicyError:
                all_moments = [since for listed in histories.values() for since, _ in listed]
                moment = max((since for since in all_moments if since < moment), default=None)
        return None


def _tell_invalid(tenant: str, error: PolicyError, now_s: float) -> None:
    """One log line that is also a metric, in CloudWatch's embedded metric format.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metric = {
        "Namespace": "Countersign",
        "Dimensions": [["tenant"]],
        "Metrics": [{"Name": "InvalidPolicy", "Unit": "Count"}],
    }
    line = {
        "_aws": {"Timestamp": int(now_s * 1000), "CloudWatchMetrics": [metric]},
        "event": "policy_invalid",
        "tenant": tenant,
        "InvalidPolicy": 1,
        "problems": len(error.problems),
        "first_problem": str(error.problems[0]),
    }
    _log.error("%s", json.dumps(line))
