"""What runs without a caller: the queue's jobs, and the sweep that finds what a lost message should have done."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent, SQSRecord

from chalicelib.jobs import run
from chalicelib.jobs import sweep as sweep_once
from chalicelib.logs import one_piece_of_work
from chalicelib.wiring import services

blueprint = Blueprint(__name__)

_log = logging.getLogger(__name__)


@blueprint.on_sqs_message(queue_arn="${var.queue_arn}", name="jobs", batch_size=10)
def jobs(event: SQSEvent) -> dict[str, Any]:
    """Run a batch of jobs; those that failed are named, and only they come again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    failed = [record.to_dict()["messageId"] for record in event if not _done(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _done(record: SQSRecord) -> bool:
    """The message of an unknown error may hold anything, so only its type is logged."""
    with one_piece_of_work(record.to_dict()["messageId"]):
        try:
            run(services(), record.body, datetime.now(UTC))
        except Exception as error:
            _log.error("the job of this message failed: %s", type(error).__name__)
            return False
        return True


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")
def sweep(_event: CloudWatchEvent) -> int:
    """Put a job on the queue for each item of the table that is due."""
    return sweep_once(services(), datetime.now(UTC))
