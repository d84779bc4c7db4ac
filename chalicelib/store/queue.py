"""The queue of background jobs (SQS, standard: a message may come twice, late, or before an earlier one)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.aws import Aws, side_by_side
from chalicelib.errors import AwsUnavailableError

Message = Mapping[str, Any]

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
_SENT_AT_ONCE = 10
_BYTES_AT_ONCE = 256 * 1024


class Queue:
    """A message is JSON: `{"job": "<name>", "tenant": "<tenant>", ...}`, with what else the job takes."""

    def __init__(self, aws: Aws, url: str) -> None:
        self._aws = aws
        self._url = url

    def send(self, message: Message, delay_s: int = 0) -> None:
        """Put a job on the queue, to be run after `delay_s` (at most 900) at the earliest."""
        parameters = {"QueueUrl": self._url, "MessageBody": json.dumps(message), "DelaySeconds": delay_s}
        self._aws("sqs", "send_message", parameters)

    def send_many(self, messages: Sequence[Message], per_s: float | None = None) -> None:
        """With `per_s`, so many are to be run each second from now on; the last within 900 seconds.

        Raises AwsUnavailableError when SQS took only some of them.
        """
        entries = [
            {
                "Id": str(number % _SENT_AT_ONCE),
                "MessageBody": json.dumps(message),
                **({"DelaySeconds": int(number / per_s)} if per_s else {}),
            }
            for number, message in enumerate(messages)
        ]
        side_by_side(self._send_batch, _batches(entries))

    def _send_batch(self, entries: Sequence[Mapping[str, Any]]) -> None:
        answer = self._aws("sqs", "send_message_batch", {"QueueUrl": self._url, "Entries": entries})
        if failed := answer.get("Failed"):
            raise AwsUnavailableError("sqs:SendMessageBatch", failed[0].get("Code", "Unknown"), "a job was not taken")


def _batches(entries: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """In their order; `json.dumps` makes ASCII of everything, so that characters are bytes."""
    batch: list[Mapping[str, Any]] = []
    size_bytes = 0
    for entry in entries:
        more_bytes = len(entry["MessageBody"])
        if batch and (len(batch) == _SENT_AT_ONCE or size_bytes + more_bytes > _BYTES_AT_ONCE):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += more_bytes
    if batch:
        yield batch
