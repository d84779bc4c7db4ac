"""What of the measurements can be wrong without a clock."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.flows import FLOWS
from bench.latencies import LATENCIES_MS, latency_ms, parsed, rules
from bench.limit import limit_ms
from bench.prices import dollars
from bench.reference import STATES
from bench.report import Section, document


def test_the_limit_is_the_longest_chain_and_one_write() -> None:
    assert {flow: limit_ms(flow, LATENCIES_MS) for flow in FLOWS} == {
        "register": 508,
        "register_with_id_card": 1508,
        "authenticate": 416,
        "update": 458,
    }
    assert set(STATES) == set(FLOWS)


def test_the_first_pattern_that_fits_counts() -> None:
    assert latency_ms("rekognition:DetectFaces", LATENCIES_MS) == 250
    assert latency_ms("dynamodb:PutItem", LATENCIES_MS) == 8
    assert latency_ms("events:PutEvents", LATENCIES_MS) == 0
    assert {"operation": "s3:*", "kind": "latency", "latency_ms": 30.0} in rules(LATENCIES_MS)


def test_a_latency_is_an_operation_and_milliseconds() -> None:
    assert parsed("rekognition:DetectFaces=12.5") == ("rekognition:DetectFaces", 12.5)
    with pytest.raises(ValueError, match="not of the form"):
        parsed("DetectFaces=3")


def test_dollars_follow_the_calls() -> None:
    calls = Counter({"rekognition:IndexFaces": 2, "textract:AnalyzeID": 1, "s3:PutObject": 1, "s3:DeleteObjects": 5})
    assert dollars(calls) == pytest.approx(0.002 + 0.025 + 0.000005)


def test_results_are_one_document() -> None:
    text = document([Section("Flows", "How.", ("flow", "ms"), [("register", "501")])], "make bench", "Today.")
    assert "Made by `make bench`" in text
    assert "| flow | ms |\n| --- | --- |\n| register | 501 |" in text
