"""What of the measurements can be wrong without a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench.flows import FLOWS
from bench.latencies import LATENCIES_MS, latency_ms, parsed, rules
from bench.limit import limit_ms
from bench.prices import dollars
from bench.reference import STATES
from bench.report import Failure, Section, document
from bench.sections import PARTS, Options, Part, measured, parts
from bench.world import World


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
    calls = Counter(
        {"rekognition:IndexFaces": 2, "textract:AnalyzeID": 1, "s3:PutObject": 1, "s3:DeleteObjects": 5, "hop:x": 3}
    )
    assert dollars(calls) == pytest.approx(0.002 + 0.025 + 0.000005)


def test_a_call_without_a_price_is_not_free() -> None:
    with pytest.raises(KeyError, match="rekognition:NewOperation"):
        dollars(Counter({"rekognition:NewOperation": 1}))


def test_a_part_that_fails_costs_the_others_nothing() -> None:
    table = Section("Flows", "How.", ("flow", "ms"), [("register", "501")])

    def broken(_: World) -> Iterator[Section]:
        yield table
        raise RuntimeError("no Python for the package")

    told: list[str] = []
    wanted = {"first": Part("breaks", broken), "second": Part("works", lambda _: iter([table]))}
    world: Any = None
    found = list(measured(wanted, world, told.append))

    assert found == [table, Failure("first", "RuntimeError: no Python for the package"), table]
    assert told == ["[1/2] first: breaks ...", "[2/2] second: works ..."]
    assert "## Not measured: first\n\n```text\nRuntimeError: no Python" in document(found, "make bench", "Today.")


def test_every_part_can_be_asked_for() -> None:
    options = Options(LATENCIES_MS, 1, 100)
    assert tuple(parts(options, print)) == PARTS
    assert list(parts(replace(options, only=("memory",)), print)) == ["memory"]


def test_results_are_one_document() -> None:
    text = document([Section("Flows", "How.", ("flow", "ms"), [("register", "501")])], "make bench", "Today.")
    assert "Made by `make bench`" in text
    assert "| flow | ms |\n| --- | --- |\n| register | 501 |" in text
