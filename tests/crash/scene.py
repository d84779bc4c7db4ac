"""One flow of one policy, as the crash matrix plays it: who is there before, what is then asked for, how it ends."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.people import passport, selfie
from chalicelib.engine.plan import Plan, plan_flow
from chalicelib.model.decision import Verdict
from chalicelib.model.policy import Policy
from chalicelib.model.user import UserStatus
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from sandbox.pictures.holder import Holder
from tests.crash.exchange import Request
from tests.crash.policies import ENDINGS, Ending
from tests.own_environment import SHIPPED


@dataclass(frozen=True)
class Scene:
    """`before` are the flows that a user has been through: a registration, and updates until a face is to be retired.

    `text` is the policy's. `saves`: the flow makes a user's record real; `defers`: it has deferred steps. `job` is what
    is interrupted: the job of this name, after the request; when empty, the request.
    """

    tenant: str
    text: str
    flow: str
    before: tuple[str, ...]
    saves: bool
    defers: bool
    inputs: Mapping[str, tuple[str, ...]]
    ending: Ending
    job: str = ""

    def __str__(self) -> str:
        return f"{self.tenant} {self.name}"

    @property
    def name(self) -> str:
        return f"{self.flow}, job {self.job}" if self.job else self.flow

    @property
    def verdict(self) -> Verdict:
        """What the applicant is told."""
        verdicts = {Ending.DENIED: Verdict.DENIED, Ending.REFERRED: Verdict.REVIEW}
        return verdicts.get(self.ending, Verdict.APPROVED)

    @property
    def status_before(self) -> UserStatus | None:
        """The user's at rest, when the request has not happened; None: there is no record."""
        return UserStatus.ACTIVE if self.before else None

    @property
    def status(self) -> UserStatus | None:
        """The user's at rest, when it has."""
        if not self.saves:
            return self.status_before
        statuses = {Ending.ACTIVE: UserStatus.ACTIVE, Ending.REVOKED: UserStatus.REVOKED}
        return statuses.get(self.ending, self.status_before)

    @property
    def logged(self) -> Counter[str]:
        """How many decisions about the user in this flow are in the log in the end, by verdict."""
        logged = Counter({Verdict.APPROVED.value: self.before.count(self.flow)})
        logged[self.verdict.value] += 1
        if self.defers:
            logged[(Verdict.APPROVED if self.ending is Ending.ACTIVE else Verdict.DENIED).value] += 1
        return +logged

    def request(self, user_id: str, flow: str = "", attempt: str = "1", person: str = "") -> Request:
        """What the person sends, who is called like the user id unless said otherwise."""
        flow, person = flow or self.flow, person or user_id
        everything: dict[str, Any] = {
            "selfie": base64.b64encode(selfie(person).content).decode(),
            "id_card": base64.b64encode(passport(person).content).decode(),
        }
        body = {name: everything[name] for name in self.inputs[flow]}
        body |= {"flow": flow, "user_id": user_id, "consent": {"version": "2026-01"}}
        body["properties"] = {"name": f"{Holder().given_names} {Holder().surname}"}
        return Request(self.tenant, f"{user_id}-{flow}-{attempt}", body)

    def requests_before(self, user_id: str) -> list[Request]:
        return [self.request(user_id, flow, f"before-{number}") for number, flow in enumerate(self.before)]


def scenes_of(tenant: str, text: str) -> list[Scene]:
    """Every flow of a tenant's policy, and the job that does what a flow leaves to be done after its answer."""
    services = Services({})
    policy = load_policy(tenant, (SHIPPED | {tenant: text}).get, services.plugins)
    plans = {name: plan_flow(flow, services.plugins, policy.execution) for name, flow in policy.flows.items()}
    return [scene for name in plans for scene in _scenes(policy, text, name, plans)]


def _scenes(policy: Policy, text: str, name: str, plans: Mapping[str, Plan]) -> Iterator[Scene]:
    plan = plans[name]
    effects = {effect.name for effect in plan.effects}
    updates = policy.faces.max_per_user - 1 if "retire_faces" in effects else 0
    scene = Scene(
        tenant=policy.tenant,
        text=text,
        flow=name,
        before=() if plan.creates else ("register", *["update"] * updates),
        saves="save_user" in effects,
        defers=bool(plan.deferred),
        inputs={name: plan.inputs for name, plan in plans.items()},
        ending=ENDINGS.get((policy.tenant, name), Ending.ACTIVE),
    )
    yield scene
    if scene.defers or "retire_faces" in effects:
        yield replace(scene, job="recover")
