"""`python -m bench.capacity`: a region under load: latencies, throttling, Lambda concurrency and the month's bill.

Simulated (bench/simulation.py): nothing of AWS is asked. The reference's design makes its calls one after another,
each in a Lambda function of its own.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Mapping

from bench.dag import Node, nodes_of
from bench.prices import EXPRESS_REQUEST, LAMBDA_GB_S, LAMBDA_REQUEST, REST_REQUEST, dollars
from bench.report import Section
from bench.sharing import FairShares, NoLimit, UsagePlans
from bench.simulation import QUOTAS, Load, Outcome, simulate
from chalicelib.engine.plan import plan_flow
from chalicelib.model.policy import Execution
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from cli.local.processes import PROJECT

REFERENCE: Mapping[str, tuple[str, ...]] = {
    "register": ("rekognition:DetectFaces", "rekognition:SearchFacesByImage", "rekognition:IndexFaces"),
    "authenticate": ("rekognition:DetectFaces", "rekognition:CompareFaces"),
}
_MEMORY_GB = 1.0
_MONTH_S = 30 * 86_400


def flows_of(execution: Execution) -> dict[str, list[Node]]:
    """Of the baseline policy."""
    plugins, text = Services({}).plugins, (PROJECT / "policies" / "baseline.yaml").read_text()
    policy = load_policy("baseline", {"baseline": text}.get, plugins)
    return {name: nodes_of(plan_flow(flow, plugins, execution), execution) for name, flow in policy.flows.items()}


def reference_flows() -> dict[str, list[Node]]:
    """Each call waits for the one before, and for the hop to its function."""
    return {
        flow: [
            Node(call, (f"hop:{flow}", call), (calls[number - 1],) if number else ())
            for number, call in enumerate((*calls, "dynamodb:PutItem"))
        ]
        for flow, calls in REFERENCE.items()
    }


def dollars_a_month(outcome: Outcome, duration_s: float, hops: int = 0) -> float:
    """Of everything a tenant caused, if it went on like this for a month. `hops`: functions behind Step Functions."""
    requests = outcome.served + outcome.failed
    functions = LAMBDA_REQUEST * max(1, hops) + (EXPRESS_REQUEST if hops else 0) + REST_REQUEST
    seen = dollars(outcome.calls) + requests * functions + outcome.busy_s * _MEMORY_GB * LAMBDA_GB_S
    return seen / duration_s * _MONTH_S


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--register", type=float, default=5.0, help="registrations a second (5)")
    parser.add_argument("--authenticate", type=float, default=15.0, help="authentications a second (15)")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long people arrive (120)")
    given = parser.parse_args()
    for section in sections(given.register, given.authenticate, given.seconds):
        print(f"\n{section.plain()}")


def sections(register_per_s: float, authenticate_per_s: float, seconds: float) -> Iterator[Section]:
    loads = [Load("register", "register", register_per_s), Load("authenticate", "authenticate", authenticate_per_s)]
    designs = {execution.value: flows_of(execution) for execution in Execution} | {"reference": reference_flows()}
    rows = []
    for name, flows in designs.items():
        outcomes, most = simulate(loads, flows, seconds)
        for flow, outcome in outcomes.items():
            hops = len(REFERENCE[flow]) if name == "reference" else 0
            rows.append((name, flow, *_figures(outcome), str(most), f"{dollars_a_month(outcome, seconds, hops):,.0f}"))
    header = ("design", "flow", "served", "p50 ms", "p95 ms", "p99 ms", "503", "429", "most at once", "$ a month")
    text = f"{register_per_s:g} registrations and {authenticate_per_s:g} authentications a second, with first quotas."
    yield Section("Capacity", text, header, rows)
    yield _noisy(seconds)


def _noisy(seconds: float) -> Section:
    """One tenant sends six times what the region can do; the others what they always send."""
    quiet = [Load(f"quiet {number}", "register", 5.0) for number in (1, 2, 3)]
    loads = [Load("noisy", "register", 300.0), *quiet]
    flows, rows = flows_of(Execution.FASTEST), []
    share = {load.tenant: QUOTAS["rekognition:IndexFaces"] / len(loads) for load in loads}
    limits = (
        ("(quiet alone)", quiet, NoLimit()),
        ("none", loads, NoLimit()),
        ("usage plans", loads, UsagePlans(share)),
        ("adaptive", loads, FairShares()),
    )
    for name, sent, limit in limits:
        outcomes, most = simulate(sent, flows, min(seconds, 60.0), limit=limit)
        rows += [(name, tenant, *_figures(outcome), str(most)) for tenant, outcome in outcomes.items()]
    text = (
        "Without a limit, a tenant that sends 300 registrations a second takes everybody's quota. A usage plan admits "
        "each tenant's share of the region's 50 a second, once somebody has worked it out, and lends nothing. "
        "`adaptive` is the app's own (`chalicelib/model/pace.py`): it knows no quota, learns from throttling, and "
        "lends what the others leave. What the quiet ones lose, they lose in the second in which the noisy one begins."
    )
    header = ("limit", "tenant", "served", "p50 ms", "p95 ms", "p99 ms", "503", "429", "most at once")
    return Section("A noisy tenant", text, header, rows)


def _figures(outcome: Outcome) -> tuple[str, ...]:
    times = outcome.latencies_ms
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    percentiles = (f"{cuts[number - 1]:.0f}" for number in (50, 95, 99))
    return (str(outcome.served), *percentiles, str(outcome.failed), str(outcome.refused))


if __name__ == "__main__":
    main()
