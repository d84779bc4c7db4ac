"""The simulated region: what its plans take, what a noisy tenant can take, and what a quota does."""

from __future__ import annotations

import pytest

from bench.capacity import flows_of, reference_flows
from bench.dag import critical_path_ms
from bench.latencies import LATENCIES_MS
from bench.sharing import FairShares, UsagePlans
from bench.simulation import QUOTAS, Load, Outcome, simulate
from chalicelib.model.policy import Execution


@pytest.mark.parametrize(
    ("execution", "path_ms"),
    [
        # place 8, search 300, begin 8, index 450 and look again 50, commit 8; signing hides behind indexing
        (Execution.FASTEST, 824),
        (Execution.CHEAPEST, 1074),  # DetectFaces' 250 first
        (Execution.SPECULATIVE, 524),  # place and begin 8, index and look again 500, sign 8, commit 8
    ],
)
def test_the_critical_path_of_a_registration(execution: Execution, path_ms: float) -> None:
    assert critical_path_ms(flows_of(execution)["register"], LATENCIES_MS) == path_ms


def test_below_the_quota_nobody_waits_and_the_modes_keep_their_order() -> None:
    medians = []
    for flows in (flows_of(Execution.SPECULATIVE), flows_of(Execution.FASTEST), reference_flows()):
        outcomes, _ = simulate([Load("acme", "register", 3.0)], flows, 30.0)
        outcome = outcomes["acme"]
        assert (outcome.failed, outcome.refused) == (0, 0)
        medians.append(sorted(outcome.latencies_ms)[outcome.served // 2])
    assert medians == sorted(medians)


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_noisy_tenant_takes_no_more_than_its_share(adaptive: bool) -> None:
    """Behind its usage plan, or held back by the app; without either it takes everybody's."""
    quiet, noisy = Load("quiet", "register", 5.0), Load("noisy", "register", 200.0)
    quota, flows, seconds = QUOTAS["rekognition:IndexFaces"], flows_of(Execution.FASTEST), 20.0
    limit = FairShares() if adaptive else UsagePlans({"quiet": quota / 2, "noisy": quota / 2})
    shared, _ = simulate([quiet, noisy], flows, seconds, limit=limit)
    unfair, _ = simulate([quiet, noisy], flows, seconds)
    alone, _ = simulate([quiet], flows, seconds)
    assert shared["quiet"].failed + shared["quiet"].refused <= 2  # in the second in which the noisy one begins
    assert _p95_ms(shared["quiet"]) < 1.5 * _p95_ms(alone["quiet"])
    assert shared["noisy"].served <= (quota - quiet.per_s if adaptive else quota / 2) * (seconds + 2)
    assert unfair["quiet"].served < shared["quiet"].served / 2


def test_the_app_lends_what_usage_plans_leave_unused() -> None:
    loads, flows = [Load("quiet", "register", 1.0), Load("busy", "register", 100.0)], flows_of(Execution.FASTEST)
    lent, _ = simulate(loads, flows, 20.0, limit=FairShares())
    fixed, _ = simulate(loads, flows, 20.0, limit=UsagePlans(dict.fromkeys(("quiet", "busy"), 25.0)))
    assert lent["busy"].served > 1.2 * fixed["busy"].served


def _p95_ms(outcome: Outcome) -> float:
    return sorted(outcome.latencies_ms)[int(0.95 * outcome.served)]
