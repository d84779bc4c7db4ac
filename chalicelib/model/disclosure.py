"""What of a decision may reach the applicant: the answer to a submission is often handed on as it comes.

Similarities and liveness scores never do, nor how long each call of AWS took: both would help to tune an attack.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.model.policy import Disclosure

_ALWAYS = ("id", "flow", "user_id", "decision", "alternative_path", "decided_at")
_FULL = ("policy_digest", "engine_version", "not_reached", "deferred", "duration_ms", "extracted")
_FINDING = ("step", "check", "outcome", "reason", "consequence")
_MEASURED = ("observed", "limit")


def applicant_view(view: Mapping[str, Any], disclose: Disclosure, scoring_checks: frozenset[str]) -> dict[str, Any]:
    """Of the tenant's view what the policy discloses. `scoring_checks` are those whose observed values are scores."""
    told = {name: view[name] for name in _ALWAYS}
    if disclose is not Disclosure.NONE:
        told["reasons"] = view["reasons"]
    if disclose is Disclosure.FULL:
        told |= {name: view[name] for name in _FULL}
        told["findings"] = [_finding(finding, scoring_checks) for finding in view["findings"]]
    return told


def _finding(finding: Mapping[str, Any], scoring_checks: frozenset[str]) -> dict[str, Any]:
    """An any_of shows one of its branches' values, so it keeps them back if one of these is a score."""
    branches = finding.get("branches", ())
    told = {name: finding[name] for name in _FINDING}
    if not scoring_checks.intersection({finding["check"], *(branch["check"] for branch in branches)}):
        told |= {name: finding[name] for name in _MEASURED}
    if branches:
        told["branches"] = [_finding(branch, scoring_checks) for branch in branches]
    return told
