"""`make audit` as far as it goes without the network; what it cannot look up is never called clean."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

import audit.__main__ as audit


def test_no_insecure_code_no_secret_and_every_dependency_pinned() -> None:
    for report in (audit.insecure_code(), audit.secrets(), audit.pinned_hashes()):
        assert report.found == (), report.what


@pytest.mark.parametrize(
    ("told", "found", "unchecked"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0, 0),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]}, 1, 0),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 0, 1),
        ("no JSON at all", 0, 1),
    ],
)
def test_what_was_not_looked_up_is_not_clean(
    monkeypatch: pytest.MonkeyPatch, told: Any, found: int, unchecked: int
) -> None:
    answer = told if isinstance(told, str) else json.dumps(told)
    monkeypatch.setattr(audit, "_run", lambda *_: subprocess.CompletedProcess([], 0, answer, ""))
    report = audit.advisories()
    assert (len(report.found), len(report.unchecked)) == (found, unchecked)
