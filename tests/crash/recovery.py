"""The queue and the schedule once RECOVERY_DELAY has passed: messages come twice, in any order, and several at once."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.aws import Answer, Aws
from chalicelib.jobs import run, sweep
from chalicelib.store.records import RECOVERY_DELAY
from chalicelib.wiring import Services

LATER = RECOVERY_DELAY + timedelta(minutes=1)
_AT_ONCE = 4
_BUDGET_S = 600  # on a busy machine a job that is not done in Lambda's time has failed at nothing
_MOST_TRIES = 5  # the queue's maxReceiveCount


def recover_all(services: Services, order: random.Random) -> list[str]:
    """Work off what came by itself, then what the sweep finds and sends.

    The messages that failed too often: those that would be in the dead-letter queue.
    """
    later, dead = datetime.now(UTC) + LATER, list[str]()
    for _ in range(2):
        dead += _work_off(services, later, order)
        sweep(services, later)
    return dead + _work_off(services, later, order)


def undelayed(aws: Aws) -> Aws:
    """Messages are sent without their delay: its time has come when they are received."""

    def call(service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        now = {"DelaySeconds": 0} if operation == "send_message" else {}
        return aws(service, operation, {**parameters, **now})

    return call


def _work_off(services: Services, now: datetime, order: random.Random) -> list[str]:
    todo = _receive(services) * 2
    for _ in range(_MOST_TRIES):
        order.shuffle(todo)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = list(pool.map(partial(succeeds, services, now), todo))
        todo = [body for body, is_done in zip(todo, done, strict=True) if not is_done]
    return todo


def succeeds(services: Services, now: datetime, body: str) -> bool:
    """Run a message's job; whether it is done."""
    try:
        run(services, body, now, _BUDGET_S)
    except Exception as error:
        print(f"job {body} failed: {error!r}", file=sys.stderr)
        return False
    return True


def _receive(services: Services) -> list[str]:
    bodies = list[str]()
    sqs, url = services.client("sqs"), services.setting("QUEUE_URL")
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
