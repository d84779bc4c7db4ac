"""An environment of its own in a running scripted sandbox, and people who verify there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.people import passport, selfie
from chalicelib.aws import AwsCaller
from chalicelib.model.submission import Consent, Submission
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from cli.local.bootstrap import sandbox_environment
from cli.local.processes import PROJECT
from cli.resources import Names, create, queue_url
from sandbox.pictures.holder import Holder
from tests.running_sandbox import REGION, RunningSandbox

SHIPPED = {path.stem: path.read_text() for path in (PROJECT / "policies").glob("*.yaml") if ".test." not in path.name}


@dataclass(frozen=True)
class OwnEnvironment:
    """`variables` are what a process of this environment finds in its own."""

    sandbox: RunningSandbox
    names: Names
    variables: dict[str, str]
    services: Services


def own_environment(sandbox: RunningSandbox, policies: Mapping[str, str]) -> OwnEnvironment:
    """Make its resources and publish the policies, by tenant; the baseline is always among them."""
    names = Names.for_environment(f"own-{uuid.uuid4().hex[:12]}")
    aws, plugins, texts = AwsCaller(sandbox.client), Services({}).plugins, SHIPPED | policies
    shards = {tenant: load_policy(tenant, texts.get, plugins).faces.shards for tenant in policies}
    create(aws, names, REGION, shards)
    for tenant, text in texts.items():
        content = {"Bucket": names.policies_bucket, "Key": f"{tenant}.yaml", "Body": text.encode()}
        aws("s3", "put_object", content)
    variables = names.environment(queue_url(aws, names.queue))
    return OwnEnvironment(
        sandbox, names, sandbox_environment(sandbox.url) | variables, Services(variables, sandbox.client)
    )


def submission(tenant: str, flow: str, user_id: str, person: str | None = None, likeness: float = 100) -> Submission:
    """What a flow of any shipped policy takes; the user id is the person's name unless said otherwise."""
    now = datetime.now(UTC)
    return Submission(
        verification_id=uuid.uuid4().hex,
        tenant=tenant,
        flow=flow,
        user_id=user_id,
        received_at=now,
        selfie=selfie(person or user_id, likeness),
        id_card=passport(person or user_id),
        properties={"name": f"{Holder().given_names} {Holder().surname}"},
        consent=Consent("2026-01", now),
    )
