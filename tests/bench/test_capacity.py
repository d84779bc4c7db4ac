"""The simulated region: what its plans take, what a noisy tenant can take, and what a quota does."""

from __future__ import annotations

import pytest

from bench.capacity import flows_of, reference_flows
from bench.dag import critical_path_ms
from bench.latencies import LATENCIES_MS
from bench.simulation import QUOTAS, Load, simulate, usage_plan
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


def test_a_noisy_tenant_takes_no_more_than_its_share() -> None:
    """Behind its usage plan; without one it takes everybody's."""
    quiet, noisy = Load("quiet", "register", 5.0), Load("noisy", "register", 200.0)
    flows, share = flows_of(Execution.FASTEST), QUOTAS["rekognition:IndexFaces"] / 2
    alone, _ = simulate([quiet], flows, 20.0)
    shared, _ = simulate([quiet, noisy], flows, 20.0, admit=usage_plan({"quiet": share, "noisy": share}))
    unfair, _ = simulate([quiet, noisy], flows, 20.0)
    assert (shared["quiet"].failed, shared["quiet"].refused) == (0, 0)
    assert max(shared["quiet"].latencies_ms) < 2 * max(alone["quiet"].latencies_ms)
    assert shared["noisy"].served <= share * 22
    assert unfair["quiet"].served < shared["quiet"].served / 2
