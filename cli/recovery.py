"""What is left to be done in an environment: jobs in the dead-letter queue, and records that are due."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.errors import CountersignError
from chalicelib.jobs import job_of, run
from chalicelib.store.due import SHARDS
from chalicelib.wiring import Services, Tenant

_READ_AT_ONCE = 10
_HIDDEN_S = 120  # from other readers, while an operator looks
_KEY_LENGTH = 12
_BUDGET_S = 600  # nobody stops an operator's process as Lambda stops a function

Progress = Callable[[str], None]


@dataclass(slots=True)
class Task:
    """One job that is still to be done. `handles` are its messages in the dead-letter queue, `due_at` the record's.

    `id` is what an operator calls it by.
    """

    id: str
    body: str
    handles: list[str] = field(default_factory=list)
    due_at: str | None = None


class Recovery:
    """`dead_letters` is the URL of the dead-letter queue."""

    def __init__(self, services: Services, dead_letters: str) -> None:
        self._services = services
        self._dead_letters = dead_letters

    def tasks(self, now: datetime, progress: Progress) -> list[Task]:
        """All that is to be done by now; several messages for one job are one task."""
        tasks: dict[str, Task] = {}
        for message in self._read_dead_letters(progress):
            task = tasks.setdefault(_id(message["Body"]), Task(_id(message["Body"]), message["Body"]))
            task.handles.append(message["ReceiptHandle"])
        for number, shard in enumerate(SHARDS, 1):
            progress(f"the index of what is due, {number} of {len(SHARDS)}")
            for item in self._services.due.until(shard, now):
                body = json.dumps(job_of(item))
                tasks.setdefault(_id(body), Task(_id(body), body)).due_at = item["due_at"]
        return sorted(tasks.values(), key=lambda task: task.id)

    def _read_dead_letters(self, progress: Progress) -> Iterator[dict[str, Any]]:
        asked = {"QueueUrl": self._dead_letters, "MaxNumberOfMessages": _READ_AT_ONCE, "VisibilityTimeout": _HIDDEN_S}
        read = 0
        while messages := self._services.aws("sqs", "receive_message", asked).get("Messages"):
            read += len(messages)
            progress(f"the dead-letter queue, {read} messages")
            yield from messages

    def explain(self, task: Task, now: datetime) -> list[str]:
        """What finishing it means, in words."""
        message = _message(task.body)
        if message is None:
            return ["this message is no job; look at it in the queue, and delete it there"]
        if "user_key" not in message:
            return [f"the job {message['job']!r} failed again and again; the log of the function jobs says why"]
        return list(_explain_user(self._services.tenant(message["tenant"]), message["user_key"], now))

    def finish(self, task: Task, now: datetime) -> str | None:
        """Run the job here and now, and delete its messages. Why that did not succeed, else None. Safe to repeat."""
        try:
            run(self._services, task.body, now, _BUDGET_S)
        except (CountersignError, KeyError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        for handle in task.handles:
            gone = {"QueueUrl": self._dead_letters, "ReceiptHandle": handle}
            self._services.aws("sqs", "delete_message", gone)
        return None

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Let others see the messages again that were only looked at."""
        for handle in (handle for task in tasks for handle in task.handles):
            seen = {"QueueUrl": self._dead_letters, "ReceiptHandle": handle, "VisibilityTimeout": 0}
            self._services.aws("sqs", "change_message_visibility", seen)


def _explain_user(tenant: Tenant, user_key: str, now: datetime) -> Iterator[str]:
    user, change = tenant.users.get(user_key), tenant.changes.under_way(user_key)
    whose = f"user {user.user_id!r}" if user else "a user who is not there any more"
    if change is not None:
        minutes = (now - change.started_at).total_seconds() / 60
        yield f"{whose}: {change.flow!r} began {minutes:.0f} minutes ago and was never finished; it will be undone"
    if left := tenant.changes.leftovers(user_key):
        yield f"{whose}: {len(left)} retired pictures, with their faces, are still to be deleted"
    if user is not None and user.deferred is not None:
        yield f"{whose}: the deferred steps {', '.join(user.deferred.steps)} are still to be judged"
    elif change is None and not left:
        yield f"{whose}: nothing is left to do; it was settled meanwhile"


def _message(body: str) -> dict[str, Any] | None:
    try:
        message = json.loads(body)
    except ValueError:
        return None
    return message if isinstance(message, dict) and {"job", "tenant"} <= message.keys() else None


def _id(body: str) -> str:
    """The same for each message of one job about one thing, whatever it is named by: a user, a block, an erasure."""
    message = _message(body)
    if message is None:
        return "not-a-job"
    about = [str(value)[:_KEY_LENGTH] for name, value in sorted(message.items()) if name not in ("job", "tenant")]
    return "/".join((str(message["tenant"]), str(message["job"]), *about))
