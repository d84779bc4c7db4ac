"""The decision table says what the decision says."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from cli.decision_table import decision_table


def _finding(step: str, outcome: str = "pass", **changes: Any) -> dict[str, Any]:
    finding = {
        "step": step,
        "check": step,
        "outcome": outcome,
        "reason": None,
        "observed": None,
        "limit": None,
        "consequence": None,
        "duration_ms": 12.3,
    }
    return finding | changes


def a_decision(**changes: Any) -> dict[str, Any]:
    decision = {
        "id": "v-1",
        "flow": "authenticate",
        "user_id": "ada [x]",
        "decision": "approved",
        "reasons": [],
        "findings": [],
        "not_reached": [],
        "policy_digest": "0123456789abcdef",
        "duration_ms": 1234.5,
        "extracted": {},
    }
    return decision | changes


def _shown(decision: dict[str, Any]) -> list[str]:
    output = io.StringIO()
    Console(file=output, width=120).print(decision_table(decision))
    return output.getvalue().splitlines()


def _line_with(lines: list[str], text: str) -> str:
    return next(line for line in lines if text in line)


def test_a_finding_shows_observed_limit_and_time() -> None:
    finding = _finding("pose", "fail", reason="turned", observed=41.237, limit=30.0, consequence="deny")

    line = _line_with(_shown(a_decision(findings=[finding])), "pose")

    assert line.split() == ["pose", "fail:", "turned", "41.24", "30", "12"]


def test_branches_are_indented_below_their_step() -> None:
    branches = [_finding("stored_face_match"), _finding("second", check="collection_match")]

    lines = _shown(a_decision(findings=[_finding("face_match", check="any_of", branches=branches)]))

    assert _line_with(lines, "any_of").strip().startswith("face_match (any_of)")
    indents = [len(line) - len(line.lstrip()) for line in lines if "match" in line]
    assert indents[1] == indents[2] == indents[0] + 2
    assert "second (collection_match)" in _line_with(lines, "second")


def test_a_warning_is_told_apart_from_a_denial() -> None:
    finding = _finding("sharpness", "fail", reason="blurred", consequence="warn")

    assert "fail: blurred (warn)" in _line_with(_shown(a_decision(findings=[finding])), "sharpness")


def test_the_verdict_its_reasons_and_the_steps_not_reached() -> None:
    reasons = [{"step": "pose", "code": "turned", "message": "Look [straight] ahead."}]

    lines = _shown(a_decision(decision="denied", reasons=reasons, not_reached=["duplicate_face"]))

    assert "DENIED  authenticate of ada [x] in 1,234 ms" in _line_with(lines, "DENIED")
    assert "pose: Look [straight] ahead." in _line_with(lines, "straight")
    assert "not reached" in _line_with(lines, "duplicate_face")


def test_extracted_fields_are_listed() -> None:
    assert "HOPPER" in _line_with(_shown(a_decision(extracted={"last_name": "HOPPER"})), "last_name")


def test_what_an_applicant_may_see_is_enough_for_a_table() -> None:
    told = {"id": "v-1", "flow": "register", "user_id": "ada", "decision": "denied", "alternative_path": False}
    assert "DENIED  register of ada" in _shown(told)[0]
