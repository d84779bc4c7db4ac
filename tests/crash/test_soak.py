"""The soak's short share; `make soak` sends thousands of requests."""

from __future__ import annotations

from tests.crash.soak import POLICY, TENANT, soak
from tests.own_environment import own_environment
from tests.running_sandbox import RunningSandbox


def test_faults_leave_nothing_half_made(scripted: RunningSandbox) -> None:
    result = soak(own_environment(scripted, {TENANT: POLICY}), requests=60, seed=7)
    assert result.faults.total() >= 10
    assert sum(count for outcome, count in result.outcomes.items() if outcome.endswith("approved")) >= 5
    assert result.violations == []
