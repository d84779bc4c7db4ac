"""Judging the steps that a registration left open, on what was stored."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from chalicelib.engine import deferred as engine
from chalicelib.model.decision import Decision
from chalicelib.model.deferred import Deferred
from chalicelib.model.submission import Submission
from chalicelib.model.user import User, UserStatus
from chalicelib.store.deferred import DeferredSteps
from chalicelib.wiring.tenant import Tenant

_log = logging.getLogger(__name__)


def judge_deferred(tenant: Tenant, user_key: str, now: datetime) -> None:
    """Judge what a registration of this user left open, if anything, and make that real. Idempotent."""
    user = tenant.users.get(user_key)
    if user is None or user.status is not UserStatus.PROVISIONAL or user.deferred is None:
        return
    policy, first = tenant.policy(), user.deferred.verification_id
    submission = _stored_submission(tenant, user, user.deferred, now)
    decision = engine.judge_deferred(policy, submission, first, tenant.plugins, tenant.ports(policy))
    steps = DeferredSteps(tenant.aws, tenant.table, tenant.name)
    if steps.close(user_key, tenant.decisions.sign(decision, policy.retention)):
        deferred_decided(decision)


def _stored_submission(tenant: Tenant, user: User, deferred: Deferred, now: datetime) -> Submission:
    images = {kind: tenant.pictures.read(key) for kind, key in deferred.image_keys.items()}
    return Submission(
        verification_id=deferred.decision_id,
        tenant=tenant.name,
        flow=deferred.flow,
        user_id=user.user_id,
        received_at=now,
        properties=deferred.properties,
        consent=user.consent,
        selfie=images.get("selfie"),
        id_card=images.get("id_card"),
        id_card_back=images.get("id_card_back"),
    )


def deferred_decided(decision: Decision) -> None:
    """A second decision has become real. The one place that learns of each: a webhook would be sent from here.

    It is told once; after a crash at this very moment not at all, so who must know for certain asks the decision log.
    """
    told = {"event": "deferred_decided", "tenant": decision.tenant, "verification_id": decision.verification_id}
    outcome = {"decision": decision.verdict.value, "follows": decision.follows}
    reasons = [f"{reason.step}:{reason.code}" for reason in decision.reasons]
    _log.warning("%s", json.dumps({**told, **outcome, "reasons": reasons}))
