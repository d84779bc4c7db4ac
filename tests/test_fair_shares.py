"""A region's calls per second are shared: many Lambda environments side by side, over the wire, at a kept quota.

Each environment is a `Services` of its own and serves one request at a time, as in Lambda; they have nothing in common
but the table. The noisy tenant sends ten times what the region can do.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from chalicelib.errors import AwsUnavailableError, ShareUsedUpError
from chalicelib.model.deadline import Deadline
from chalicelib.wiring import Services
from chalicelib.wiring.shared import REQUEST_BUDGET_S
from chalicelib.wiring.sharing import Share
from tests.own_environment import OwnEnvironment, own_environment, submission
from tests.running_sandbox import RunningSandbox

QUOTA_PER_S = 3.0
QUIET_PER_S, NOISY_PER_S = 1.0, 30.0
FOR_S, HEAD_START_S = 6.0, 2.0
# One call of Rekognition, so that the machine's own speed matters little.
GLANCE = "policy: {name}\nflows:\n  glance:\n    steps: [{{check: face_count}}]\n    effects: []\n"


@dataclass
class Crowd:
    """Requests sent at their times, whatever becomes of those before; each by an idle environment, or a new one."""

    environment: OwnEnvironment
    idle: list[Services] = field(default_factory=list)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: defaultdict[str, list[AwsUnavailableError]] = field(default_factory=lambda: defaultdict(list))

    def send(self, per_s: dict[str, float], for_s: float) -> None:
        times = sorted((number / rate, name) for name, rate in per_s.items() for number in range(int(for_s * rate)))
        began_s = time.monotonic()
        with ThreadPoolExecutor(60) as pool:
            for at_s, tenant in times:
                time.sleep(max(0.0, began_s + at_s - time.monotonic()))
                pool.submit(self._request, tenant)

    def _request(self, tenant: str) -> None:
        try:
            services = self.idle.pop()
        except IndexError:
            services = Services(self.environment.variables, self.environment.sandbox.client)
        began_s = time.monotonic()
        try:
            bound = services.tenant(tenant, Deadline.after(REQUEST_BUDGET_S))
            bound.verify(submission(tenant, "glance", f"person {uuid.uuid4().hex}"))
            self.seconds[tenant].append(time.monotonic() - began_s)
        except AwsUnavailableError as error:
            self.refused[tenant].append(error)
        finally:
            self.idle.append(services)

    def served(self, tenant: str) -> int:
        return len(self.seconds[tenant])


@pytest.fixture
def environment(scripted: RunningSandbox) -> Iterator[OwnEnvironment]:
    policies = {name: GLANCE.format(name=name) for name in ("quiet", "noisy")}
    yield own_environment(scripted, policies)


def quiet_beside_noisy(environment: OwnEnvironment) -> Crowd:
    """Who was served while both sent, the noisy one having begun before."""
    environment.sandbox.faults.set({"operation": "rekognition:*", "kind": "quota", "per_s": QUOTA_PER_S})
    crowd = Crowd(environment)
    crowd.send({"noisy": NOISY_PER_S}, HEAD_START_S)
    crowd.seconds.clear()
    crowd.refused.clear()
    crowd.send({"noisy": NOISY_PER_S, "quiet": QUIET_PER_S}, FOR_S)
    return crowd


def test_a_noisy_tenant_takes_no_more_than_its_share_of_the_region(environment: OwnEnvironment) -> None:
    crowd = quiet_beside_noisy(environment)
    # Of six: all or five on an idle machine, four on a busy one, and one where nobody takes turns. The noisy one has
    # what is left of the quota, in its six seconds and in those that its last tries may take.
    assert crowd.served("quiet") >= 3
    assert 0 < crowd.served("noisy") < 2 * QUOTA_PER_S * FOR_S
    over_share = [error for error in crowd.refused["noisy"] if isinstance(error, ShareUsedUpError)]
    assert len(over_share) > 0.8 * len(crowd.refused["noisy"])
    assert all(1 <= error.retry_after_s <= 3 for error in over_share)


def test_without_shares_it_takes_everybodys(environment: OwnEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Share, "wait", lambda *_: None)
    monkeypatch.setattr(Share, "turn_s", lambda *_: 0.0)
    crowd = quiet_beside_noisy(environment)
    assert crowd.refused["quiet"]
