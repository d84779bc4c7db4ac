"""countersign policy shadow-report: what the log keeps of both policies, compared as a replay does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.replay.log import write_json_lines
from tests.checks.harness import face, selfie
from tests.cli.replay.test_sql import row
from tests.cli.workbench.running import run

PAIRS = [("approved", None, "denied", "pose: yaw_too_large")] * 3 + [
    ("denied", "pose: no_pose", "unknown", "b: not_read")
]


@pytest.fixture
def shadow_log(tmp_path: Path) -> Path:
    lines = tmp_path / "log.jsonl"
    rows = []
    for number, (was, was_reason, now, now_reason) in enumerate(PAIRS):
        decided = {"decision": was, "reason": was_reason, "shadow_decision": now, "shadow_reason": now_reason}
        rows.append(row(number, selfie(face(yaw_deg=20.0 + number))) | decided | {"shadow_policy": "acme-next"})
    rows.append(row(9, {}) | {"decision": "approved"})  # of a time without a shadow
    write_json_lines([each | {"flow": "register"} for each in rows], lines)
    return lines


def report(policies: Path, log: Path, *arguments: object) -> tuple[int, str]:
    ran = run("policy", "shadow-report", "acme", "--policies", policies, "--log", log, *arguments)
    return ran.exit_code, ran.output


def test_both_are_compared(policies: Path, shadow_log: Path, tmp_path: Path) -> None:
    path = policies / "acme.yaml"
    path.write_text(path.read_text() + "shadow: acme-next\n")
    page = tmp_path / "shadow.html"
    code, output = report(policies, shadow_log, "--json", "--html", page)
    assert code == 0
    (result,) = json.loads(output)
    assert (result["flow"], result["decisions"]) == ("register", 4)
    groups = {(each["was"], each["now"]): each for each in result["groups"]}
    assert groups["approved", "denied"]["decisions"] == 3
    assert groups["approved", "denied"]["examples"] == ["v000", "v001", "v002"]
    assert groups["denied", "unknown"]["now_reason"] == "b: not_read"
    assert "now 20" in page.read_text()


def test_errors_say_what_to_do(policies: Path, shadow_log: Path) -> None:
    assert "--shadow" in report(policies, shadow_log)[1]
    assert "was never decided beside" in report(policies, shadow_log, "--shadow", "globex")[1]
    assert report(policies, shadow_log, "--shadow", "acme-next")[0] == 0
