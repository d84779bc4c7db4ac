"""One verification from submission to decision."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from chalicelib.engine.admission import Admission
from chalicelib.engine.ahead import Ahead
from chalicelib.engine.decision import decision_of, unjudged
from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import judge
from chalicelib.engine.plan import MADE, PICTURES, Plan, plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.engine.real import Verification, make_real, prepared
from chalicelib.engine.shadow import shadow_decision
from chalicelib.errors import BadRequestError, ConflictError, ConsentMissingError, SignalMissingError
from chalicelib.model.attempt import Attempt
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Execution, Flow, Policy
from chalicelib.model.submission import Submission
from chalicelib.model.user import User


def verify(policy: Policy, submission: Submission, plugins: Plugins, ports: Ports) -> Decision:
    """Decide, and make an approval real.

    Raises:
        BadRequestError: unknown flow, a missing or unusable picture.
        ConsentMissingError: before anything biometric is touched.
        LockedOutError, AttemptsUnderWayError: too many failures before, or too many tries at once.
        ConflictError: the user is not in a state for this change.
        AwsError: no decision could be reached or made real; nothing was approved and nothing is left behind.
    """
    plan = plan_flow(_flow(policy, submission.flow), plugins, policy.execution)
    if submission.consent is not None and not submission.consent.given:
        return _refused(policy, submission, plan, ports)
    _check_inputs(plan, submission)
    if policy.consent_required and submission.consent is None:
        raise ConsentMissingError("This tenant's policy requires the applicant's consent: send `consent`.")
    ports.wait_for_share(plan.operations)
    attempt = Attempt(
        submission.verification_id, submission.user_key, submission.flow, policy.limits, submission.received_at
    )
    with Admission(ports.attempts, attempt, ports.threads) as admission:
        if "liveness" in plan.signals:
            admission.wait()
            submission = replace(submission, liveness=ports.claim_liveness(submission))
        return _decide(Verification(plan, policy, submission, attempt, ports), admission)


def _decide(this: Verification, admission: Admission) -> Decision:
    plan, ports = this.plan, this.ports
    ahead = Ahead(partial(prepared, this), ports.writing, admission.wait)
    request = ports.signal_request(this.submission, plan.asked)
    try:
        with Gathering(plan, request, ports.threads, ports.clock_s, {MADE: ahead.make}, admission.wait) as gathering:
            if this.policy.execution is not Execution.CHEAPEST:
                gathering.start_all()
            judgement = judge(plan, gathering)
            if judgement.verdict is Verdict.APPROVED:
                _look_at_the_user(this, gathering)
                if plan.deferred:  # they are stored, for those to look at
                    gathering.values(tuple(name for name in PICTURES if name in plan.signals))
            elif judgement.verdict is Verdict.REVIEW:
                _look_at_pictures(this, gathering)
            known = gathering.known()
            decision = replace(
                decision_of(plan, this.policy, this.submission, judgement, gathering, ports.now()),
                shadow=shadow_decision(
                    this.policy, this.submission.flow, plan.plugins, known, gathering.missing(), ports.candidate
                ),
            )
        admission.wait()
        make_real(this, decision, known, ahead)
    finally:
        ahead.take_back()
    return decision


def _look_at_pictures(this: Verification, gathering: Gathering) -> None:
    """All that there are, for the reviewer to see; where liveness gave none, there is none."""
    for name in (*PICTURES, "user"):
        if name in this.plan.signals:
            with suppress(SignalMissingError):
                gathering.values((name,))


def _look_at_the_user(this: Verification, gathering: Gathering) -> None:
    """Raises ConflictError when an approval about a known user would come before that user's deferred steps."""
    if this.plan.creates:
        return
    user = gathering.values(("user",))["user"]
    if isinstance(user, User) and not user.may_authenticate(this.policy.while_deferred, this.submission.received_at):
        raise ConflictError("deferred-steps-open", "Steps of this user's registration are still open; try again later.")


def _refused(policy: Policy, submission: Submission, plan: Plan, ports: Ports) -> Decision:
    """The applicant does not consent: nothing is looked at, the refusal is logged, and it is no failed attempt."""
    decision = replace(
        unjudged(policy, submission, Verdict.CONSENT_REFUSED, ports.now()),
        not_reached=tuple(step.id for step in plan.flow.steps),
    )
    ports.log.append(ports.log.sign(decision, policy.retention))
    return decision


def _flow(policy: Policy, name: str) -> Flow:
    if name in policy.flows:
        return policy.flows[name]
    nearest = get_close_matches(name, policy.flows, 1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else f" It has: {', '.join(policy.flows)}."
    raise BadRequestError("unknown-flow", f"This tenant's policy has no such flow.{hint}", "flow")


def _check_inputs(plan: Plan, submission: Submission) -> None:
    missing = [name for name in plan.inputs if getattr(submission, name) is None]
    if missing:
        raise BadRequestError(
            "missing-field", f"The flow {plan.flow.name!r} needs {', '.join(missing)} in the request.", missing[0]
        )
