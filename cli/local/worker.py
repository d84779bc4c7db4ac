"""`python -m cli.local.worker`: what Lambda does with the queue and the schedule, on this machine.

It hands the app's own functions the events that Lambda would, and deletes the messages that were worked off. Those that
were not become visible again by themselves, and SQS moves them to the dead-letter queue.
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from cli.local.events import schedule_event, sqs_event
from cli.local.processes import PROJECT

_BATCH_SIZE = 10
_WAIT_S = 5
_SWEEP_EVERY_S = 60
_PAUSE_S = 1  # after an error of SQS

Function = Callable[[Mapping[str, Any], None], Any]

_log = logging.getLogger(__name__)


def main() -> None:
    """Work until stopped; the environment says where AWS is."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    sys.path.insert(0, str(PROJECT))
    import app  # noqa: F401, PLC0415 - registers the functions, as in Lambda
    from chalicelib.routes import background  # noqa: PLC0415 - the app is found only now

    sqs: Any = boto3.client("sqs")
    worker = Worker(sqs, os.environ["COUNTERSIGN_QUEUE_URL"], background.jobs)
    swept_s = time.monotonic()
    while True:
        try:
            worker.work(_WAIT_S)
            if time.monotonic() - swept_s >= _SWEEP_EVERY_S:
                swept_s = time.monotonic()
                background.sweep(schedule_event(datetime.now(UTC)), None)
        except Exception as error:  # in Lambda too, one invocation's trouble is not the next one's
            _log.warning("%s: %s", type(error).__name__, error)
            time.sleep(_PAUSE_S)


class Worker:
    """Takes batches off a queue for a function, as Lambda's event source mapping does."""

    def __init__(self, sqs: Any, queue_url: str, function: Function) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._function = function

    def work(self, wait_s: int) -> int:
        """Work off one batch, waiting so long for it to come; how many messages are done."""
        received = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=_BATCH_SIZE, WaitTimeSeconds=wait_s, AttributeNames=["All"]
        )
        messages = received.get("Messages", [])
        if not messages:
            return 0
        answer = self._function(sqs_event(messages, self._queue_url, self._sqs.meta.region_name), None)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        done = [message for message in messages if message["MessageId"] not in failed]
        for message in done:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return len(done)


if __name__ == "__main__":
    main()
