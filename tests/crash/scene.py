"""One flow of one policy, as the crash matrix plays it: who is there before, and what is then asked for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.people import passport, selfie
from chalicelib.engine.plan import plan_flow
from chalicelib.model.change import Phase
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from sandbox.pictures.holder import Holder
from tests.crash.stage import Request
from tests.own_environment import SHIPPED


@dataclass(frozen=True)
class Scene:
    """`before` are the flows that a user has been through: a registration, and updates until a face is to be retired.

    `commits`: an approval changes the user's record. `text` is the policy's.
    """

    tenant: str
    text: str
    flow: str
    before: tuple[str, ...]
    commits: bool
    inputs: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        return f"{self.tenant} {self.flow}"

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
    """Every flow of the tenant's policy."""
    services = Services({})
    policy = load_policy(tenant, (SHIPPED | {tenant: text}).get, services.plugins)
    plans = {name: plan_flow(flow, services.plugins) for name, flow in policy.flows.items()}
    inputs = {name: plan.inputs for name, plan in plans.items()}
    scenes = []
    for name, plan in plans.items():
        names = [effect.name for effect in plan.effects]
        updates = policy.faces.max_per_user - 1 if "retire_faces" in names else 0
        before = () if plan.creates else ("register", *["update"] * updates)
        commits = any(effect.phase is Phase.COMMIT for effect in plan.effects)
        scenes.append(Scene(tenant, text, name, before, commits, inputs))
    return scenes
