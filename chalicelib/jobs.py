"""The jobs on the queue, by name, and what becomes due by itself.

A job may come twice, late, or before one that was sent earlier, so each looks at what is there and does what is still
to be done. One that raises is tried again; after a few tries its message is in the dead-letter queue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from chalicelib import logs
from chalicelib.aws import side_by_side
from chalicelib.bulk import import_person, spread
from chalicelib.model.deadline import Deadline
from chalicelib.store.due import SHARDS
from chalicelib.store.items import Item, tenant_and_name, tenant_name
from chalicelib.store.queue import Message
from chalicelib.wiring import Services, Tenant, blocking, deferral, erasing, reviewing

JOB_BUDGET_S = 25.0  # ten of them are a batch, and no function runs longer than RECOVERY_DELAY

Job = Callable[[Tenant, Message, datetime], None]

# Meanwhile the job has had all its tries, so that a lasting trouble makes one message of many.
SWEEP_AGAIN_AFTER = timedelta(hours=1)


def recover(tenant: Tenant, message: Message, now: datetime) -> None:
    """Bring a user's record to rest: open steps are judged on what was stored, a crashed change is undone or finished,
    what has expired is let go of, and what a rollback leaves is deleted.
    """
    try:
        deferral.judge_deferred(tenant, message["user_key"], now)
    finally:
        tenant.recover(message["user_key"], now)


def expire(tenant: Tenant, message: Message, now: datetime) -> None:
    """Delete the face of a block that is over."""
    blocking.expire_block(tenant, message["block_id"], now)


def erase(tenant: Tenant, message: Message, now: datetime) -> None:
    """Go on with an erasure until nothing is left of the user."""
    erasing.erase(tenant, message["erasure_id"], now)


def end_review(tenant: Tenant, message: Message, now: datetime) -> None:
    """Delete what is kept of a review that is settled, over, or was never finished."""
    reviewing.end(tenant, message["review"], now)


JOBS: Mapping[str, Job] = {
    "recover": recover,
    "expire": expire,
    "erase": erase,
    "end_review": end_review,
    "import": spread,
    "import_person": import_person,
}

# By the first part of `sk`: the job that looks at an item that is due, and what the item's name is called in messages.
JOB_OF_DUE: Mapping[str, tuple[str, str]] = {
    "USER": ("recover", "user_key"),
    "BLOCK": ("expire", "block_id"),
    "ERASURE": ("erase", "erasure_id"),
    "REVIEW": ("end_review", "review"),
}


def run(services: Services, body: str, now: datetime, budget_s: float = JOB_BUDGET_S) -> None:
    """Run the job of one message, and ask AWS nothing once `budget_s` is over.

    Raises KeyError or ValueError for what is no job, and what the job raises.
    """
    message = json.loads(body)
    logs.name(tenant_name(message["tenant"]))
    tenant = services.tenant(message["tenant"], Deadline.after(budget_s))
    JOBS[message["job"]](tenant, message, now)


def sweep(services: Services, now: datetime) -> int:
    """Put a job on the queue for each item that is due; how many. What a lost message should have done is done so."""
    items = [item for shard in side_by_side(partial(_due, services, now), SHARDS) for item in shard]
    services.queue.send_many([job_of(item) for item in items])
    for item in items:
        services.due.postpone(item, now + SWEEP_AGAIN_AFTER)
    return len(items)


def _due(services: Services, now: datetime, shard: str) -> list[Item]:
    return list(services.due.until(shard, now))


def job_of(item: Item) -> Message:
    """The message of the job that looks at a due item, named by the last part of its `sk`, or else of its `pk`."""
    tenant, name = tenant_and_name(item["pk"])
    kind, _, own_name = item["sk"].partition("#")
    job, field = JOB_OF_DUE[kind]
    return {"job": job, "tenant": tenant, field: own_name or name}
