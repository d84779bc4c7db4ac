"""What of a decision reaches the applicant, under each `disclose`, for every check there is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.checks import all_checks
from chalicelib.effects import built_in_effects
from chalicelib.model.disclosure import applicant_view
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Disclosure
from chalicelib.signals import built_in_signals

PLUGINS = Plugins(all_checks(), built_in_signals(), built_in_effects())
SCORE, MEASURE = 87.654321, 41.25


def finding(check: str, observed: float, **changes: Any) -> dict[str, Any]:
    parts = {"step": check, "check": check, "outcome": "fail", "reason": "why", "observed": observed, "limit": 99.5}
    return {**parts, "consequence": "deny", "duration_ms": 12.5, **changes}


def view(*findings: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "v1",
        "flow": "register",
        "user_id": "ada",
        "decision": "denied",
        "reasons": [{"step": "pose", "code": "turned", "message": "Look straight."}],
        "findings": list(findings),
        "not_reached": ["sharpness"],
        "deferred": [],
        "follows": None,
        "policy_digest": "d",
        "engine_version": "1",
        "decided_at": "2026-11-23T12:00:00+00:00",
        "duration_ms": 1.0,
        "timings": [{"signal": "stored_face_matches", "started_ms": 0.0, "duration_ms": 333.0}],
        "extracted": {"first_name": "ADA"},
        "consent": None,
        "alternative_path": False,
    }


def test_the_checks_that_compare_faces_or_judge_liveness_are_known() -> None:
    expected = {"collection_match", "duplicate_face", "id_face_match", "liveness", "stored_face_match"}
    assert expected <= PLUGINS.scoring_checks
    assert not PLUGINS.scoring_checks & {"pose", "face_count", "minimum_age", "sharpness"}


@pytest.mark.parametrize("disclose", Disclosure)
@pytest.mark.parametrize("check", sorted(PLUGINS.scoring_checks))
def test_no_score_is_ever_told(check: str, disclose: Disclosure) -> None:
    alone = finding(check, SCORE)
    among = finding("any_of", SCORE, branches=[finding("pose", MEASURE), finding(check, SCORE)])

    told = json.dumps(applicant_view(view(alone, among), disclose, PLUGINS.scoring_checks))

    assert str(SCORE) not in told
    assert "333" not in told  # nor how long AWS took


def test_full_tells_each_finding_and_what_helps_to_take_a_better_picture() -> None:
    told = applicant_view(view(finding("pose", MEASURE)), Disclosure.FULL, PLUGINS.scoring_checks)
    assert (told["findings"][0]["observed"], told["extracted"]) == (MEASURE, {"first_name": "ADA"})


def test_codes_and_none_tell_less() -> None:
    whole = view(finding("pose", MEASURE))
    codes, none = (
        applicant_view(whole, disclose, PLUGINS.scoring_checks) for disclose in (Disclosure.CODES, Disclosure.NONE)
    )
    assert none == {
        name: whole[name] for name in ("id", "flow", "user_id", "decision", "alternative_path", "decided_at")
    }
    assert codes == {**none, "reasons": whole["reasons"]}
