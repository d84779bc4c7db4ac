"""What moto 5.2 does slowly, done quickly. See `moto_repairs` for what it does wrongly.

It looks at everything that it holds to answer about one thing: with some thousand items, that takes seconds. See
`moto_dynamodb` for DynamoDB.
"""

# mypy: disable-error-code="method-assign, assignment, attr-defined, no-untyped-call"

from __future__ import annotations

import copy
from functools import cache, wraps
from typing import Any

from moto import backends
from moto.core import responses
from moto.core.common_models import BaseModel
from moto.core.utils import unix_time, unix_time_millis
from moto.s3.models import FakeBucket, S3Backend
from moto.sqs.models import Message, Queue, SQSBackend


def apply() -> None:
    """Once per process."""
    _quick_queues()
    _quick_versions()
    _quick_dispatch()
    _forgotten_models()


def _quick_dispatch() -> None:
    """At each call moto lists its own folder, and looks up which methods its classes have."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)


def _quick_queues() -> None:
    """moto asks the clock twice for each message in the queue, and counts all of them thrice for each it takes or
    gives."""

    def messages(self: Queue) -> list[Message]:
        now_ms = unix_time_millis()
        return [one for one in self._messages if now_ms > one.visible_at and now_ms >= one.delayed_until]

    def is_valid(self: SQSBackend, queue_name: str, message: Message) -> bool:
        kept_s = float(vars(self.get_queue(queue_name))["message_retention_period"])
        return kept_s + float(str(message.sent_timestamp)) / 1000 > unix_time()

    def delayed(self: Queue) -> int:
        now_ms = unix_time_millis()
        return sum(now_ms < one.delayed_until for one in self._messages)

    def not_visible(self: Queue) -> int:
        now_ms = unix_time_millis()
        return sum(now_ms <= one.visible_at for one in self._messages)

    Queue.messages = property(messages)
    Queue.approximate_number_of_messages_delayed = property(delayed)
    Queue.approximate_number_of_messages_not_visible = property(not_visible)
    SQSBackend.is_message_valid_based_on_retention_period = is_valid


def _quick_versions() -> None:
    """moto copies every version of every object in the bucket, contents and all, before it looks for the prefix."""
    list_object_versions = S3Backend.list_object_versions

    @wraps(list_object_versions)
    def repaired(self: S3Backend, bucket_name: str, **named: Any) -> Any:
        below = _below(self.get_bucket(bucket_name), named.get("prefix") or "")
        narrowed = copy.copy(self)
        setattr(narrowed, "get_bucket", lambda _: below)  # noqa: B010 - of this copy alone
        return list_object_versions(narrowed, bucket_name, **named)

    S3Backend.list_object_versions = repaired


def _below(bucket: FakeBucket, prefix: str) -> FakeBucket:
    """The bucket with nothing in it but the objects whose keys begin so."""
    narrowed = copy.copy(bucket)
    narrowed.keys = type(bucket.keys)()
    for name, versions in bucket.keys.iterlists():
        if name.startswith(prefix):
            narrowed.keys.setlist(name, list(versions))
    return narrowed


def _forgotten_models() -> None:
    """For its dashboard, moto keeps each object of its models for ever, what was deleted and its copies as well: after
    100,000 requests these are gigabytes, and each full garbage collection walks through them."""

    def untracked(cls: type[BaseModel], *_given: Any, **_named: Any) -> BaseModel:
        return object.__new__(cls)

    setattr(BaseModel, "__new__", untracked)  # noqa: B010 - mypy knows its exact arguments
