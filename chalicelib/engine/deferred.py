"""Judge what a registration left open, with the same engine, on what was stored."""

from __future__ import annotations

from chalicelib.engine.decision import decision_of
from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import judge
from chalicelib.engine.plan import plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.errors import ConflictError
from chalicelib.model.decision import Decision
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Execution, Policy
from chalicelib.model.submission import Submission


def judge_deferred(policy: Policy, submission: Submission, follows: str, plugins: Plugins, ports: Ports) -> Decision:
    """The second decision, under the policy that is in force now. Nothing is written.

    `submission` holds the stored pictures and what was claimed; `follows` is the first decision.
    Raises ConflictError `nothing-deferred` when the policy has no such steps any more: an operator has to look at
    it, since nothing is approved by default. Raises AwsError when a step could not be judged.
    """
    flow = policy.flows.get(submission.flow)
    if flow is None or not flow.deferred().steps:
        raise ConflictError("nothing-deferred", f"The policy defers no steps of {submission.flow!r} any more.")
    plan = plan_flow(flow.deferred(), plugins)
    request = ports.signal_request(submission, plan.asked)
    with Gathering(plan, request, ports.threads, ports.clock_s) as gathering:
        if policy.execution is not Execution.CHEAPEST:
            gathering.start_all()
        judgement = judge(plan, gathering)
        return decision_of(plan, policy, submission, judgement, gathering, ports.now(), follows)
