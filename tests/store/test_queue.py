"""Messages by the dozen: ten a call, each once, spread over time, and none lost without a word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.errors import AwsUnavailableError
from chalicelib.store.queue import Queue
from tests.canned import CannedAws

MESSAGES = [{"job": "note", "number": number} for number in range(25)]


def sent(aws: CannedAws) -> dict[int, Mapping[str, Any]]:
    """What was put on the queue, by the message's number."""
    entries = [entry for _, parameters in aws.calls for entry in parameters["Entries"]]
    return {json.loads(entry["MessageBody"])["number"]: entry for entry in entries}


def test_all_go_out_ten_at_once_at_the_most() -> None:
    aws = CannedAws(send_message_batch=lambda _: {"Successful": [], "Failed": []})
    Queue(aws, "q").send_many(MESSAGES)
    assert sorted(len(parameters["Entries"]) for _, parameters in aws.calls) == [5, 10, 10]
    assert sorted(sent(aws)) == list(range(25))
    for _, parameters in aws.calls:
        assert len({entry["Id"] for entry in parameters["Entries"]}) == len(parameters["Entries"])


def test_with_a_rate_they_are_spread_over_time() -> None:
    aws = CannedAws(send_message_batch=lambda _: {"Successful": [], "Failed": []})
    Queue(aws, "q").send_many(MESSAGES, per_s=4)
    assert {number: entry["DelaySeconds"] for number, entry in sent(aws).items()} == {n: n // 4 for n in range(25)}


def test_one_that_sqs_did_not_take_is_an_error_after_all_were_sent() -> None:
    def answer(parameters: Mapping[str, Any]) -> dict[str, Any]:
        refused = '"number": 3}' in parameters["Entries"][3]["MessageBody"]
        fault = {"Id": "3", "SenderFault": False, "Code": "InternalError"}
        return {"Successful": [], "Failed": [fault] if refused else []}

    aws = CannedAws(send_message_batch=answer)
    with pytest.raises(AwsUnavailableError, match="InternalError"):
        Queue(aws, "q").send_many(MESSAGES)
    assert sorted(sent(aws)) == list(range(25))
